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
from api.openapi import IDEMPOTENCY, StatusShape, answers, query

SELF: dict[str, Any] = {
    "entityType": "BadgeUser",
    "entityId": "Kq1W7nZ0aRx5uGhB4sTvYe",
    "firstName": "Joan",
    "lastName": "Clarke",
    "emails": [
        {"email": "joan@northfield.example", "verified": True, "primary": True, "caseVariants": []}
    ],
    "url": [],
    "telephone": [],
    "badgrDomain": "badges.northfield.example",
    "agreedTermsVersion": 0,
    "hasAgreedToLatestTermsVersion": True,
    "marketingOptIn": False,
    "hasPasswordSet": True,
    "recipient": {"type": "email", "identity": "joan@northfield.example"},
}
TERMS = {
    "entityType": "TermsVersion",
    "version": 1,
    "shortDescription": "We keep what you award.",
    "created": "2026-01-02T09:00:00Z",
    "updated": "2026-01-02T09:00:00Z",
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
            body_example={"email": "joan@northfield.example"},
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
        "get": extend_schema(summary="Who you are", responses={200: SelfV1Shape}),
        "post": extend_schema(
            summary="Make an account", request=SignUpInput, responses={201: SelfV1Shape}
        ),
        "put": extend_schema(
            summary="Change your name, password or consents",
            request=SelfV1Changes,
            responses={200: SelfV1Shape},
        ),
    },
    "/v1/user/emails": {
        "get": extend_schema(summary="Your addresses", responses={200: AddressV1Shape(many=True)}),
        "post": extend_schema(
            summary="Add an address",
            parameters=[IDEMPOTENCY],
            request=NewAddressInput,
            responses={201: AddressV1Shape},
        ),
    },
    "/v1/user/emails/{address_id}": {
        "get": extend_schema(
            summary="One address", parameters=[ADDRESS_ID], responses={200: AddressV1Shape}
        ),
        "put": extend_schema(
            summary="Make it the main one, or mail the link again",
            parameters=[ADDRESS_ID],
            request=AddressActInput,
            responses={200: AddressV1Shape},
        ),
        "delete": extend_schema(
            summary="Remove an address", parameters=[ADDRESS_ID], request=None, responses=NO_BODY
        ),
    },
}
