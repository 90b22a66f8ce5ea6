"""Who a bearer token speaks for (RFC 6750): the header alone, one query, never the query string."""

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import User
from api.scopes import SERVER_ADMIN
from oauth.models import AccessToken
from oauth.queries import living_scopes, living_token
from oauth.services.consents import is_stale, note_use
from oauth.services.tokens import note_first_use


class BearerToken:
    """What the API may know of the presented token: `request.auth`."""

    def __init__(self, token: AccessToken, user: User) -> None:
        beyond = frozenset() if user.is_superuser else {SERVER_ADMIN}
        self.granted = frozenset(living_scopes(token)) - beyond
        # Who repeats a request: the application or the app password, on behalf of one user (DESIGN
        # 9).
        holder = (
            f"pw{token.app_password_id}" if token.app_password_id else f"app{token.application_id}"
        )
        self.client_key = f"{holder}:{user.pk}"


class BearerAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, BearerToken] | None:
        scheme, _, credentials = get_authorization_header(request).decode("latin-1").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer" or not credentials.strip():
            raise AuthenticationFailed("Send `Authorization: Bearer` and an access token.")
        token = living_token(credentials.strip())
        if token is None:
            raise AuthenticationFailed("The access token is unknown, expired or revoked.")
        user = token.user or token.application.user
        if token.source_refresh_token_id and not token.first_used_at:
            note_first_use(token)
        if is_stale(token.consent_used_at):
            note_use(token.application, user)
        return user, BearerToken(token, user)

    def authenticate_header(self, request: Request) -> str:
        if get_authorization_header(request):
            return 'Bearer realm="laurel", error="invalid_token"'
        return 'Bearer realm="laurel"'
