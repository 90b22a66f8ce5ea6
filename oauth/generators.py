"""The tokens themselves. A refresh derives them from the token presented, so that one whose answer
was lost can be repeated: the same answer again, and nothing kept in clear. Its access tokens are
told apart by their entity ids: one that has run out is not made again.
"""

from typing import Any

from django.utils.crypto import salted_hmac
from oauthlib.common import generate_token

REFRESH = "refresh"
ACCESS = "access"


def new_access_token(request: Any) -> str:
    if not is_refresh(request):
        return generate_token()
    return successor(request.refresh_token, f"{ACCESS}.{request.access_token_id}")


def new_refresh_token(request: Any) -> str:
    return successor(request.refresh_token, REFRESH) if is_refresh(request) else generate_token()


def is_refresh(request: Any) -> bool:
    return bool(request.grant_type == "refresh_token")


def successor(refresh_token: str, kind: str) -> str:
    """What comes after a refresh token: only who holds it and the server's key can say."""
    return salted_hmac(f"laurel.oauth.{kind}", refresh_token, algorithm="sha256").hexdigest()
