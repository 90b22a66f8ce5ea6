"""`/v2/auth/tokens`: a person's living access tokens, listed and ended (badgr-api.md 1.3)."""

from typing import Any

from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from activity.actors import Actor, Channel
from api.envelope import success
from api.openapi import answers, answers_nothing
from api.paging import paged
from api.views import ScopedView
from oauth.models import AccessToken, Application
from oauth.queries import living_tokens_of
from oauth.services.tokens import revoke_access_token

PROFILE = frozenset({"rw:profile"})


class TokenApplicationShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    image = serializers.CharField(allow_null=True)
    website_url = serializers.CharField(allow_null=True)
    clientId = serializers.CharField()
    policyUri = serializers.CharField(allow_null=True)
    termsUri = serializers.CharField(allow_null=True)


class AccessTokenShape(serializers.Serializer[Any]):
    entityType = serializers.ChoiceField(choices=["AccessToken"])
    entityId = serializers.CharField()
    application = TokenApplicationShape()
    scope = serializers.CharField()
    expires = serializers.DateTimeField()
    created = serializers.DateTimeField()


EXAMPLE = {
    "entityType": "AccessToken",
    "entityId": "sXr0uW3nQ2aB7cD9eF1gHk",
    "application": {
        "name": "Portfolio",
        "image": None,
        "website_url": "https://app.example",
        "clientId": "Zt3vTlVhNqJd0wYb8sXr0uW3nQ2aB7cD9eF1gHkL",
        "policyUri": None,
        "termsUri": None,
    },
    "scope": "r:profile rw:issuer",
    "expires": "2026-05-05T12:00:00Z",
    "created": "2026-05-04T12:00:00Z",
}


class TokensView(ScopedView):
    scopes = {"GET": PROFILE}

    @answers(AccessTokenShape, "List your access tokens", example=EXAMPLE)
    def get(self, request: Request) -> HttpResponseBase:
        return paged(request, living_tokens_of(request.user), token_object)


class TokenView(ScopedView):
    scopes = {"GET": PROFILE, "DELETE": PROFILE}

    @answers(AccessTokenShape, "Read one of your access tokens", example=EXAMPLE)
    def get(self, request: Request, entity_id: str) -> Response:
        return success([token_object(self.token(request, entity_id))])

    @answers_nothing("End an access token, and what refreshes it")
    def delete(self, request: Request, entity_id: str) -> Response:
        actor = Actor(user=request.user, channel=Channel.API, client=request.auth.client_key)
        revoke_access_token(actor=actor, token=self.token(request, entity_id))
        return Response(status=204)

    def token(self, request: Request, entity_id: str) -> AccessToken:
        return living_tokens_of(request.user).get(entity_id=entity_id)


def token_object(token: AccessToken) -> dict[str, Any]:
    return {
        "entityType": "AccessToken",
        "entityId": token.entity_id,
        "application": application_object(token.application),
        "scope": token.scope,
        "expires": token.expires.isoformat().replace("+00:00", "Z"),
        "created": token.created.isoformat().replace("+00:00", "Z"),
    }


def application_object(application: Application) -> dict[str, str | None]:
    """An application as people see it, in Badgr's shape."""
    return {
        "name": application.name,
        "image": application.logo_url or None,
        "website_url": application.website_url or None,
        "clientId": application.client_id,
        "policyUri": application.policy_url or None,
        "termsUri": application.terms_url or None,
    }
