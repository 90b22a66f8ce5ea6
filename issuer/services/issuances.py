"""Awarding long lists: accepted at once, worked off by a job in chunks that commit on their own.

A row is awarded or refused once, however often the job is cut off and begun again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import User
from accounts.secrets import OtherKey, seal, unseal
from activity.actors import Actor, Channel
from activity.services import record
from api.courtesy import courtesy
from issuer.models import BadgeClass, Issuance, IssuancePart
from issuer.permissions import Verb
from issuer.queries import lock
from issuer.services.award_drafts import (
    Award,
    Errors,
    InvalidAward,
    are_many,
    draft_assertion,
)
from issuer.services.awards import InvalidAwards, insert, prepare, refuse_held, require_awardable
from jobs.execution import came_further
from jobs.queries import given_up
from jobs.registry import Payload, handler
from jobs.services import enqueue

CHUNK = 250  # rows in one transaction: others wait no longer than it takes
MAX_ROWS = 20_000
JOB = "issuer.issuance"
STOP_ABANDONED = "issuer.stop-abandoned"
BEFORE_MAIL = 40
BROUGHT_BACK_WITHIN = timedelta(days=7)

ABANDONED = "It has failed too often. Whoever has no award yet has to be awarded anew."
UNREADABLE = "The server's key has changed: what is not awarded yet cannot be read any more."

State = Issuance.State
UNDER_WAY = (State.WAITING, State.RUNNING)


@dataclass(frozen=True)
class DraftedIssuance:
    """An unsaved issuance, and its rows as they are to be kept."""

    issuance: Issuance
    parts: Sequence[IssuancePart]


def start_issuance(
    *,
    actor: Actor,
    badge_class: BadgeClass,
    awards: Sequence[Award | InvalidAward],
    lines: Sequence[int] = (),
    job_at: datetime | None = None,
) -> Issuance:
    """Accept a list of awards: `draft_issuance` and `store_issuance` in one."""
    drafted = draft_issuance(actor=actor, badge_class=badge_class, awards=awards, lines=lines)
    return store_issuance(drafted, actor=actor, job_at=job_at)


def draft_issuance(
    *,
    actor: Actor,
    badge_class: BadgeClass,
    awards: Sequence[Award | InvalidAward],
    lines: Sequence[int] = (),
) -> DraftedIssuance:
    """All that needs no lock. It takes seconds for a long list.

    What is wrong with rows by themselves is told now; who holds the badge already shows when their
    row is worked off. `lines` are the rows' lines in the table that they come from. Raises
    PermissionDenied, ValidationError, InvalidAwards.
    """
    require_awardable(actor, badge_class)
    if not 1 <= len(awards) <= MAX_ROWS:
        raise ValidationError(f"Award 1 to {MAX_ROWS} badges with one list.")
    check(badge_class, awards)
    return drafted_of(actor, badge_class, awards, lines)


def drafted_of(
    actor: Actor,
    badge_class: BadgeClass,
    awards: Sequence[Award | InvalidAward],
    lines: Sequence[int],
) -> DraftedIssuance:
    """Of awards that were looked through before."""
    issuance = Issuance(
        badge_class=badge_class,
        issuer=badge_class.issuer,
        created_by=actor.user if isinstance(actor.user, User) else None,
        client=actor.client,
        by_administrator=actor.administrator,
        total=len(awards),
        lines=list(lines),
        digest=digest_of(awards),
    )
    parts = [
        IssuancePart(first_row=row, sealed=seal(orjson.dumps(awards[row : row + CHUNK]).decode()))
        for row in range(0, len(awards), CHUNK)
    ]
    return DraftedIssuance(issuance, parts)


def digest_of(awards: Sequence[Award | InvalidAward]) -> str:
    """By which the same list is known again. Keyed: from a stolen database nobody can guess whom it
    is for.
    """
    content = orjson.dumps(awards)
    return salted_hmac("laurel.issuance", content, algorithm="sha256").hexdigest()


@transaction.atomic
def store_issuance(
    drafted: DraftedIssuance, *, actor: Actor, job_at: datetime | None = None
) -> Issuance:
    """Store a draft, with the job that works it off. Whoever does that by `steps` has the job begin
    later, in case they do not end.
    """
    issuance = drafted.issuance
    issuance.save(force_insert=True)
    for part in drafted.parts:
        part.issuance = issuance
    IssuancePart.objects.bulk_create(drafted.parts)
    record(Verb.START_ISSUANCE, issuance, actor=actor, facts={"rows": issuance.total})
    enqueue(kind=JOB, payload={"id": issuance.entity_id}, run_at=job_at)
    return issuance


def check(badge_class: BadgeClass, awards: Sequence[Award | InvalidAward]) -> None:
    """Raises InvalidAwards with what is wrong with the rows by themselves, up to where many are."""
    now = timezone.now()
    errors: dict[int, Errors] = {}
    for index, item in enumerate(awards):
        courtesy.give_way()
        if are_many(errors):
            raise InvalidAwards(errors, unread=len(awards) - index)
        if isinstance(item, InvalidAward):
            errors[index] = item.errors
            continue
        try:
            draft_assertion(badge_class, item, now)
        except ValidationError as error:
            errors[index] = error.message_dict
    if errors:
        raise InvalidAwards(errors)


@handler(JOB, priority=BEFORE_MAIL)
def work_off(payload: Payload) -> None:
    """Award chunk by chunk until no row is left. Two workers at once do no row twice."""
    issuance = Issuance.objects.select_related("badge_class__issuer", "created_by").get(
        entity_id=payload["id"]
    )
    for _ in steps(issuance):
        pass


def steps(issuance: Issuance) -> Iterator[Issuance]:
    """Award part by part; the issuance as it is after each."""
    while issuance.state in UNDER_WAY and (part := issuance.parts.order_by("first_row").first()):
        try:
            issuance = award_part(issuance, part)
        except OtherKey:
            stop(issuance, ValidationError(UNREADABLE))
            return
        except (PermissionDenied, ValidationError) as error:
            stop(issuance, error)
            return
        yield issuance


def award_part(issuance: Issuance, part: IssuancePart) -> Issuance:
    """Award the next rows; those that cannot be are noted as refused. Documents are made before
    the transaction: nobody waits for them.
    """
    actor, badge_class, now = acting_for(issuance), issuance.badge_class, timezone.now()
    require_awardable(actor, badge_class)
    awards = unsealed(part)
    drafts, errors = prepare(actor, badge_class, awards, now, to_the_end=True)
    with transaction.atomic():
        current = lock(issuance)
        if current.next_row != part.first_row or current.state not in UNDER_WAY:
            return current  # another worker was faster, or somebody stopped it
        errors |= refuse_held(badge_class, drafts, now)
        good = {index: draft for index, draft in drafts.items() if index not in errors}
        for draft in good.values():
            draft.issuance = current
        insert(good, awards, actor=actor)
        note_progress(current, awards, errors, awarded=len(good), now=now)
        part.delete()
        came_further()
    return current


def note_progress(
    issuance: Issuance,
    awards: Sequence[Award],
    errors: dict[int, Errors],
    *,
    awarded: int,
    now: datetime,
) -> None:
    """Under the issuance's lock: these rows are done."""
    for index, told in errors.items():
        issuance.refused[str(issuance.next_row + index)] = {
            "nonFieldErrors" if name == NON_FIELD_ERRORS else name: texts
            for name, texts in told.items()
        }
    issuance.next_row += len(awards)
    issuance.awarded += awarded
    issuance.state = State.RUNNING
    if issuance.next_row >= issuance.total:
        issuance.state, issuance.finished_at = State.COMPLETE, now
    issuance.save(update_fields=["refused", "next_row", "awarded", "state", "finished_at"])


@transaction.atomic
def stop(issuance: Issuance, error: PermissionDenied | ValidationError) -> None:
    """It cannot go on: the role is gone, or the class archived. What was awarded stays."""
    told = error.messages[0] if isinstance(error, ValidationError) else str(error)
    stopped = Issuance.objects.filter(pk=issuance.pk, state__in=UNDER_WAY).update(
        state=State.STOPPED, problem=told[:255], finished_at=timezone.now()
    )
    if stopped:
        issuance.parts.all().delete()


@handler(STOP_ABANDONED, priority=90)
def stop_abandoned(payload: Payload) -> None:
    """Nothing stays under way for ever, nor recipients in its parts: lists whose job has failed for
    good, and whom no administrator has brought back in a week.
    """
    for told in given_up(JOB, timezone.now() - BROUGHT_BACK_WITHIN):
        for issuance in Issuance.objects.filter(entity_id=told["id"], state__in=UNDER_WAY):
            stop(issuance, ValidationError(ABANDONED))


def acting_for(issuance: Issuance) -> Actor:
    """Whoever started it, in whose name it goes on, with what they may do today."""
    user = issuance.created_by
    active = user if user and user.is_active else None
    return Actor(
        user=active,
        channel=Channel.JOB,
        client=issuance.client,
        administrator=bool(issuance.by_administrator and active and active.is_superuser),
    )


def unsealed(part: IssuancePart) -> list[Award]:
    """Raises OtherKey."""
    rows: list[dict[str, Any]] = orjson.loads(unseal(part.sealed))
    return [unpacked(row, part.first_row + index) for index, row in enumerate(rows)]


def unpacked(row: dict[str, Any], number: int) -> Award:
    for name in ("issued_on", "expires_at"):
        if row[name] is not None:
            row[name] = datetime.fromisoformat(row[name])
    return Award(**row | {"row": number})
