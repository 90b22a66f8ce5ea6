"""Creating, changing and deleting badge classes."""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.models import User
from activity.actors import Actor
from activity.services import record
from issuer.artwork import Artwork
from issuer.expiry import BEYOND_CALENDAR, expiry_of
from issuer.models import BadgeClass, Issuer
from issuer.permissions import Verb, require
from issuer.queries import lock
from issuer.services.artwork import keep_artwork
from issuer.services.editing import Cleaner, columns, save_changes, set_archived, set_fields
from issuer.services.publishing import publish
from issuer.texts import clean_line, clean_markdown

HAS_AWARDS = "BadgeClass may only be deleted while it has never been awarded. Archive it instead."
ISSUER_ARCHIVED = "The issuer is archived. Restore it first."


class BadgeClassFields(TypedDict, total=False):
    """What a badge class says. `alignments` are dicts under the standard's names (`targetName`,
    …); `expires_amount` and `expires_duration` come together.
    """

    name: str
    description: str
    image: Artwork
    criteria_url: str
    criteria_narrative: str
    tags: Sequence[str]
    alignments: Sequence[Mapping[str, str]]
    expires_amount: int | None
    expires_duration: str
    once_per_person: bool
    extensions: dict[str, Any]
    archived: bool


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Each tag once, in the order given."""
    return list(dict.fromkeys(filter(None, map(clean_line, tags))))


def clean_alignments(rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """What cleans to nothing is left out, as what was never said."""
    cleaned = [
        {key: value if key == "targetUrl" else clean_line(value) for key, value in row.items()}
        for row in rows
    ]
    return [{key: value for key, value in row.items() if value} for row in cleaned]


def unchanged(value: Any) -> Any:
    return value


CLEANERS: dict[str, Cleaner] = {
    "name": clean_line,
    "description": clean_markdown,
    "image_digest": str,
    "image_kind": str,
    "criteria_url": str,
    "criteria_narrative": clean_markdown,
    "tags": clean_tags,
    "alignments": clean_alignments,
    "expires_amount": unchanged,
    "expires_duration": str,
    "once_per_person": bool,
    "extensions": dict,
}


def check_expiry(badge_class: BadgeClass) -> None:
    """Raises ValidationError where an award of today would end beyond the calendar."""
    try:
        expiry_of(timezone.now(), badge_class.expires_amount, badge_class.expires_duration)
    except OverflowError:
        raise ValidationError({"expires": [BEYOND_CALENDAR]}) from None


def create_badge_class(
    *, actor: Actor, issuer: Issuer, **fields: Unpack[BadgeClassFields]
) -> BadgeClass:
    """`draft_badge_class` and `store_badge_class` in one."""
    return store_badge_class(draft_badge_class(actor=actor, issuer=issuer, **fields), actor=actor)


def draft_badge_class(
    *, actor: Actor, issuer: Issuer, **fields: Unpack[BadgeClassFields]
) -> BadgeClass:
    """An unsaved badge class with its finished document; its picture is stored.

    Raises PermissionDenied, ValidationError; then nothing is stored.
    """
    require(actor, Verb.CREATE_BADGE_CLASS, issuer)
    if issuer.archived_at:
        raise ValidationError(ISSUER_ARCHIVED)
    badge_class = BadgeClass(
        issuer=issuer,
        origin=issuer.origin,  # verifiers want one origin from issuer to award (OB 2.0, 1.3)
        created_by=actor.user if isinstance(actor.user, User) else None,
    )
    change(badge_class, fields)
    keep_artwork(fields["image"])
    return badge_class


@transaction.atomic
def store_badge_class(badge_class: BadgeClass, *, actor: Actor) -> BadgeClass:
    """Store a draft."""
    badge_class.save(force_insert=True)
    record(Verb.CREATE_BADGE_CLASS, badge_class, actor=actor)
    return badge_class


def update_badge_class(
    *, actor: Actor, badge_class: BadgeClass, **fields: Unpack[BadgeClassFields]
) -> BadgeClass:
    """Change what is given, publish anew. Nothing is written where nothing differs.

    Awards name their class by its address and stay as they are; their baked images follow its
    picture by themselves. Raises PermissionDenied, ValidationError; then nothing is stored.
    """
    require(actor, Verb.UPDATE_BADGE_CLASS, badge_class)
    change(copy(badge_class), fields)  # refused, if it is, before the picture is stored
    keep_artwork(fields.get("image"))
    with transaction.atomic():
        changing = lock(badge_class)
        changed = change(changing, fields)
        save_changes(changing, changed, actor=actor, verb=Verb.UPDATE_BADGE_CLASS)
    return changing


def change(badge_class: BadgeClass, fields: BadgeClassFields) -> list[str]:
    """Set what is given, and publish if anything differs. Returns the names of what does.

    Raises ValidationError.
    """
    changed = set_fields(badge_class, columns(fields), CLEANERS)
    changed += set_archived(badge_class, fields.get("archived"))
    if {"expires_amount", "expires_duration"} & set(changed):
        check_expiry(badge_class)
    if changed:
        publish(badge_class)
    return changed


@transaction.atomic
def delete_badge_class(*, actor: Actor, badge_class: BadgeClass) -> None:
    """Delete a class that was never awarded.

    Raises PermissionDenied; ProtectedError while any award of it exists, revoked ones included:
    their pages would be gone (badgr-api.md 9).
    """
    require(actor, Verb.DELETE_BADGE_CLASS, badge_class)
    going = lock(badge_class)
    if going.assertions.exists() or going.issuances.exists():
        raise ProtectedError(HAS_AWARDS, set())
    record(Verb.DELETE_BADGE_CLASS, going, actor=actor)
    going.delete()
