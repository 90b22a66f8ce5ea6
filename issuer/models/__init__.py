"""The domain's rows: one file a concept."""

from issuer.models.assertions import (
    MAX_IDENTITY,
    Acceptance,
    Assertion,
    IdentityType,
    Recipient,
)
from issuer.models.award_tables import AwardTable
from issuer.models.badge_classes import BadgeClass, Duration
from issuer.models.issuances import Issuance, IssuancePart
from issuer.models.issuers import Issuer, IssuerStaff, Role
from issuer.models.published import Illustrated, Published, artwork_file

__all__ = [
    "MAX_IDENTITY",
    "Acceptance",
    "Assertion",
    "AwardTable",
    "BadgeClass",
    "Duration",
    "IdentityType",
    "Illustrated",
    "Issuance",
    "IssuancePart",
    "Issuer",
    "IssuerStaff",
    "Published",
    "Recipient",
    "Role",
    "artwork_file",
]
