"""Correcting an award: whom it is for, when, and what is said of it. Its id and its salt stay."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from activity.actors import Actor
from activity.services import record
from issuer.models import Assertion
from issuer.permissions import Verb, require
from issuer.queries import lock
from issuer.services.award_drafts import Award, draft_assertion
from issuer.services.awards import ALREADY_HELD, hold_recipients, refusals
from issuer.services.publishing import PUBLISHED_FIELDS, publish

REVOKED = "A revoked award can not be changed."


class Correction(TypedDict, total=False):
    """What an award is to say. `expires_at` None: it never ends, whatever its class says."""

    identity: str
    identity_type: str
    hashed: bool
    issued_on: datetime
    expires_at: datetime | None
    narrative: str
    evidence: Sequence[Mapping[str, str]]
    extensions: dict[str, Any]


CORRECTED = (
    "recipient",
    "identity_given",
    "hashed",
    "issued_on",
    "expires_at",
    "narrative",
    "evidence",
    "extensions",
)


@transaction.atomic
def correct_assertion(
    *, actor: Actor, assertion: Assertion, **correction: Unpack[Correction]
) -> Assertion:
    """Change what is given, publish anew. Nothing is written where nothing differs.

    The rules are those of awarding, once per person among them. Raises PermissionDenied,
    ValidationError.
    """
    require(actor, Verb.UPDATE_ASSERTION, assertion)
    changing = lock(assertion)
    if changing.revoked_at:
        raise ValidationError(REVOKED)
    now = timezone.now()
    wanted = replace(as_award(changing), **correction)
    if wanted.identity_type != changing.recipient.type and "hashed" not in correction:
        wanted = replace(wanted, hashed=None)  # no address in plain because a URL was before it
    draft = draft_assertion(changing.badge_class, wanted, now)
    if not correction.get("expires_at", changing.expires_at):
        draft.expires_at = None
    # What the class demands by now binds a holding that is new; those of before stand as they are.
    draft.exclusive = changing.exclusive or (draft.exclusive and makes_holder(changing, draft, now))
    hold_recipients([draft])
    if refusals(changing.badge_class, {0: draft}, now, besides=changing):
        raise ValidationError(ALREADY_HELD)
    changed = [name for name in CORRECTED if getattr(changing, name) != getattr(draft, name)]
    if changed:
        for name in changed:
            setattr(changing, name, getattr(draft, name))
        publish(changing)
        changing.save(update_fields=[*changed, *PUBLISHED_FIELDS])
        facts = {"fields": sorted(changed)}
        record(Verb.UPDATE_ASSERTION, changing, actor=actor, facts=facts)
    return changing


def makes_holder(before: Assertion, after: Assertion, now: datetime) -> bool:
    """Does somebody hold the badge by this correction who does not hold it by this award now?"""
    same = (before.recipient.type, before.recipient.identity) == (
        after.recipient.type,
        after.recipient.identity,
    )
    return not same or (before.expires_at is not None and before.expires_at <= now)


def as_award(assertion: Assertion) -> Award:
    """The award that this assertion would be made of."""
    return Award(
        identity=assertion.identity_given,
        identity_type=assertion.recipient.type,
        hashed=assertion.hashed,
        recipient_name=assertion.recipient_name,
        issued_on=assertion.issued_on,
        expires_at=assertion.expires_at,
        narrative=assertion.narrative,
        evidence=assertion.evidence,
        extensions=assertion.extensions,
    )
