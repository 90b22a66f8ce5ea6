from django.apps import AppConfig


class IssuerConfig(AppConfig):
    name = "issuer"

    def ready(self) -> None:
        from accounts import memberships
        from issuer.queries import memberships_of
        from issuer.services import issuances, undoing  # noqa: F401 - their jobs become known

        memberships.register(memberships_of)
