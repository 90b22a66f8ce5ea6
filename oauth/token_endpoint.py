"""`POST /o/token`: every encoding and every omission of real clients (clients.md 1, 3), answered in
JSON.
"""

import json
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from oauth2_provider.oauth2_backends import get_oauthlib_core

from accounts.secrets import keyed_digest
from accounts.throttling import Guesses
from oauth.client_requests import (
    FAILURES,
    BadRequest,
    answer,
    only,
    read_parameters,
    too_many_failures,
)
from oauth.models import PUBLIC_CLIENT_ID
from oauth.queries import public_client_of
from oauth.validators import basic_credentials

BAD_CREDENTIALS = {"invalid_grant", "invalid_client"}
GRANT_TYPES = {"password", "refresh_token", "client_credentials", "authorization_code"}
# What the grants read. All else is dropped (RFC 6749, 3.2): oauthlib takes any name for its own.
PARAMETERS = (
    *("grant_type", "username", "password", "scope", "client_id", "client_secret"),
    *("refresh_token", "code", "redirect_uri", "code_verifier"),
)


@method_decorator([csrf_exempt, sensitive_post_parameters()], name="dispatch")
class TokenView(View):
    """RFC 6749, 3.2. Public: the credentials are in the request. CSRF does not apply: no cookie is
    read.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> JsonResponse:
        try:
            parameters = read_parameters(request, PARAMETERS)
        except BadRequest as error:
            return answer(400, {"error": "invalid_request", "error_description": str(error)})
        fill_in_omissions(parameters, request)
        if parameters["grant_type"] not in GRANT_TYPES:
            return answer(400, {"error": "unsupported_grant_type"})
        status, payload = exchange(parameters, request)
        # A refresh token cannot be guessed, and clients know no 429 on a refresh (clients.md 3.13).
        refreshing = parameters["grant_type"] == "refresh_token"
        if payload.get("error") in BAD_CREDENTIALS and not refreshing:
            if settings.LAUREL_ALLOW_ACCOUNT_PASSWORD_GRANT and "username" in parameters:
                guesses_at(parameters).record_failure(request)
            wait = FAILURES.record_failure(request)
            if wait:
                return too_many_failures(wait)
        if payload.get("error") == "invalid_grant" and parameters["grant_type"] == "password":
            payload["error_description"] = (
                "Invalid credentials given. Programs sign in with an app password: make one at"
                f" {settings.LAUREL_URL}/accounts/app-passwords/"
            )
        return answer(status, payload)

    def http_method_not_allowed(
        self, request: HttpRequest, *args: object, **kwargs: object
    ) -> JsonResponse:
        return only("POST")


def exchange(parameters: dict[str, str], request: HttpRequest) -> tuple[int, dict[str, Any]]:
    """What oauthlib and our validator say. What is used up by it (a code, a refresh token) makes
    one transaction, from its row's lock on; a sign-in does not: it may compute a slow hash.
    """
    core = get_oauthlib_core()
    if "code" in parameters:  # known by its digest alone
        parameters["code"] = keyed_digest(parameters["code"])
    using_up = parameters["grant_type"] in {"refresh_token", "authorization_code"}
    with transaction.atomic() if using_up else nullcontext():
        if settings.LAUREL_ALLOW_ACCOUNT_PASSWORD_GRANT:
            guesses = guesses_at(parameters)
            spent = FAILURES.wait(request) or guesses.wait(request) or guesses.are_used_up(request)
            validator = core.server.request_validator  # one for each request
            validator.hears_account_passwords = not spent
        _, body, status = core.server.create_token_response(
            request.path, "POST", urlencode(parameters), core.extract_headers(request), None
        )
    return status, json.loads(body)


def guesses_at(parameters: dict[str, str]) -> Guesses:
    """Those at people's own passwords count as at the sign-in page."""
    return Guesses("sign-in", parameters.get("username", ""))


def fill_in_omissions(parameters: dict[str, str], request: HttpRequest) -> None:
    """No grant_type is a password grant; no client at all is the public client, or the refresh
    token's own.
    """
    if not parameters.get("grant_type"):
        parameters["grant_type"] = "password"
    parameters["scope"] = " ".join(parameters.get("scope", "").split())
    if not parameters["scope"]:
        del parameters["scope"]
    if parameters.get("client_id") or basic_credentials(request.headers.get("Authorization", "")):
        return
    if parameters["grant_type"] == "password":
        parameters["client_id"] = PUBLIC_CLIENT_ID
    elif parameters["grant_type"] == "refresh_token":
        parameters["client_id"] = public_client_of(parameters.get("refresh_token", ""))
