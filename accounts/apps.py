from datetime import timedelta

from django.apps import AppConfig

from jobs.registry import schedule


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import housekeeping  # noqa: F401 - the models exist only now
        from accounts.services import mail  # noqa: F401 - its job becomes known

        schedule("accounts.clear-unverified", every=timedelta(days=1))
