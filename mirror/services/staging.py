"""Adding the jobs that push. A payload names rows; what is sent is read when it is sent."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from activity.models import LogEntry
from issuer.models import Assertion
from jobs.queries import quarantined
from jobs.registry import Payload
from jobs.services import enqueue, enqueue_many
from mirror.models import BadgeProvider, MirroredAssertion
from mirror.queries import classes_mirrored, portions, unfinished, wanted_awards

AWARD = "mirror.award"
BADGE_CLASS = "mirror.badge-class"
RECONCILE = "mirror.reconcile"


def peer_of(payload: Payload) -> str:
    """The remote that all jobs of a provider speak to (`jobs.registry.handler`)."""
    return f"mirror:{payload['provider']}"


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


def count_in(awards: Iterable[tuple[BadgeProvider, Assertion]]) -> None:
    """A row for each of them that has none: it waits from now on, and is seen to."""
    MirroredAssertion.objects.bulk_create(
        [MirroredAssertion(provider=provider, assertion=award) for provider, award in awards],
        ignore_conflicts=True,
    )


def stage_badge_classes(classes: Iterable[tuple[int, int]], *, occasion: str = "act") -> None:
    """A push for each pair of provider's key and row's key, likewise."""
    enqueue_many(
        kind=BADGE_CLASS,
        payloads=[{"provider": provider, "badge_class": key} for provider, key in classes],
        dedupe_key=lambda payload: f"{BADGE_CLASS}:{occasion}:{payload['badge_class']}",
    )


def stage_reconciliation(provider: BadgeProvider) -> None:
    key = f"{RECONCILE}:{provider.pk}"
    enqueue(kind=RECONCILE, payload={"provider": provider.pk}, dedupe_key=key)


def stage_unfinished(before: datetime) -> None:
    """A push for all that has lain idle since then; not for what killed its workers: that would
    kill the next ones. Somebody has to look into it (`jobs.services.retry`).
    """
    classes, awards = unfinished(before)
    deadly = {(told["provider"], told["badge_class"]) for told in quarantined(BADGE_CLASS)}
    for portion in portions(classes):
        stage_badge_classes({(row.provider_id, row.pk) for row in portion} - deadly)
    deadly = {(told["provider"], told["assertion"]) for told in quarantined(AWARD)}
    for idle in portions(awards):
        stage_awards({(row.provider_id, row.assertion.entity_id) for row in idle} - deadly)


def follow_awards(entries: Sequence[LogEntry]) -> None:
    """Subscriber: runs in the transaction of the act."""
    issuer_ids = {entry.issuer_id for entry in entries}
    if wanted := wanted_awards([entry.object_id for entry in entries], issuer_ids):
        count_in(wanted)
        stage_awards((provider.pk, award.entity_id) for provider, award in wanted)


def follow_badge_classes(entries: Sequence[LogEntry]) -> None:
    """Subscriber, likewise. A class that was never pushed has nothing to be corrected."""
    if classes := classes_mirrored([entry.object_id for entry in entries]):
        stage_badge_classes(classes)
