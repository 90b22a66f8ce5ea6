"""From what somebody asks to award to an assertion ready for insertion: cleaned, dated, not yet
stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError

from api.randomness import random_bytes
from issuer.expiry import BEYOND_CALENDAR, expiry_of
from issuer.models import MAX_IDENTITY, Assertion, BadgeClass, IdentityType, Recipient
from issuer.texts import Cleaner, clean_line, clean_markdown
from ob.identity import check_identity, normalise_identity

SALT = 16  # random bytes, of each award's own
CLOCK_SKEW = timedelta(seconds=60)
FIRST_YEAR = 1583  # the first whole year of the Gregorian calendar, which ISO 8601 counts in
HASHED_BY_DEFAULT = frozenset({IdentityType.EMAIL, IdentityType.TELEPHONE})

Errors = dict[str, list[str]]

# Where so much is wrong with a list, the rest of it is not looked at.
MANY_ITEMS = 100
MANY_PROBLEMS = 1000


def are_many(errors: Mapping[int, Errors]) -> bool:
    """Of what is wrong with the items of a list: has enough been found?"""
    return len(errors) >= MANY_ITEMS or sum(map(len, errors.values())) >= MANY_PROBLEMS


@dataclass(frozen=True, kw_only=True)
class Award:
    """One award to make. `evidence` are dicts of url, narrative, name, description, genre,
    audience.
    """

    identity: str
    identity_type: str = IdentityType.EMAIL
    hashed: bool | None = None  # None: as is usual for the type
    recipient_name: str = ""
    issued_on: datetime | None = None  # None: now
    expires_at: datetime | None = None  # None: as the badge class says
    narrative: str = ""
    evidence: Sequence[Mapping[str, str]] = ()
    exclusive: bool = False
    notify: bool | None = None  # None: as the issuer has it
    row: int | None = None  # of the issuance it belongs to
    extensions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class InvalidAward:
    """An item whose very shape is wrong. It is refused with the others, so that all that is wrong
    is told at once.
    """

    errors: Errors


def draft_assertion(badge_class: BadgeClass, item: Award, now: datetime) -> Assertion:
    """An unsaved assertion with an unsaved recipient.

    Raises ValidationError with a dict of all that is wrong with the item.
    """
    problems: Errors = {}
    identity = normalise_identity(item.identity_type, item.identity)
    try:
        check_identity(item.identity_type, identity)
    except ValueError as error:
        problems["recipient.identity"] = [str(error)]
    if max(len(identity), len(item.identity)) > MAX_IDENTITY:
        problems["recipient.identity"] = [f"An identity has at most {MAX_IDENTITY} characters."]
    issued_on, expires_at = clean_dates(badge_class, item, now, problems)
    narrative, evidence = clean_story(item, problems)
    if problems:
        raise ValidationError(problems)
    return Assertion(
        badge_class=badge_class,
        issuer=badge_class.issuer,
        origin=badge_class.origin,
        recipient=Recipient(type=item.identity_type, identity=identity),
        identity_given=item.identity.strip(),
        recipient_name=clean_line(item.recipient_name)[:255],
        hashed=item.identity_type in HASHED_BY_DEFAULT if item.hashed is None else item.hashed,
        salt=random_bytes(SALT).hex(),
        issued_on=issued_on,
        expires_at=expires_at,
        narrative=narrative,
        evidence=evidence,
        extensions=dict(item.extensions),
        exclusive=item.exclusive or badge_class.once_per_person,
        issuance_row=item.row,
    )


def clean_dates(
    badge_class: BadgeClass, item: Award, now: datetime, problems: Errors
) -> tuple[datetime, datetime | None]:
    """Date of issue (a clock up to 60 s ahead of ours means now) and of expiry; problems are
    added.
    """
    issued_on = item.issued_on or now
    if issued_on > now + CLOCK_SKEW:
        problems["issued_on"] = ["The date of issue lies in the future."]
    elif issued_on.year < FIRST_YEAR:
        problems["issued_on"] = [f"The date of issue must be {FIRST_YEAR} or later."]
    issued_on = min(issued_on, now)
    try:
        expires_at = item.expires_at or expiry_of(
            issued_on, badge_class.expires_amount, badge_class.expires_duration
        )
    except OverflowError:
        problems["expires"] = [BEYOND_CALENDAR]
        return issued_on, None
    if expires_at and expires_at <= issued_on:
        problems["expires"] = ["The date of expiry must lie after the date of issue."]
    return issued_on, expires_at


def clean_story(item: Award, problems: Errors) -> tuple[str, list[dict[str, str]]]:
    """Narrative and evidence with their Markdown cleaned; problems are added under dotted paths."""

    def cleaned(path: str, text: str, clean: Cleaner = clean_markdown) -> str:
        try:
            return clean(text)
        except ValidationError as error:
            problems[path] = list(error.messages)
            return ""

    evidence = []
    for index, row in enumerate(item.evidence):
        path = f"evidence.{index}"
        told = {key: cleaned(f"{path}.{key}", row[key], EVIDENCE[key]) for key in row}
        kept = {key: value for key, value in told.items() if value}
        if not {"url", "narrative"} & kept.keys() and f"{path}.narrative" not in problems:
            problems[path] = [SAYS_NOTHING]
        evidence.append(kept)
    return cleaned("narrative", item.narrative), evidence


SAYS_NOTHING = "Give a url, a narrative, or both."
EVIDENCE: dict[str, Cleaner] = {
    "url": str,
    "narrative": clean_markdown,
    "description": clean_markdown,
    "name": clean_line,
    "genre": clean_line,
    "audience": clean_line,
}
