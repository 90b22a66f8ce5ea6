"""What clients ask about their own tokens: `/o/revoke_token` (RFC 7009) and `/o/introspect` (RFC
7662). The credentials are in the request; no cookie is read, so CSRF does not apply.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from oauth2_provider.oauth2_backends import get_oauthlib_core
from oauthlib.common import Request

from oauth.client_requests import (
    FAILURES,
    BadRequest,
    answer,
    only,
    read_parameters,
    too_many_failures,
)
from oauth.models import PUBLIC_CLIENT_ID, AccessToken, Application
from oauth.queries import living_refresh_token, living_scopes, living_token
from oauth.services.tokens import revoke_presented_token
from oauth.validators import basic_credentials

PARAMETERS = ("token", "token_type_hint", "client_id", "client_secret")


@method_decorator([csrf_exempt, sensitive_post_parameters()], name="dispatch")
class ClientView(View):
    """For clients that say who they are; the token that they name must be their own."""

    http_method_names = ["post"]
    secret_required = False

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            parameters = read_parameters(request, PARAMETERS)
        except BadRequest as error:
            return answer(400, {"error": "invalid_request", "error_description": str(error)})
        token = parameters.get("token", "")
        if not token:
            told = {"error": "invalid_request", "error_description": "Send a token."}
            return answer(400, told)
        client = self.client_of(request, parameters)
        if client is None:
            wait = FAILURES.record_failure(request)
            return too_many_failures(wait) if wait else answer(401, {"error": "invalid_client"})
        return self.about(token, client)

    def client_of(self, request: HttpRequest, parameters: dict[str, str]) -> Application | None:
        """Who signs in as at the token endpoint."""
        if not basic_credentials(request.headers.get("Authorization", "")):
            parameters.setdefault("client_id", PUBLIC_CLIENT_ID)
        core = get_oauthlib_core()
        validator = core.server.request_validator
        asking = Request(request.path, "POST", parameters, core.extract_headers(request))
        if self.secret_required or validator.client_authentication_required(asking):
            known = validator.authenticate_client(asking)
        else:
            known = validator.authenticate_client_id(asking.client_id, asking)
        if not known or (self.secret_required and asking.client.is_public):
            return None
        found: Application = asking.client
        return found

    def about(self, token: str, client: Application) -> HttpResponse:
        raise NotImplementedError

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return only("POST")


class RevokeView(ClientView):
    """RFC 7009, 2.2: an unknown token is as revoked as can be. Public clients name themselves."""

    def about(self, token: str, client: Application) -> HttpResponse:
        revoke_presented_token(application=client, token=token)
        return HttpResponse(headers={"Cache-Control": "no-store"})


class IntrospectView(ClientView):
    """RFC 7662, 2.2: what lives and is the asking client's own; of all else only that it is not."""

    secret_required = True

    def about(self, token: str, client: Application) -> HttpResponse:
        found = living_token(token) or living_refresh_token(token)
        if found is None or found.application_id != client.pk:
            return answer(200, {"active": False})
        told: dict[str, Any] = {
            "active": True,
            "scope": " ".join(living_scopes(found)),
            "client_id": client.client_id,
            "iat": int(found.created.timestamp()),
            "iss": settings.LAUREL_URL,
        }
        if found.user:
            told["sub"] = found.user.entity_id
        if isinstance(found, AccessToken):
            told |= {"token_type": "Bearer", "exp": int(found.expires.timestamp())}
        return answer(200, told)
