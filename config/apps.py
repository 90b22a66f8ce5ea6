"""The house as an app: commands, checks, housekeeping."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Laurel"

    def ready(self) -> None:
        from config import checks, housekeeping  # noqa: F401 - the rooms exist only now

        housekeeping.register()
