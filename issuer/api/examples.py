"""One university, one badge, one award: the examples in the API's description. Tests send them."""

from typing import Any

ISSUER_TOLD = {
    "name": "University of Northfield",
    "url": "https://northfield.example",
    "email": "badges@northfield.example",
    "description": "Teaching since 1891.",
}
BADGE_CLASS_TOLD = {
    "name": "First steps",
    "description": "Took the first steps in botany.",
    "image": "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhf"
    "DwAChwGA60e6kgAAAABJRU5ErkJggg==",
    "criteriaNarrative": "Identify **twenty** plants in the field.",
    "tags": ["botany"],
    "alignments": [
        {"targetName": "Identify plants", "targetUrl": "https://skills.example/botany/plants"}
    ],
    "expires": {"amount": 2, "duration": "years"},
}
AWARD_TOLD = {
    "recipient": {"identity": "grace@example.org", "type": "email", "hashed": True},
    "issuedOn": "2026-01-31T12:00:00Z",
    "narrative": "Found all twenty on one walk.",
    "evidence": [{"url": "https://northfield.example/walks/7", "narrative": "Her herbarium."}],
    "allowDuplicateAwards": True,
    "notify": False,
}
REVOCATION_TOLD = {"revocation_reason": "Awarded to another Grace."}
STAFF_TOLD = {"email": "joan@northfield.example", "role": "editor"}

ISSUER: dict[str, Any] = {
    "entityType": "Issuer",
    "entityId": "t2vMqDWOkxIhu4XWrHpnLZ",
    "openBadgeId": "https://badges.northfield.example/public/issuers/t2vMqDWOkxIhu4XWrHpnLZ",
    "createdAt": "2026-01-02T09:00:00Z",
    "createdBy": "pJ0k9GvwTQdB3sYcE1uNzA",
    "image": None,
    "extensions": {},
    "staff": [],
    "archived": False,
    "badgrDomain": "badges.northfield.example",
    **ISSUER_TOLD,
}
BADGE_CLASS: dict[str, Any] = {
    **BADGE_CLASS_TOLD,
    "entityType": "BadgeClass",
    "entityId": "Y4nq_k1s8VbLw0CzRr5T2a",
    "openBadgeId": "https://badges.northfield.example/public/badges/Y4nq_k1s8VbLw0CzRr5T2a",
    "createdAt": "2026-01-02T09:30:00Z",
    "createdBy": ISSUER["createdBy"],
    "issuer": ISSUER["entityId"],
    "issuerOpenBadgeId": ISSUER["openBadgeId"],
    "image": "https://badges.northfield.example/media/artwork/5a0c/original.png",
    "criteriaUrl": None,
    "alignments": [
        BADGE_CLASS_TOLD["alignments"][0]  # type: ignore[index]
        | {"targetDescription": None, "targetFramework": None, "targetCode": None}
    ],
    "oncePerPerson": False,
    "extensions": {},
    "archived": False,
}
ASSERTION: dict[str, Any] = {
    "entityType": "Assertion",
    "entityId": "c8HfJ2mXeUo3PqA7tVd_Ky",
    "openBadgeId": "https://badges.northfield.example/public/assertions/c8HfJ2mXeUo3PqA7tVd_Ky",
    "createdAt": "2026-01-31T12:00:00.125Z",
    "createdBy": ISSUER["createdBy"],
    "badgeclass": BADGE_CLASS["entityId"],
    "badgeclassOpenBadgeId": BADGE_CLASS["openBadgeId"],
    "issuer": ISSUER["entityId"],
    "issuerOpenBadgeId": ISSUER["openBadgeId"],
    "image": "https://badges.northfield.example/public/assertions/c8HfJ2mXeUo3PqA7tVd_Ky/image",
    "recipient": {
        "identity": "sha256$d2a6bd4d81b1ff3d0e9a9f7f4a3d0e1f6f1d3bb0bd4c7b0f4a26f6bd53c9a8f1",
        "hashed": True,
        "type": "email",
        "plaintextIdentity": "grace@example.org",
        "salt": "0d9f4c7e2b6a4f1e8c3d5a7b9e1f2c4d",
    },
    "issuedOn": "2026-01-31T12:00:00Z",
    "narrative": AWARD_TOLD["narrative"],
    "evidence": AWARD_TOLD["evidence"],
    "revoked": False,
    "revocationReason": None,
    "acceptance": "Unaccepted",
    "expires": "2028-01-31T12:00:00Z",
    "extensions": {},
}
ISSUANCE: dict[str, Any] = {
    "entityType": "Issuance",
    "entityId": "Vb3xTqLw9sKcD1mRz7YpNa",
    "statusUrl": "https://badges.northfield.example/v2/issuances/Vb3xTqLw9sKcD1mRz7YpNa",
    "badgeclass": BADGE_CLASS["entityId"],
    "issuer": ISSUER["entityId"],
    "createdAt": "2026-01-31T12:00:00Z",
    "createdBy": ISSUER["createdBy"],
    "finishedAt": None,
    "state": "running",
    "problem": None,
    "total": 4000,
    "done": 1750,
    "awarded": 1749,
    "refused": 1,
}
MEMBER: dict[str, Any] = {
    "userProfile": {
        "entityType": "BadgeUser",
        "entityId": "Kq1W7nZ0aRx5uGhB4sTvYe",
        "firstName": "Joan",
        "lastName": "Clarke",
        "emails": [
            {"email": "joan@northfield.example", "verified": True, "primary": True,
             "caseVariants": []}
        ],
        "url": [],
        "telephone": [],
        "badgrDomain": "badges.northfield.example",
    },
    "user": "Kq1W7nZ0aRx5uGhB4sTvYe",
    "role": "editor",
}  # fmt: skip
MEMBER_V1 = {
    "user": {
        "slug": MEMBER["user"],
        "first_name": "Joan",
        "last_name": "Clarke",
        "email": STAFF_TOLD["email"],
        "url": [],
        "telephone": [],
    },
    "role": "editor",
}
REVOKED = {
    "revoked": True,
    "entityId": ASSERTION["entityId"],
    "revocationReason": "Awarded to another Grace.",
}
