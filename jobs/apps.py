"""Start-up of the room: registers its own housekeeping."""

from datetime import timedelta

from django.apps import AppConfig

from jobs.registry import schedule


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        from jobs import housekeeping  # noqa: F401 - has models, which exist only now

        schedule("jobs.prune", every=timedelta(days=1))
