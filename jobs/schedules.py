"""Work that comes round by the clock: makes the job of each coming period. Kinds: jobs.registry."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from jobs import registry
from jobs.models import Job

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def next_period(now: datetime, every: timedelta) -> datetime:
    """The first multiple of `every` since 1970 that is later than `now`."""
    return EPOCH + ((now - EPOCH) // every + 1) * every


class Planner:
    """Remembers which periods are provided for: asking again costs nothing. One for each worker."""

    def __init__(self) -> None:
        self._planned: dict[str, datetime] = {}

    def plan(self) -> None:
        """Make sure that the coming period of each scheduled kind has its job."""
        now = timezone.now()
        for kind, every in registry.schedules().items():
            period = next_period(now, every)
            if self._planned.get(kind) != period and ensure_job(kind, period):
                self._planned[kind] = period


def ensure_job(kind: str, period: datetime) -> bool:
    """Make the job of a period unless there is one, in any state. False while an earlier one waits.

    Safe against any number of workers: two unique constraints decide (of the kind one waits, of the
    period one exists), not the order of statements. Periods in which no worker ran are not made up.
    """
    known = registry.find(kind)
    job = Job(
        kind=kind,
        payload={},
        priority=known.priority,
        max_attempts=known.max_attempts,
        run_at=period,
        period=period,
        dedupe_key=f"schedule:{kind}",
    )
    Job.objects.bulk_create([job], ignore_conflicts=True)
    return Job.objects.filter(kind=kind, period=period).exists()
