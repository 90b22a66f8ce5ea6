"""Taking back all awards of an issuance, by a job, in chunks that commit on their own."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.queries import users_by_entity_id
from accounts.secrets import OtherKey, seal, unseal
from activity.actors import Actor, Channel
from activity.services import record
from issuer.models import Assertion, Issuance
from issuer.permissions import Verb, require
from issuer.queries import lock, revocable
from issuer.services.issuances import BROUGHT_BACK_WITHIN
from issuer.services.revocations import clean_reason, revoke_ready, revoked
from jobs.execution import came_further
from jobs.models import Job
from jobs.queries import given_up, unfinished
from jobs.registry import Payload, handler
from jobs.services import enqueue

CHUNK = 500
JOB = "issuer.undo-issuance"
STOP_ABANDONED = "issuer.stop-abandoned-undoing"
UNDER_WAY = "This issuance is still under way. Wait until it is complete."
ABANDONED = "Revoking it has failed too often: some are still valid. Revoke it once more."
LOST_REASON = "The issuer has taken back the list that this badge was awarded with."

State = Issuance.State


@transaction.atomic
def revoke_issuance(*, actor: Actor, issuance: Issuance, reason: str) -> Issuance:
    """Begin to revoke what an issuance awarded. Asking again changes nothing, but brings it further
    where its job has failed for good.

    Raises PermissionDenied; ValidationError while it is under way, or for a useless reason.
    """
    require(actor, Verb.REVOKE_ISSUANCE, issuance)
    reason = clean_reason(reason)
    undoing = lock(issuance)
    if undoing.state in (State.WAITING, State.RUNNING):
        raise ValidationError(UNDER_WAY)
    if undoing.state == State.REVOKED:
        return undoing
    if undoing.state != State.REVOKING:
        undoing.state, undoing.finished_at = State.REVOKING, None
        undoing.sealed_reason = seal(reason)
        undoing.save(update_fields=["state", "finished_at", "sealed_reason"])
        record(Verb.REVOKE_ISSUANCE, undoing, actor=actor)
    by = {
        "by": actor.user.entity_id if actor.user else "",
        "client": actor.client,
        "administrator": actor.administrator,
    }
    key = f"{JOB}:{undoing.entity_id}"
    enqueue(kind=JOB, payload={"id": undoing.entity_id, **by}, dedupe_key=key)
    return undoing


@handler(JOB)
def undo(payload: Payload) -> None:
    """Revoke chunk by chunk until none is left."""
    issuance = Issuance.objects.get(entity_id=payload["id"])
    if issuance.state != State.REVOKING:
        return
    actor = Actor(
        user=users_by_entity_id([payload["by"]]).get(payload["by"]),
        channel=Channel.JOB,
        client=payload["client"],
        administrator=payload["administrator"],
    )
    reason = reason_of(issuance)
    while revoke_chunk(issuance, actor, reason):
        pass
    Issuance.objects.filter(pk=issuance.pk).update(
        state=State.REVOKED, finished_at=timezone.now(), sealed_reason=""
    )


@handler(STOP_ABANDONED, priority=90)
def stop_abandoned(payload: Payload) -> None:
    """No list is being revoked for ever: if its job has failed for good, and nobody has brought it
    back in a week, the list says so, and whoever may can ask for it again.
    """
    alive = unfinished(JOB).exclude(state=Job.State.DEAD).values_list("payload", flat=True)
    dead = {told["id"] for told in given_up(JOB, timezone.now() - BROUGHT_BACK_WITHIN)}
    dead -= {told["id"] for told in alive}  # somebody has asked for it again
    Issuance.objects.filter(entity_id__in=dead, state=State.REVOKING).update(
        state=State.STOPPED, problem=ABANDONED, finished_at=timezone.now(), sealed_reason=""
    )


def reason_of(issuance: Issuance) -> str:
    try:
        return unseal(issuance.sealed_reason)
    except OtherKey:
        return LOST_REASON


def revoke_chunk(issuance: Issuance, actor: Actor, reason: str) -> int:
    """Returns how many were left to revoke, up to 500: 0 when all are."""
    left = revocable(Assertion.objects.filter(issuance=issuance, revoked_at=None))
    rows = [revoked(row, reason) for row in left[:CHUNK]]
    with transaction.atomic():
        revoke_ready(rows, actor=actor)
        came_further()
    return len(rows)
