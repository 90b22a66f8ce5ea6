"""What the API's description says of each route on people."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers

from accounts.api.inputs import (
    AddressActInput,
    ForgottenInput,
    NewAddressInput,
    NewPasswordInput,
    SelfChanges,
    SelfV1Changes,
    SignUpInput,
)
from accounts.api.shapes import (
    AddressV1Shape,
    NothingShape,
    SelfShape,
    SelfV1Shape,
    TermsVersionShape,
)
from api.openapi import IDEMPOTENCY, StatusShape, answers, answers_v1, query

JOAN = "joan@northfield.example"
SELF: dict[str, Any] = {
    "entityType": "BadgeUser",
    "entityId": "Kq1W7nZ0aRx5uGhB4sTvYe",
    "firstName": "Joan",
    "lastName": "Clarke",
    "emails": [{"email": JOAN, "verified": True, "primary": True, "caseVariants": []}],
    "url": [],
    "telephone": [],
    "badgrDomain": "badges.northfield.example",
    "agreedTermsVersion": 0,
    "hasAgreedToLatestTermsVersion": True,
    "marketingOptIn": False,
    "hasPasswordSet": True,
    "recipient": {"type": "email", "identity": JOAN},
}
TERMS = {
    "entityType": "TermsVersion",
    "version": 1,
    "shortDescription": "We keep what you award.",
    "created": "2026-01-02T09:00:00Z",
    "updated": "2026-01-02T09:00:00Z",
}
NAMES_V1 = {"first_name": "Joan", "last_name": "Clarke"}
SELF_V1: dict[str, Any] = NAMES_V1 | {
    "slug": SELF["entityId"],
    "url": [],
    "telephone": [],
    "email": JOAN,
    "agreed_terms_version": 0,
    "latest_terms_version": 0,
    "marketing_opt_in": False,
    "has_password_set": True,
}
ADDRESS_V1: dict[str, Any] = {
    "id": "u7QxZ3hW0aRk5GnB4sTvYe",
    "email": JOAN,
    "verified": True,
    "primary": True,
    "variants": [],
}
ROOT = {"latestTermsVersion": 0, "latestTermsDescription": ""}
SELF_ANSWER = inline_serializer(
    "SelfAnswer",
    {
        "status": StatusShape(),
        "result": SelfShape(many=True),
        "latestTermsVersion": serializers.IntegerField(required=False),
        "latestTermsDescription": serializers.CharField(required=False, allow_blank=True),
    },
)


def oneself(summary: str, *, body: Any = None) -> Callable[..., Any]:
    done = {"status": {"success": True, "description": "ok"}, "result": [SELF], **ROOT}
    examples = [OpenApiExample("Answer", done, response_only=True, status_codes=["200"])]
    if body:
        changed = {"firstName": "Joan", "lastName": "Clarke"}
        examples.append(OpenApiExample("Request", changed, request_only=True))
    return extend_schema(
        summary=summary, request=body, responses={200: SELF_ANSWER}, examples=examples
    )


SELF_ROUTE = {
    "get": oneself("Who you are"),
    "put": oneself("Change your name, addresses, password or consents", body=SelfChanges),
}
NO_BODY: dict[int, Any] = {204: None}
ADDRESS_ID = OpenApiParameter("address_id", str, OpenApiParameter.PATH)

DESCRIBED: dict[str, dict[str, Callable[..., Any]]] = {
    "/v2/users/self": SELF_ROUTE,
    "/v2/user/profile": SELF_ROUTE,
    "/v2/users/{entity_id}": {
        "get": oneself("Yourself by id; for an administrator's application, anybody"),
        "put": SELF_ROUTE["put"],
    },
    "/v2/auth/forgot-password": {
        "get": extend_schema(
            summary="Lead on to the page where a new password is chosen",
            parameters=[query("token", "From the link in the mail.")],
            responses={302: None},
        ),
        "post": answers(
            NothingShape,
            "Mail a link with which a new password is chosen",
            example={},
            body=ForgottenInput,
            body_example={"email": JOAN},
        ),
        "put": answers(
            NothingShape,
            "Choose a new password with the token of that link",
            example={},
            body=NewPasswordInput,
            body_example={"token": "Kq1W7nZ0aRx5uGhB4sTvYe-d3k1", "password": "twenty plants 7"},
        ),
    },
    "/v2/termsVersions/latest": {
        "get": answers(TermsVersionShape, "The terms in force", example=TERMS)
    },
    "/v1/user/profile": {
        "get": answers_v1({200: SelfV1Shape}, "Who you are", examples={"Answer": SELF_V1}),
        "post": answers_v1(
            {201: SelfV1Shape},
            "Make an account",
            examples={"Answer": SELF_V1},
            body=SignUpInput,
            body_examples={"Request": NAMES_V1 | {"email": JOAN, "password": "twenty plants 7"}},
        ),
        "put": answers_v1(
            {200: SelfV1Shape},
            "Change your name, password or consents",
            examples={"Answer": SELF_V1},
            body=SelfV1Changes,
            body_examples={"Request": NAMES_V1},
        ),
    },
    "/v1/user/emails": {
        "get": answers_v1(
            {200: AddressV1Shape(many=True)}, "Your addresses", examples={"Answer": ADDRESS_V1}
        ),
        "post": answers_v1(
            {201: AddressV1Shape},
            "Add an address",
            examples={"Answer": ADDRESS_V1 | {"verified": False, "primary": False}},
            body=NewAddressInput,
            body_examples={"Request": {"email": JOAN}},
            parameters=[IDEMPOTENCY],
        ),
    },
    "/v1/user/emails/{address_id}": {
        "get": answers_v1(
            {200: AddressV1Shape},
            "One address",
            examples={"Answer": ADDRESS_V1},
            parameters=[ADDRESS_ID],
        ),
        "put": answers_v1(
            {200: AddressV1Shape},
            "Make it the main one, or mail the link again",
            examples={"Answer": ADDRESS_V1},
            body=AddressActInput,
            body_examples={"Main": {"primary": True}, "Once more": {"resend": True}},
            parameters=[ADDRESS_ID],
        ),
        "delete": extend_schema(
            summary="Remove an address", parameters=[ADDRESS_ID], request=None, responses=NO_BODY
        ),
    },
}
