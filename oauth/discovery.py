"""`/.well-known/oauth-authorization-server`: what a client can find out by itself (RFC 8414)."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from api.scopes import SCOPES
from oauth.token_endpoint import GRANT_TYPES

SECRETS = ["client_secret_basic", "client_secret_post"]


@require_safe
def metadata(request: HttpRequest) -> JsonResponse:
    """For anybody."""
    origin = settings.LAUREL_URL
    return JsonResponse(
        {
            "issuer": origin,
            "authorization_endpoint": f"{origin}/o/authorize",
            "token_endpoint": f"{origin}/o/token",
            "revocation_endpoint": f"{origin}/o/revoke_token",
            "introspection_endpoint": f"{origin}/o/introspect",
            "scopes_supported": [*SCOPES],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": sorted(GRANT_TYPES),
            "token_endpoint_auth_methods_supported": [*SECRETS, "none"],
            "revocation_endpoint_auth_methods_supported": [*SECRETS, "none"],
            "introspection_endpoint_auth_methods_supported": SECRETS,
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
    )
