"""`laurel award`: a badge for everybody in a table, with a preview of what is wrong before."""

import json
import sys
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from accounts.queries import user_by_email
from activity.actors import Actor, Channel
from config.preparation import prepare_data
from issuer.models import BadgeClass, Issuance
from issuer.queries import badge_class_by_id, first_owner, last_issuance
from issuer.services.award_drafts import Errors
from issuer.services.award_tables import Preview, preview
from issuer.services.issuances import UNDER_WAY, digest_of, start_issuance, steps
from issuer.services.tables import read_table

WIDTH = 40
BEFORE = "This table was awarded on {1:%Y-%m-%d %H:%M} UTC, as list {0}. Once more: --again."
PATIENCE = timedelta(minutes=1)  # then the server's worker helps, or goes on alone


class Command(BaseCommand):
    help = "Award a badge to everybody in a CSV or XLSX table. Prints JSON."
    requires_system_checks = []  # a person's command, not a deployment check

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--class", required=True, dest="badge_class", metavar="ID")
        parser.add_argument("--csv", required=True, type=Path, metavar="FILE")
        parser.add_argument("--user", metavar="EMAIL", help="who awards; else the issuer's owner")
        parser.add_argument("--dry-run", action="store_true", help="only say what is wrong")
        parser.add_argument("--again", action="store_true", help="though it was awarded before")

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_data()
        try:
            badge_class = badge_class_by_id(options["badge_class"])
            table = preview(read_table(options["csv"].read_bytes()), badge_class)
            self.refuse(table.problems)
            if options["dry_run"]:
                told: dict[str, Any] = {"rows": len(table.awards)}
            else:
                issuance = self.issuance(badge_class, table, options["user"], options["again"])
                told = self.award(issuance)
        except BadgeClass.DoesNotExist:
            raise CommandError("There is no badge class with this id.") from None
        except User.DoesNotExist:
            raise CommandError("Nobody can award it: name an account with --user.") from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except (PermissionDenied, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps(told))
        if problem := told.get("problem"):
            raise CommandError(f"It stopped: {problem}")

    def refuse(self, problems: dict[int, Errors]) -> None:
        """Nothing is awarded while a row is wrong."""
        for line, errors in list(problems.items())[:50]:
            told = " ".join(text for texts in errors.values() for text in texts)
            self.stderr.write(f"line {line}: {told}")
        if problems:
            raise CommandError(f"{len(problems)} rows are wrong: nothing was awarded.")

    def issuance(
        self, badge_class: BadgeClass, table: Preview, email: str | None, again: bool
    ) -> Issuance:
        """A new one, or that of the same table which was cut off. Raises ValidationError where it
        was awarded before.
        """
        user = user_by_email(email) if email else first_owner(badge_class.issuer)
        before = last_issuance(badge_class, digest_of(table.awards))
        if before and before.state in UNDER_WAY:
            self.stderr.write(f"Goes on with list {before.entity_id}.")
            return before
        if before and not again:
            raise ValidationError(BEFORE.format(before, before.created_at))
        issuance = start_issuance(
            actor=Actor(user=user, channel=Channel.COMMAND),
            badge_class=badge_class,
            awards=table.awards,
            lines=table.lines,
            job_at=timezone.now() + PATIENCE,
        )
        self.stderr.write(
            f"List {issuance.entity_id} is begun. The server ends it if this does not."
        )
        return issuance

    def award(self, issuance: Issuance) -> dict[str, Any]:
        for current in steps(issuance):
            self.show(current)
        issuance.refresh_from_db()
        refused = {issuance.line_of(int(row)): told for row, told in issuance.refused.items()}
        return {
            "issuance": issuance.entity_id,
            "state": issuance.state,
            "problem": issuance.problem or None,
            "awarded": issuance.awarded,
            "refused": refused,
        }

    def show(self, issuance: Issuance) -> None:
        """A bar for people; nothing where nobody watches."""
        if sys.stderr.isatty():
            filled = WIDTH * issuance.next_row // issuance.total
            bar = "█" * filled + "·" * (WIDTH - filled)
            end = "\n" if issuance.next_row >= issuance.total else ""
            self.stderr.write(f"\r{bar} {issuance.next_row}/{issuance.total}", ending=end)
            self.stderr.flush()
