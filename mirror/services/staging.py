"""Adding the jobs that push. A payload names rows; what is sent is read when it is sent."""

from collections.abc import Iterable, Sequence

from activity.models import LogEntry
from jobs.services import enqueue, enqueue_many
from mirror.models import BadgeProvider
from mirror.queries import classes_mirrored, wanted_awards

AWARD = "mirror.award"
BADGE_CLASS = "mirror.badge-class"
RECONCILE = "mirror.reconcile"


def stage_awards(awards: Iterable[tuple[int, str]], *, occasion: str = "act") -> None:
    """A push for each pair of provider's key and award's id, unless one waits already for the same
    occasion: that one may wait for hours, and somebody who asks for it now is not put off.
    """
    enqueue_many(
        kind=AWARD,
        payloads=[{"provider": provider, "assertion": entity} for provider, entity in awards],
        dedupe_key=lambda payload: (
            f"{AWARD}:{occasion}:{payload['provider']}:{payload['assertion']}"
        ),
    )


def stage_badge_classes(keys: Iterable[int], *, occasion: str = "act") -> None:
    """A push for each of these rows, likewise."""
    enqueue_many(
        kind=BADGE_CLASS,
        payloads=[{"badge_class": key} for key in keys],
        dedupe_key=lambda payload: f"{BADGE_CLASS}:{occasion}:{payload['badge_class']}",
    )


def stage_reconciliation(provider: BadgeProvider) -> None:
    key = f"{RECONCILE}:{provider.pk}"
    enqueue(kind=RECONCILE, payload={"provider": provider.pk}, dedupe_key=key)


def follow_awards(entries: Sequence[LogEntry]) -> None:
    """Subscriber: runs in the transaction of the act."""
    issuer_ids = {entry.issuer_id for entry in entries}
    if wanted := wanted_awards([entry.object_id for entry in entries], issuer_ids):
        stage_awards(wanted)


def follow_badge_classes(entries: Sequence[LogEntry]) -> None:
    """Subscriber, likewise. A class that was never pushed has nothing to be corrected."""
    if keys := classes_mirrored([entry.object_id for entry in entries]):
        stage_badge_classes(keys)
