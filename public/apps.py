"""Start-up of the room: cards are made when something is created or changed."""

from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "public"

    def ready(self) -> None:
        from public.cards import making  # has models, which exist only now

        making.register()
