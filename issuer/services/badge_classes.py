"""Creating badge classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.models import User
from activity.actors import Actor
from activity.services import record
from issuer.artwork import Artwork
from issuer.models import BadgeClass, Issuer
from issuer.permissions import Verb, require
from issuer.services.artwork import attach_artwork
from issuer.services.publishing import publish
from issuer.texts import clean_line, clean_markdown


@dataclass(frozen=True, kw_only=True)
class BadgeClassDraft:
    """What a badge class says. `alignments` are dicts under the standard's names (`targetName`,
    …).
    """

    name: str
    description: str
    image: Artwork
    criteria_url: str = ""
    criteria_narrative: str = ""
    tags: Sequence[str] = ()
    alignments: Sequence[Mapping[str, str]] = ()
    expires_amount: int | None = None
    expires_duration: str = ""
    once_per_person: bool = False
    extensions: Mapping[str, Any] = field(default_factory=dict)


def create_badge_class(*, actor: Actor, issuer: Issuer, draft: BadgeClassDraft) -> BadgeClass:
    """Create and publish a badge class. Raises PermissionDenied, ValidationError."""
    require(actor, Verb.CREATE_BADGE_CLASS, issuer)
    badge_class = BadgeClass(
        issuer=issuer,
        origin=issuer.origin,  # verifiers want one origin from issuer to award (OB 2.0, 1.3)
        name=clean_line(draft.name),
        description=clean_markdown(draft.description),
        criteria_url=draft.criteria_url,
        criteria_narrative=clean_markdown(draft.criteria_narrative),
        tags=list(dict.fromkeys(filter(None, map(clean_line, draft.tags)))),
        alignments=[
            {key: value if key == "targetUrl" else clean_line(value) for key, value in row.items()}
            for row in draft.alignments
        ],
        expires_amount=draft.expires_amount,
        expires_duration=draft.expires_duration,
        once_per_person=draft.once_per_person,
        extensions=dict(draft.extensions),
        created_by=actor.user if isinstance(actor.user, User) else None,
    )
    attach_artwork(badge_class, draft.image)
    publish(badge_class)
    with transaction.atomic():
        badge_class.save(force_insert=True)
        record(Verb.CREATE_BADGE_CLASS, badge_class, actor=actor)
    return badge_class
