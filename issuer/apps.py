from django.apps import AppConfig


class IssuerConfig(AppConfig):
    name = "issuer"

    def ready(self) -> None:
        from accounts import memberships
        from issuer.queries import memberships_of

        memberships.register(memberships_of)
