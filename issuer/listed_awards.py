"""The awards of a class as its list tells them: plain values beside the class that they share. To
make an instance of each row and of the two rows that it names takes a third of a long list's time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from issuer.models import Assertion, BadgeClass, Issuer
from issuer.models.published import Addressed


class ListedRecipient(NamedTuple):
    type: str
    identity: str


class ListedCreator(NamedTuple):
    entity_id: str


@dataclass(slots=True)
class OwnValues:
    """What the award's own row tells, by its names."""

    entity_id: str
    origin: str
    identity_given: str
    hashed: bool
    salt: str
    created_at: datetime
    issued_on: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    revocation_reason: str
    acceptance: str
    narrative: str
    evidence: list[dict[str, Any]]
    extensions: dict[str, Any]


@dataclass(slots=True)
class ListedAward(Addressed, OwnValues):
    """An Assertion to read from, with the names of the model."""

    collection: ClassVar[str] = Assertion.collection

    recipient: ListedRecipient
    created_by: ListedCreator | None
    badge_class: BadgeClass

    @property
    def issuer(self) -> Issuer:
        return self.badge_class.issuer


COLUMNS = [
    *(field.name for field in fields(OwnValues)),
    *("recipient__type", "recipient__identity", "created_by__entity_id"),
]


def listed_award(row: Sequence[Any], badge_class: BadgeClass) -> ListedAward:
    """From the values of COLUMNS."""
    *own, kind, identity, creator = row
    return ListedAward(
        *own,
        recipient=ListedRecipient(kind, identity),
        created_by=ListedCreator(creator) if creator else None,
        badge_class=badge_class,
    )
