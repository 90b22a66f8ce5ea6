"""What a document is made from: plain frozen facts about an issuer, a badge class or an award.

No rules and no JSON here: `documents` turns facts into Open Badges, `shapes` judges them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    id: str | None = None
    narrative: str | None = None
    name: str | None = None
    description: str | None = None
    genre: str | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    target_name: str
    target_url: str
    target_description: str | None = None
    target_framework: str | None = None
    target_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another object this one translates (`language`) or replaces (`version`)."""

    id: str
    language: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image with a caption (its alternative text) or the address of its author's profile."""

    id: str
    caption: str | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientFacts:
    """`identity` is plain and normalised; where `hashed`, only its digest reaches the document.

    `type` is `email`, `url`, `telephone` or `openBadgeId`.
    """

    type: str
    identity: str
    hashed: bool
    salt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerFacts:
    id: str
    name: str
    url: str
    email: str
    description: str | None = None
    telephone: str | None = None
    image: str | Image | None = None
    related: tuple[Related, ...] = ()
    language: str | None = None
    version: str | None = None
    extensions: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeClassFacts:
    """`issuer` is the id of the issuer. Without criteria the class's own page stands in."""

    id: str
    issuer: str
    name: str
    description: str
    image: str | Image | None
    criteria_url: str | None = None
    criteria_narrative: str | None = None
    alignments: tuple[Alignment, ...] = ()
    tags: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    language: str | None = None
    version: str | None = None
    extensions: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionFacts:
    """`badge` is the id of the badge class; both times are aware."""

    id: str
    badge: str
    recipient: RecipientFacts
    issued_on: datetime
    image: str | Image | None = None
    evidence: tuple[Evidence, ...] = ()
    narrative: str | None = None
    expires: datetime | None = None
    related: tuple[Related, ...] = ()
    language: str | None = None
    version: str | None = None
    extensions: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
