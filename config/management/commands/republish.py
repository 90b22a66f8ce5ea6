"""`laurel republish`: render every public document anew, after an upgrade or under another
address.
"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.preparation import prepare_data
from config.printing import COMMAND_LINE
from issuer.services.republishing import republish

REBASE_WARNING = """\
Rebasing gives every badge an id under {url}.
- Images and links that people have already downloaded or shared name the old ids: they verify only
  as long as the old address answers, and then as another badge than the one hosted here.
- Verifiers and backpacks that know a badge by its old id see a new one.
Stop the server first: an award made meanwhile may keep an old id.
To keep the old ids valid instead, leave them and set LAUREL_OLD_URLS (docs/how-to/proxy.md)."""


class Command(BaseCommand):
    help = "Render every public document anew. May be cut off and started again."
    requires_system_checks = []  # a repair must run when something is wrong

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--rebase", action="store_true", help="give all objects ids under LAUREL_URL"
        )

    def handle(self, *args: Any, rebase: bool, **options: Any) -> None:
        prepare_data()
        if rebase:
            self.stderr.write(REBASE_WARNING.format(url=settings.LAUREL_URL))
        changed = republish(actor=COMMAND_LINE, rebase=rebase, progress=self.tell)
        self.stdout.write(f"{changed} documents changed.")

    def tell(self, collection: str, done: int, changed: int) -> None:
        self.stderr.write(f"{collection}: {done} done, {changed} documents changed so far")
