"""`laurel doctor`: says in words what is wrong with this server. Exit code 1 if something is."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from config.diagnosis import diagnose


class Command(BaseCommand):
    help = "Look at address, TLS, clock, database, media, mail and worker, and say what is wrong."
    requires_system_checks = []  # `laurel check` is for those

    def handle(self, *args: Any, **options: Any) -> None:
        well = True
        for finding in diagnose():
            well = well and finding.well
            self.stdout.write(
                f"{'ok   ' if finding.well else 'WRONG'}  {finding.topic}: {finding.text}"
            )
        if not well:
            sys.exit(1)
