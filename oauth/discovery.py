"""`/.well-known/…`: what a client can find out by itself: OAuth's metadata (RFC 8414) and the
manifest of Badge Connect (Open Badges 2.1).
"""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from api.scopes import BADGE_CONNECT, SCOPES
from oauth.client_requests import only
from oauth.token_endpoint import GRANT_TYPES

SECRETS = ["client_secret_basic", "client_secret_post"]

Document = Callable[[HttpRequest], JsonResponse]


def read_only(document: Document) -> Document:
    """Other methods are refused in JSON; a forged one does nothing, so CSRF does not apply."""

    @csrf_exempt
    @wraps(document)
    def view(request: HttpRequest) -> JsonResponse:
        return document(request) if request.method in {"GET", "HEAD"} else only("GET", "HEAD")

    return view


@read_only
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
            "registration_endpoint": f"{origin}/o/register",
            "scopes_supported": [*SCOPES, *BADGE_CONNECT],
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


@read_only
def badge_connect(request: HttpRequest) -> JsonResponse:
    """For anybody. A host that knows only our name finds all it needs to collect badges."""
    origin = settings.LAUREL_URL
    entry = {
        "type": "BadgeConnectAPI",
        "name": _("Laurel at %(host)s") % {"host": urlsplit(origin).netloc},
        "image": origin + static("laurel.svg"),
        "apiBase": f"{origin}/ims/ob/v2p1",
        "version": "v2p1",
        "termsOfServiceUrl": settings.LAUREL_TERMS_URL,
        "privacyPolicyUrl": settings.LAUREL_PRIVACY_URL,
        "scopesOffered": [*BADGE_CONNECT],
        "registrationUrl": f"{origin}/o/register",
        "authorizationUrl": f"{origin}/o/authorize",
        "tokenUrl": f"{origin}/o/token",
        "tokenRevocationUrl": f"{origin}/o/revoke_token",
    }
    manifest = {
        "@context": "https://purl.imsglobal.org/spec/ob/v2p1/ob_v2p1.jsonld",
        "type": "Manifest",
        "id": f"{origin}/.well-known/badgeconnect.json",
        "badgeConnectAPI": [entry],
    }
    return JsonResponse(manifest, headers={"Cache-Control": "public, max-age=3600"})
