"""What the API's description says of each route of this room: summary, bodies, answers,
parameters.
"""

from collections.abc import Callable
from typing import Any

from api.openapi import (
    IDEMPOTENCY,
    PAGING,
    Shape,
    answers,
    answers_feed,
    answers_nothing,
    answers_v1,
    query,
)
from issuer.api import examples
from issuer.api.inputs.assertions import (
    AwardInput,
    CorrectionInput,
    IssuersAwardInput,
    RevocationInput,
)
from issuer.api.inputs.badge_classes import (
    BadgeClassChanges,
    BadgeClassInput,
    IssuersBadgeClassInput,
)
from issuer.api.inputs.issuers import IssuerChanges, IssuerInput
from issuer.api.inputs.staff import StaffActionInput, StaffMemberInput
from issuer.api.representations import REMOVED_V1
from issuer.api.shapes import (
    AssertionShape,
    BadgeClassShape,
    BatchShape,
    IssuanceShape,
    IssuerShape,
    RevocationOutcomeShape,
    RevocationShape,
    StaffShape,
    StaffV1Shape,
)

STAFF = [query("include_staff", "`0` or `false` leaves out `staff`.")]
LISTED = [*PAGING, query("include_archived", "`true` lists archived ones as well.", bool)]
AWARDS_LISTED = [
    *PAGING,
    query("recipient", "Only awards to this identity, or to one of several.", many=True),
    query("include_expired", "`true` lists expired ones as well.", bool),
    query("include_revoked", "`true` lists revoked ones as well.", bool),
]
# `remove` leaves nobody to show.
STAFF_V1_ANSWER = {
    "oneOf": [
        {"$ref": "#/components/schemas/StaffV1"},
        {"type": "string", "description": "After `remove`."},
    ]
}
EXAMPLES: dict[Shape, dict[str, Any]] = {
    IssuerShape: examples.ISSUER,
    IssuanceShape: examples.ISSUANCE,
    BadgeClassShape: examples.BADGE_CLASS,
    AssertionShape: examples.ASSERTION,
    StaffShape: examples.MEMBER,
    RevocationOutcomeShape: examples.REVOKED,
}


def told(shape: Shape, summary: str, **more: Any) -> Callable[..., Any]:
    return answers(shape, summary, example=EXAMPLES[shape], **more)


def made(shape: Shape, summary: str, **more: Any) -> Callable[..., Any]:
    return told(shape, summary, status=201, **more)


def changed(shape: Shape, summary: str, **more: Any) -> Callable[..., Any]:
    return answers_feed(shape, summary, example=EXAMPLES[shape], **more)


DESCRIBED: dict[str, dict[str, Callable[..., Any]]] = {
    "/v2/issuers": {
        "get": told(IssuerShape, "The issuers you belong to", parameters=[*LISTED, *STAFF]),
        "post": made(
            IssuerShape,
            "Create an issuer",
            body=IssuerInput,
            body_example=examples.ISSUER_TOLD,
            parameters=STAFF,
        ),
    },
    "/v2/issuers/changed": {"get": changed(IssuerShape, "Changed issuers", parameters=STAFF)},
    "/v2/issuers/{entity_id}": {
        "get": told(IssuerShape, "One issuer", parameters=STAFF),
        "put": told(
            IssuerShape,
            "Change or archive an issuer",
            body=IssuerChanges,
            body_example={"description": "Teaching since 1892."},
            parameters=STAFF,
        ),
        "delete": answers_nothing("Delete an issuer that never awarded anything"),
    },
    "/v2/issuers/{entity_id}/staff": {
        "get": told(StaffShape, "Who belongs to an issuer"),
        "post": made(
            StaffShape, "Add somebody", body=StaffMemberInput, body_example=examples.STAFF_TOLD
        ),
        "put": told(
            StaffShape, "Change a role", body=StaffMemberInput, body_example=examples.STAFF_TOLD
        ),
        "patch": told(
            StaffShape, "Change a role", body=StaffMemberInput, body_example=examples.STAFF_TOLD
        ),
        "delete": told(
            StaffShape,
            "Remove somebody",
            body=StaffMemberInput,
            body_example={"email": "joan@northfield.example"},
        ),
    },
    "/v2/issuers/{entity_id}/badgeclasses": {
        "get": told(BadgeClassShape, "The badge classes of an issuer", parameters=LISTED),
        "post": made(
            BadgeClassShape,
            "Create a badge class",
            body=BadgeClassInput,
            body_example=examples.BADGE_CLASS_TOLD,
        ),
    },
    "/v2/issuers/{entity_id}/assertions": {
        "get": told(AssertionShape, "The awards of an issuer", parameters=AWARDS_LISTED),
        "post": made(
            AssertionShape,
            "Award one of the issuer's badges",
            body=IssuersAwardInput,
            body_example=examples.AWARD_TOLD | {"badgeclass": examples.BADGE_CLASS["entityId"]},
        ),
    },
    "/v2/badgeclasses": {
        "get": told(BadgeClassShape, "The badge classes of your issuers", parameters=LISTED),
        "post": made(
            BadgeClassShape,
            "Create a badge class",
            body=IssuersBadgeClassInput,
            body_example=examples.BADGE_CLASS_TOLD | {"issuer": examples.ISSUER["entityId"]},
        ),
    },
    "/v2/badgeclasses/changed": {"get": changed(BadgeClassShape, "Changed badge classes")},
    "/v2/badgeclasses/{entity_id}": {
        "get": told(BadgeClassShape, "One badge class"),
        "put": told(
            BadgeClassShape,
            "Change or archive a badge class",
            body=BadgeClassChanges,
            body_example={"archived": True},
        ),
        "delete": answers_nothing("Delete a badge class that was never awarded"),
    },
    "/v2/badgeclasses/{entity_id}/assertions": {
        "get": told(AssertionShape, "The awards of a badge class", parameters=AWARDS_LISTED),
        "post": made(
            AssertionShape, "Award a badge", body=AwardInput, body_example=examples.AWARD_TOLD
        ),
    },
    "/v2/badgeclasses/{entity_id}/issue": {
        "post": made(
            AssertionShape,
            "Award a badge to many at once",
            body=BatchShape,
            also={202: (IssuanceShape, examples.ISSUANCE)},
            body_example={"assertions": [examples.AWARD_TOLD], "create_notification": False},
        )
    },
    "/v2/assertions/changed": {"get": changed(AssertionShape, "Changed awards")},
    "/v2/assertions/revoke": {
        "post": told(
            RevocationOutcomeShape,
            "Revoke up to 1,000 awards",
            body=RevocationShape(many=True),
            body_example={  # one of a list, which the library makes of it
                "entityId": examples.ASSERTION["entityId"],
                "revocationReason": "A mistake.",
            },
        )
    },
    "/v2/assertions/{entity_id}": {
        "get": told(AssertionShape, "One award"),
        "put": told(
            AssertionShape,
            "Correct an award",
            body=CorrectionInput,
            body_example={"narrative": "Found all twenty."},
        ),
        "delete": told(
            AssertionShape,
            "Revoke an award",
            body=RevocationInput,
            body_example=examples.REVOCATION_TOLD,
        ),
    },
    "/v2/issuances/{entity_id}": {
        "get": told(
            IssuanceShape,
            "How far a list of awards is, and what became of its rows",
            parameters=[query("brief", "`true`: without the rows, for who asks often.")],
        ),
        "delete": told(
            IssuanceShape,
            "Revoke all awards of a list",
            status=202,
            body=RevocationInput,
            body_example=examples.REVOCATION_TOLD,
        ),
    },
    "/v2/issuers/{entity_id}/issuances": {
        "get": told(IssuanceShape, "The lists of awards of an issuer", parameters=PAGING)
    },
    "/v1/issuer/issuers/{entity_id}/staff": {
        "get": answers_v1(
            {200: StaffV1Shape(many=True)},
            "Who belongs to an issuer",
            examples={"Answer 200": examples.MEMBER_V1},
        ),
        "post": answers_v1(
            {200: STAFF_V1_ANSWER},
            "Add, change or remove somebody",
            examples={"After add and modify": examples.MEMBER_V1, "After remove": REMOVED_V1},
            body=StaffActionInput,
            body_examples={
                "Add": examples.STAFF_TOLD | {"action": "add"},
                "Modify": examples.STAFF_TOLD | {"action": "modify", "role": "staff"},
                "Remove": {"action": "remove", "email": examples.STAFF_TOLD["email"]},
            },
            parameters=[IDEMPOTENCY],
        ),
    },
}
