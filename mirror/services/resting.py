"""Sparing a remote that fails: after a failure nobody asks it for a while, however many awards
wait. So a long outage costs it a request now and then, not a storm.
"""

from django.db import transaction
from django.utils import timezone

from jobs.backoff import rest
from mirror.contract import NotNow
from mirror.models import BadgeProvider
from mirror.services.holding import LONGEST, opaque


class Resting(NotNow):
    """Nobody asks now. `after` says how long yet."""


def require_rested(provider: BadgeProvider) -> None:
    """Raises Resting while the remote is to be spared."""
    row = BadgeProvider.objects.only("resting_until", "last_error").get(pk=provider.pk)
    now = timezone.now()
    if row.resting_until and row.resting_until > now:
        left = (row.resting_until - now).total_seconds()
        raise Resting(f"spared for now: {row.last_error}", after=left)


@transaction.atomic
def spare(provider: BadgeProvider, error: NotNow) -> float:
    """Let the remote rest: longer after each failure, and as long as it asked. The seconds."""
    row = BadgeProvider.objects.select_for_update().get(pk=provider.pk)
    now = timezone.now()
    if not (row.resting_until and row.resting_until > now):
        row.failures += 1  # those who failed together count as one
    until = now + rest(row.failures, retry_after=error.after)
    row.resting_until = max(until, row.resting_until or until)
    row.last_error = opaque(str(error))[:LONGEST]
    row.save(update_fields=["failures", "resting_until", "last_error"])
    return (row.resting_until - now).total_seconds()


def wake(provider: BadgeProvider) -> None:
    """It answers (again), or somebody says that it will."""
    rows = BadgeProvider.objects.filter(pk=provider.pk).exclude(failures=0)
    rows.update(failures=0, resting_until=None, last_error="")
