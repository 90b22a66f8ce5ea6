"""`POST /o/token`: every encoding and every omission of real clients (clients.md 1, 3), answered in
JSON.
"""

import json
from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from oauth2_provider.oauth2_backends import get_oauthlib_core
from rest_framework.exceptions import ParseError

from accounts.secrets import keyed_digest
from api.parsers import loads
from api.throttling import FailureThrottle
from oauth.models import PUBLIC_CLIENT_ID
from oauth.queries import public_client_of
from oauth.validators import basic_credentials

FAILURES = FailureThrottle("token", allowed=30, window=timedelta(minutes=10))
MAX_BODY = 64 * 1024  # anybody may send one, and it is parsed before anybody is known
BAD_CREDENTIALS = {"invalid_grant", "invalid_client"}
GRANT_TYPES = {"password", "refresh_token", "client_credentials", "authorization_code"}
# What the grants read. All else is dropped (RFC 6749, 3.2): oauthlib takes any name for its own.
PARAMETERS = (
    *("grant_type", "username", "password", "scope", "client_id", "client_secret"),
    *("refresh_token", "code", "redirect_uri", "code_verifier"),
)
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class BadTokenRequest(Exception):
    """The request cannot be read; the text says why."""


@method_decorator([csrf_exempt, sensitive_post_parameters()], name="dispatch")
class TokenView(View):
    """RFC 6749, 3.2. Public: the credentials are in the request. CSRF does not apply: no cookie is
    read.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> JsonResponse:
        try:
            parameters = read_parameters(request)
        except BadTokenRequest as error:
            return answer(400, {"error": "invalid_request", "error_description": str(error)})
        fill_in_omissions(parameters, request)
        if parameters["grant_type"] not in GRANT_TYPES:
            return answer(400, {"error": "unsupported_grant_type"})
        status, payload = exchange(parameters, request)
        # A refresh token cannot be guessed, and clients know no 429 on a refresh (clients.md 3.13).
        refreshing = parameters["grant_type"] == "refresh_token"
        if payload.get("error") in BAD_CREDENTIALS and not refreshing:
            wait = FAILURES.record_failure(request)
            if wait:
                return too_many_failures(wait)
        if payload.get("error") == "invalid_grant" and parameters["grant_type"] == "password":
            payload["error_description"] = (
                "Invalid credentials given. Programs sign in with an app password: make one at"
                f" {settings.LAUREL_URL}/accounts/app-passwords/"
            )
        response = answer(status, payload)
        if status == 401:
            response["WWW-Authenticate"] = 'Basic realm="laurel"'
        return response

    def http_method_not_allowed(
        self, request: HttpRequest, *args: object, **kwargs: object
    ) -> JsonResponse:
        response = answer(
            405, {"error": "invalid_request", "error_description": "Send a POST request."}
        )
        response["Allow"] = "POST"
        return response


def exchange(parameters: dict[str, str], request: HttpRequest) -> tuple[int, dict[str, Any]]:
    """What oauthlib and our validator say. What is used up by it (a code, a refresh token) makes
    one transaction, from its row's lock on; a sign-in does not: it may compute a slow hash.
    """
    core = get_oauthlib_core()
    if "code" in parameters:  # known by its digest alone
        parameters["code"] = keyed_digest(parameters["code"])
    using_up = parameters["grant_type"] in {"refresh_token", "authorization_code"}
    with transaction.atomic() if using_up else nullcontext():
        headers = core.extract_headers(request)
        if settings.LAUREL_ALLOW_ACCOUNT_PASSWORD_GRANT:
            headers["laurel.throttled"] = FAILURES.wait(request) > 0
        _, body, status = core.server.create_token_response(
            request.path, "POST", urlencode(parameters), headers, None
        )
    return status, json.loads(body)


def answer(status: int, payload: dict[str, object]) -> JsonResponse:
    return JsonResponse(payload, status=status, headers=NO_STORE)


def too_many_failures(wait: int) -> JsonResponse:
    response = answer(
        429,
        {
            "error": "login attempts throttled",
            "error_description": "Too many login attempts. Please wait and try again.",
            "expires": wait,
        },
    )
    response["Retry-After"] = str(wait)
    return response


def read_parameters(request: HttpRequest) -> dict[str, str]:
    """The body as text parameters, whether form, multipart or JSON. Raises BadTokenRequest."""
    request.encoding = "utf-8"  # whatever is claimed (WHATWG URL, 5)
    if request.META.get("QUERY_STRING"):
        raise BadTokenRequest(
            "Token grant parameters must be sent in post body, not query parameters"
        )
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        raise BadTokenRequest(f"The body is larger than {MAX_BODY} bytes.")
    try:
        if request.content_type == "application/json":
            parameters = loads(request.body)
        else:
            if any(len(request.POST.getlist(name)) > 1 for name in PARAMETERS):
                raise BadTokenRequest("A parameter is given twice.")
            parameters = request.POST.dict()
    except (ParseError, MultiPartParserError, SuspiciousOperation, RequestDataTooBig) as error:
        raise BadTokenRequest(f"The body cannot be read: {error}") from None
    if not isinstance(parameters, dict):
        raise BadTokenRequest("The body must be a JSON object.")
    present = {name: parameters[name] for name in PARAMETERS if parameters.get(name) is not None}
    for name, value in present.items():
        if not isinstance(value, str) or "\x00" in value:
            raise BadTokenRequest(f"The parameter {name} must be plain text.")
    return present


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
