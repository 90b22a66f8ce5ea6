"""Where jobs and acts reach the room. Registered when Django starts."""

from datetime import timedelta

from django.utils import timezone

from activity.services import subscribe
from issuer.permissions import Verb
from jobs.registry import Payload, handler, schedule
from mirror.models import BadgeProvider, MirroredBadgeClass
from mirror.queries import award_to_push
from mirror.services.pushing import push_award, push_badge_class, steered
from mirror.services.reconciling import reconcile
from mirror.services.resting import tell
from mirror.services.staging import (
    AWARD,
    BADGE_CLASS,
    RECONCILE,
    follow_awards,
    follow_badge_classes,
    peer_of,
    stage_unfinished,
)

# Waiting for a remote that rests is an attempt, too. What ends even so, the sweep brings back.
PATIENT = 500
# Before mails: a flood of them must not hold up a mirror.
PRIORITY = 40
SWEEP = "mirror.sweep"
IDLE = timedelta(hours=6)  # longer than any rest between two attempts


@handler(AWARD, max_attempts=PATIENT, priority=PRIORITY, peer=peer_of)
def send_award(payload: Payload) -> None:
    found = award_to_push(payload["provider"], payload["assertion"])
    if found is not None:
        push_award(*found)


@handler(BADGE_CLASS, max_attempts=PATIENT, priority=PRIORITY, peer=peer_of)
def send_badge_class(payload: Payload) -> None:
    rows = MirroredBadgeClass.objects.select_related("provider", "badge_class")
    row = rows.filter(pk=payload["badge_class"]).first()
    if row is not None:
        push_badge_class(row)


@handler(RECONCILE, priority=PRIORITY, peer=peer_of)
def compare_awards(payload: Payload) -> None:
    provider = BadgeProvider.objects.filter(pk=payload["provider"]).first()
    if provider is not None:
        with steered(provider):
            tell(provider, reconcile(provider).problems)


@handler(SWEEP, priority=90)
def sweep(payload: Payload) -> None:
    """Nothing stays in progress for ever: what has lain idle is pushed again."""
    stage_unfinished(timezone.now() - IDLE)


def register() -> None:
    """Called once, when the apps are ready."""
    for verb in (Verb.AWARD, Verb.UPDATE_ASSERTION, Verb.REVOKE):
        subscribe(verb, follow_awards)
    subscribe(Verb.UPDATE_BADGE_CLASS, follow_badge_classes)
    schedule(SWEEP, every=timedelta(hours=1))
