"""Rows as `/v2` objects (badgr-api.md 2.0). Every key is always present; clients read them without
asking.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.files.storage import default_storage

from accounts.api.representations import profile, profile_v1
from issuer.listed_awards import ListedAward
from issuer.models import Assertion, BadgeClass, Illustrated, Issuance, Issuer, IssuerStaff
from ob.identity import hash_identity


def instant(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with `Z`; microseconds only where there are any."""
    return moment and moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def media_url(row: Illustrated) -> str | None:
    """The absolute address of the image as uploaded, immutable; None without one."""
    name = row.image_file()
    return urljoin(settings.LAUREL_URL, default_storage.url(name)) if name else None


def creator(row: Issuer | BadgeClass | Assertion | ListedAward | Issuance) -> str | None:
    return row.created_by.entity_id if row.created_by else None


def issuer_object(issuer: Issuer, *, include_staff: bool = True) -> dict[str, Any]:
    result = {
        "entityType": "Issuer",
        "entityId": issuer.entity_id,
        "openBadgeId": issuer.public_url,
        "createdAt": instant(issuer.created_at),
        "createdBy": creator(issuer),
        "name": issuer.name,
        "image": media_url(issuer),
        "email": issuer.email,
        "description": issuer.description or None,
        "url": issuer.url,
        "staff": [staff_object(member) for member in issuer.staff.all()],
        "extensions": issuer.extensions,
        "archived": issuer.archived_at is not None,
        "badgrDomain": settings.LAUREL_URL.partition("://")[2],
    }
    if not include_staff:
        del result["staff"]
    return result


def staff_object(member: IssuerStaff) -> dict[str, Any]:
    return {
        "userProfile": profile(member.user),
        "user": member.user.entity_id,
        "role": member.role,
    }


def staff_object_v1(member: IssuerStaff) -> dict[str, Any]:
    """The same in the names of v1 (badgr-api.md 2.5)."""
    return {"user": profile_v1(member.user), "role": member.role}


REMOVED_V1 = "User has been removed from the staff of the issuer."


def badge_class_object(badge_class: BadgeClass) -> dict[str, Any]:
    return {
        "entityType": "BadgeClass",
        "entityId": badge_class.entity_id,
        "openBadgeId": badge_class.public_url,
        "createdAt": instant(badge_class.created_at),
        "createdBy": creator(badge_class),
        "issuer": badge_class.issuer.entity_id,
        "issuerOpenBadgeId": badge_class.issuer.public_url,
        "name": badge_class.name,
        "image": media_url(badge_class),
        "description": badge_class.description,
        "criteriaUrl": badge_class.criteria_url or None,
        "criteriaNarrative": badge_class.criteria_narrative or None,
        "alignments": [
            {
                key: row.get(key)
                for key in (
                    "targetName",
                    "targetUrl",
                    "targetDescription",
                    "targetFramework",
                    "targetCode",
                )
            }
            for row in badge_class.alignments
        ],
        "tags": badge_class.tags,
        "expires": {
            "amount": badge_class.expires_amount,
            "duration": badge_class.expires_duration or None,
        },
        "oncePerPerson": badge_class.once_per_person,
        "extensions": badge_class.extensions,
        "archived": badge_class.archived_at is not None,
    }


def assertion_object(assertion: Assertion | ListedAward) -> dict[str, Any]:
    revoked = assertion.revoked_at is not None
    return {
        "entityType": "Assertion",
        "entityId": assertion.entity_id,
        "openBadgeId": assertion.public_url,
        "createdAt": instant(assertion.created_at),
        "createdBy": creator(assertion),
        "badgeclass": assertion.badge_class.entity_id,
        "badgeclassOpenBadgeId": assertion.badge_class.public_url,
        "issuer": assertion.issuer.entity_id,
        "issuerOpenBadgeId": assertion.issuer.public_url,
        "image": f"{assertion.public_url}/image",
        "recipient": recipient_object(assertion),
        "issuedOn": instant(assertion.issued_on),
        "narrative": assertion.narrative or None,
        "evidence": [{"url": None, "narrative": None} | dict(row) for row in assertion.evidence],
        "revoked": revoked,
        "revocationReason": assertion.revocation_reason or None,
        "acceptance": assertion.acceptance,
        "expires": instant(assertion.expires_at),
        "extensions": assertion.extensions,
    }


def issuance_object(issuance: Issuance) -> dict[str, Any]:
    """A list of awards and how far it is."""
    path = f"/v2/issuances/{issuance.entity_id}"
    return {
        "entityType": "Issuance",
        "entityId": issuance.entity_id,
        "statusUrl": urljoin(settings.LAUREL_URL, path),
        "badgeclass": issuance.badge_class.entity_id,
        "issuer": issuance.issuer.entity_id,
        "createdAt": instant(issuance.created_at),
        "createdBy": creator(issuance),
        "finishedAt": instant(issuance.finished_at),
        "state": issuance.state,
        "problem": issuance.problem or None,
        "total": issuance.total,
        "done": issuance.next_row,
        "awarded": issuance.awarded,
        "refused": len(issuance.refused),
    }


def issuance_rows(issuance: Issuance, awarded: Mapping[int, str]) -> list[dict[str, Any]]:
    """What became of each row that is done, in order: its award, or what is wrong with it."""
    made: dict[int, dict[str, Any]] = {
        row: {"row": row, "assertion": entity_id, "errors": {}}
        for row, entity_id in awarded.items()
    }
    made |= {
        int(row): {"row": int(row), "assertion": None, "errors": errors}
        for row, errors in issuance.refused.items()
    }
    return [made[row] for row in sorted(made)]


def recipient_object(assertion: Assertion | ListedAward) -> dict[str, Any]:
    """Staff see the plain identity as well. Without hashing there is no salt key."""
    recipient = assertion.recipient
    plain = {
        "identity": recipient.identity,
        "hashed": False,
        "type": recipient.type,
        "plaintextIdentity": assertion.identity_given,
    }
    if not assertion.hashed:
        return plain
    return plain | {
        "identity": hash_identity(recipient.identity, assertion.salt),
        "hashed": True,
        "salt": assertion.salt,
    }
