"""Sparing a remote that fails: after a failure nobody asks it for a while, however many awards
wait. So a long outage costs it a request now and then, not a storm, and the others who have work
for the threads none of theirs.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from jobs.backoff import rest
from jobs.services import pull_forward, put_off
from mirror.contract import NotNow
from mirror.models import BadgeProvider
from mirror.services.holding import LONGEST, opaque
from mirror.services.staging import peer_of


class Resting(NotNow):
    """Nobody asks now. `after` says how long yet."""


def rest_until(provider: BadgeProvider) -> datetime | None:
    """Until when the remote is, or was, to be spared."""
    return BadgeProvider.objects.only("resting_until").get(pk=provider.pk).resting_until


def require_rested(provider: BadgeProvider) -> datetime | None:
    """Until when the remote was to be spared. Raises Resting while it is."""
    row = BadgeProvider.objects.only("resting_until", "last_error").get(pk=provider.pk)
    now = timezone.now()
    if row.resting_until and row.resting_until > now:
        left = (row.resting_until - now).total_seconds()
        raise Resting(f"spared for now: {row.last_error}", after=left)
    return row.resting_until


@transaction.atomic
def spare(provider: BadgeProvider, error: NotNow) -> float:
    """Let the remote rest, and all jobs for it: longer after each failure, and as long as it asked.
    The seconds.
    """
    row = BadgeProvider.objects.select_for_update().get(pk=provider.pk)
    now = timezone.now()
    if not (row.resting_until and row.resting_until > now):
        row.failures += 1  # those who failed together count as one
    until = now + rest(row.failures, retry_after=error.after)
    row.resting_until = max(until, row.resting_until or until)
    row.last_error = opaque(str(error))[:LONGEST]
    row.save(update_fields=["failures", "resting_until", "last_error"])
    put_off(peer=peer_of({"provider": row.pk}), until=row.resting_until)
    return (row.resting_until - now).total_seconds()


def tell(provider: BadgeProvider, problems: Sequence[str]) -> None:
    """What is wrong though the remote answers; nothing: all is well."""
    words = " ".join(problems)[:LONGEST]
    answers = BadgeProvider.objects.filter(pk=provider.pk, failures=0)
    answers.exclude(last_error=words).update(last_error=words)


def wake(provider: BadgeProvider) -> None:
    """Somebody says that it will answer: whoever waits only for that goes on."""
    end_rest(BadgeProvider.objects.filter(pk=provider.pk))


def answered(provider: BadgeProvider, rest_before: datetime | None) -> None:
    """It answers (again), to one who asked when it was to be spared until `rest_before`, likewise:
    unless it has told somebody since then to leave it alone.
    """
    end_rest(BadgeProvider.objects.filter(pk=provider.pk, resting_until=rest_before))


@transaction.atomic
def end_rest(spared: QuerySet[BadgeProvider]) -> None:
    failing = spared.exclude(failures=0)
    row = failing.select_for_update().first()
    if row is None:
        return
    failing.update(failures=0, resting_until=None, last_error="")
    if row.resting_until:
        pull_forward(peer=peer_of({"provider": row.pk}), until=row.resting_until)
