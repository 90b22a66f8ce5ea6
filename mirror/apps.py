"""Start-up of the room: follows acts, registers its jobs."""

from django.apps import AppConfig


class MirrorConfig(AppConfig):
    name = "mirror"
    verbose_name = "Mirrors"

    def ready(self) -> None:
        from mirror import handlers  # has models, which exist only now

        handlers.register()
