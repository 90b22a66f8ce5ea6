"""The writing routes of /v2 and /v1: a body that each takes, and of what kind its fields are
(badgr-api.md 2.2-2.5, 10).
"""

from dataclasses import dataclass, field
from typing import Any

from tests.support.images import data_uri, png
from tests.support.rubbish import (
    EXTENSIONS,
    FLAG,
    IMAGE,
    MOMENT,
    NAME,
    NAMES,
    NOTE,
    OBJECT,
    OBJECTS,
    SOME,
    STORY,
    TYPED,
    WHOLE,
    WORD,
    Kind,
)
from tests.support.servers import OWNER

ISSUER = {"name": "University", "email": OWNER, "url": "https://university.example"}
ISSUER_FIELDS = {
    "name": NAME,
    "email": WORD,
    "url": WORD,
    "description": NOTE,
    "image": IMAGE | "null",
    "extensions": EXTENSIONS,
    "staff": OBJECTS | "null",
    "staff.0.user": WORD,
    "staff.0.role": WORD,
}
CREATED_FIELDS = ISSUER_FIELDS | {"createdBy": WORD | "null"}
STAFF = {"staff": [{"user": "unknown", "role": "editor"}]}
BADGE_CLASS = {
    "name": "First steps",
    "description": "Took them.",
    "image": data_uri(png(40, 40)),
    "alignments": [{"targetName": "Walking", "targetUrl": "https://skills.example/walking"}],
    "expires": {"amount": 1, "duration": "years"},
}
BADGE_CLASS_FIELDS = {
    "name": NAME,
    "description": NAME,
    "image": IMAGE,
    "criteriaUrl": WORD | "null",
    "criteriaNarrative": STORY,
    "tags": NAMES,
    "tags.0": NAME,
    "alignments": OBJECTS | "null",
    "alignments.0": OBJECT,
    "alignments.0.targetName": NAME,
    "alignments.0.targetUrl": WORD,
    "alignments.0.targetDescription": NOTE,
    "alignments.0.targetFramework": NOTE,
    "alignments.0.targetCode": NOTE,
    "expires": (OBJECT | "null") - "empty object",
    "expires.amount": WHOLE,
    "expires.duration": WORD,
    "extensions": EXTENSIONS,
    "oncePerPerson": FLAG,
}
AWARD = {
    "recipient": {"identity": "grace@example.org"},
    "evidence": [{"url": "https://university.example/e", "narrative": "Seen"}],
}
AWARD_FIELDS = {
    "recipient": OBJECT,
    "recipient.identity": WORD,
    "recipient.type": WORD | "null",
    "recipient.hashed": FLAG,
    "issuedOn": MOMENT,
    "expires": MOMENT,
    "narrative": STORY,
    "evidence": OBJECTS | "null",
    "evidence.0": OBJECT,
    "evidence.0.url": WORD | "null",
    "evidence.0.narrative": STORY,
    "evidence.0.name": NOTE,
    "evidence.0.description": NOTE,
    "evidence.0.genre": NOTE,
    "evidence.0.audience": NOTE,
    "extensions": EXTENSIONS,
    "notify": FLAG,
    "create_notification": FLAG,
    "allowDuplicateAwards": FLAG,
}
REASON = {"revocation_reason": Kind(NAME.refuses)}
WEBHOOK = {"url": "http://127.0.0.1:1/", "events": ["badgeclass.deleted"]}
WEBHOOK_FIELDS = {"url": WORD, "events": SOME, "events.0": WORD}
MEMBER = {"email": "nobody@example.org", "role": "editor"}


@dataclass(frozen=True)
class Route:
    """A writing route, a body that it takes, and its fields by their paths in such a body."""

    method: str
    path: str
    body: Any
    fields: dict[str, Kind] = field(default_factory=dict)
    told_in_200: bool = False  # bulk revocation tells of each item what became of it


ROUTES = {
    "create issuer": Route("POST", "/v2/issuers", ISSUER | STAFF, CREATED_FIELDS),
    "change issuer": Route(
        "PUT", "/v2/issuers/{issuer}", STAFF, ISSUER_FIELDS | {"archived": FLAG - "true"}
    ),
    "create class": Route(  # its other fields are those of a change, which draws no image
        "POST",
        "/v2/issuers/{issuer}/badgeclasses",
        BADGE_CLASS,
        {"name": NAME, "description": NAME, "image": IMAGE, "expires.amount": WHOLE},
    ),
    "create class by id": Route(
        "POST", "/v2/badgeclasses", BADGE_CLASS | {"issuer": "{issuer}"}, {"issuer": WORD}
    ),
    "change class": Route(
        "PUT",
        "/v2/badgeclasses/{badge_class}",
        {"tags": ["x"], "alignments": BADGE_CLASS["alignments"], "expires": BADGE_CLASS["expires"]},
        BADGE_CLASS_FIELDS
        | {
            "image": IMAGE | "null",
            "archived": FLAG - "true",  # what is archived takes nothing else
            "oncePerPerson": FLAG - "true",  # nor could it be awarded again and again
        },
    ),
    "award": Route(
        "POST",
        "/v2/badgeclasses/{badge_class}/assertions",
        AWARD,
        AWARD_FIELDS | {"badgeclass": WORD | "null", "badgeclassOpenBadgeId": WORD | "null"},
    ),
    "award by issuer": Route(
        "POST",
        "/v2/issuers/{issuer}/assertions",
        AWARD | {"badgeclass": "{badge_class}"},
        {
            "badgeclass": WORD,
            "badgeclassOpenBadgeId": WORD | "null",
            "badgeclassName": WORD | "null",
        },
    ),
    "correct award": Route(
        "PUT",
        "/v2/assertions/{assertion}",
        AWARD,
        {
            path: kind
            for path, kind in AWARD_FIELDS.items()
            if path not in {"notify", "create_notification", "allowDuplicateAwards"}
        }
        | {"issuedOn": WORD, "recipient": OBJECT - "empty object" - "object" - "many keys"},
    ),
    "batch": Route(
        "POST",
        "/v2/badgeclasses/{badge_class}/issue",
        {"assertions": [AWARD, AWARD]},
        {"assertions": OBJECTS, "assertions.1": OBJECT, "notify": FLAG, "create_notification": FLAG}
        | {f"assertions.1.{path}": kind for path, kind in AWARD_FIELDS.items()},
    ),
    "create webhook": Route("POST", "/v2/issuers/{issuer}/webhooks", WEBHOOK, WEBHOOK_FIELDS),
    "change webhook": Route(
        "PUT", "/v2/webhooks/{webhook}", WEBHOOK, WEBHOOK_FIELDS | {"disabled": FLAG}
    ),
    "revoke": Route("DELETE", "/v2/assertions/{assertion}", {"revocation_reason": "x"}, REASON),
    "revoke list": Route("DELETE", "/v2/issuances/{issuance}", {"revocation_reason": "x"}, REASON),
    "revoke several": Route(
        "POST",
        "/v2/assertions/revoke",
        [{"entityId": "{assertion}", "revocationReason": "x"}],
        {"0": OBJECT, "0.entityId": WORD, "0.revocationReason": Kind(NAME.refuses)},
        told_in_200=True,
    ),
} | {
    f"{word} staff": Route(
        method, "/v2/issuers/{issuer}/staff", MEMBER, {"email": WORD, "user": WORD, "role": WORD}
    )
    for word, method in {
        "add": "POST",
        "replace": "PUT",
        "patch": "PATCH",
        "drop": "DELETE",
    }.items()
}
ROUTES |= {
    "staff of v1": Route(
        "POST",
        "/v1/issuer/issuers/{issuer}/staff",
        MEMBER | {"action": "add"},
        dict.fromkeys(["action", "email", "username", "role"], WORD),
    ),
    "change self": Route(
        "PUT",
        "/v2/users/self",
        {"emails": [{"email": OWNER}]},
        dict.fromkeys(["firstName", "lastName", "password", "currentPassword"], TYPED)
        | {
            "emails": OBJECTS,
            "emails.0": OBJECT,
            "emails.0.email": WORD,
            "agreedTermsVersion": Kind((WHOLE.refuses | {"null"}) - {"zero"}),
            "marketingOptIn": Kind(FLAG.refuses | {"null"}),
        },
    ),
    "change self in v1": Route("PUT", "/v1/user/profile", {}, {"first_name": TYPED}),
    "sign up": Route(
        "POST",
        "/v1/user/profile",
        {"email": "new@example.org", "password": "a-compiler-9-wrote-this"},
        {"email": WORD, "first_name": TYPED, "password": TYPED},
    ),
    "add address": Route("POST", "/v1/user/emails", {"email": "new@example.org"}, {"email": WORD}),
    "forgotten": Route(
        "POST", "/v2/auth/forgot-password", {"email": "nobody@example.org"}, {"email": WORD}
    ),
    "new password": Route(
        "PUT",
        "/v2/auth/forgot-password",
        {"token": "x-y", "password": "a-compiler-9-wrote-this"},
        {"token": TYPED, "password": TYPED},
    ),
}
