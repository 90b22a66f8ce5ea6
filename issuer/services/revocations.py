"""Taking awards back. A revoked assertion stays readable: OB 2.0 asks for 410 Gone with a minimal
document.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from activity.actors import Actor
from activity.services import record_all
from issuer.models import Assertion
from issuer.permissions import Verb, permitted, require, visible_to
from issuer.queries import lock, lock_unrevoked, revocable
from issuer.services.publishing import PUBLISHED_FIELDS, publish, save_all
from issuer.texts import clean_line

MAX_REASON = 255
MAX_AT_ONCE = 1000
ALREADY_REVOKED = "Assertion is already revoked"
OUT_OF_REACH = "permission denied or object not found"


@transaction.atomic
def revoke_assertion(*, actor: Actor, assertion: Assertion, reason: str) -> tuple[Assertion, bool]:
    """Revoke for ever. Asking again changes nothing and answers False beside the award: clients
    retry.

    Raises PermissionDenied, and ValidationError for a reason that is empty or over 255 characters.
    """
    require(actor, Verb.REVOKE, assertion)
    reason = clean_reason(reason)
    revoking = lock(assertion)
    if revoking.revoked_at:
        return revoking, False
    write([revoked(revoking, reason)], actor=actor)
    return revoking, True


@dataclass(frozen=True)
class Revocation:
    """The wish to revoke one award."""

    entity_id: str
    reason: str


def revoke_assertions(*, actor: Actor, wishes: Sequence[Revocation]) -> list[str]:
    """Revoke up to 1,000 awards, in a constant number of queries, those that can be.

    Returns for each wish, in order, why it was not fulfilled, or "". Raises ValidationError for
    too many.
    """
    if len(wishes) > MAX_AT_ONCE:
        raise ValidationError(f"Revoke at most {MAX_AT_ONCE} awards at once.")
    allowed = permitted(actor, Verb.REVOKE)
    asked = Assertion.objects.filter(entity_id__in={wish.entity_id for wish in wishes})
    rows = {row.entity_id: row for row in revocable(visible_to(actor, asked)) if allowed(row)}
    ready: dict[str, Assertion] = {}
    problems = []
    for wish in wishes:
        row = rows.get(wish.entity_id)
        problem = why_not(row, wish)
        if row and not problem:
            ready[wish.entity_id] = revoked(row, clean_reason(wish.reason))
        problems.append(problem)
    late = set(ready) - revoke_ready(list(ready.values()), actor=actor)
    return [
        problem or (ALREADY_REVOKED if wish.entity_id in late else "")
        for wish, problem in zip(wishes, problems, strict=True)
    ]


def why_not(row: Assertion | None, wish: Revocation) -> str:
    """The sentence that says why a wish can not be fulfilled, "" where it can."""
    if row is None:
        return OUT_OF_REACH
    if row.revoked_at:
        return ALREADY_REVOKED
    try:
        clean_reason(wish.reason)
    except ValidationError as error:
        return str(error.messages[0])
    return ""


def revoked(row: Assertion, reason: str) -> Assertion:
    """The row, not stored yet, as it is once it is revoked for this reason."""
    row.revoked_at, row.revocation_reason = timezone.now(), reason
    publish(row)
    return row


@transaction.atomic
def revoke_ready(rows: Sequence[Assertion], *, actor: Actor) -> set[str]:
    """Store rows that `revoked` has made ready: the work on many is done before they are locked,
    which on SQLite holds up every writer.

    Returns the entity ids of those that are revoked by this; others have been meanwhile.
    """
    origins = lock_unrevoked(row.pk for row in rows)
    mine = [row for row in rows if row.pk in origins]
    for row in mine:
        if row.origin != origins[row.pk]:  # rebased meanwhile
            row.origin = origins[row.pk]
            publish(row)
    write(mine, actor=actor)
    return {row.entity_id for row in mine}


def write(rows: Sequence[Assertion], *, actor: Actor) -> None:
    """Store revocations of rows that are locked."""
    if rows:
        save_all(rows, ["revoked_at", "revocation_reason", *PUBLISHED_FIELDS])
        record_all(Verb.REVOKE, rows, actor=actor)


def clean_reason(reason: str) -> str:
    """Raises ValidationError."""
    reason = clean_line(reason)
    if not 1 <= len(reason) <= MAX_REASON:
        raise ValidationError(f"Give a reason of 1 to {MAX_REASON} characters.")
    return reason
