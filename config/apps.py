"""The house as an app: commands, checks, housekeeping."""

from django.apps import AppConfig
from django.conf import settings

from jobs.waking import wake_by


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Laurel"

    def ready(self) -> None:
        from config import checks, housekeeping, staff_pages  # noqa: F401 - the rooms exist only now

        housekeeping.register()
        if settings.CELERY_BROKER_URL:
            from config.celery import wake  # of an extra that need not be installed

            wake_by(wake)
