from datetime import timedelta

from django.apps import AppConfig

from jobs.registry import schedule


class IssuerConfig(AppConfig):
    name = "issuer"

    def ready(self) -> None:
        from accounts import memberships
        from issuer.queries import memberships_of
        from issuer.services import issuances, table_uploads, undoing  # noqa: F401 - jobs become known

        memberships.register(memberships_of)
        schedule("issuer.drop-old-tables", every=timedelta(hours=6))
        schedule(issuances.STOP_ABANDONED, every=timedelta(hours=6))
        schedule(undoing.STOP_ABANDONED, every=timedelta(hours=6))
