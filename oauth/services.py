"""Making applications known, and clearing away what has expired."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from oauth2_provider.generators import generate_client_id
from oauth2_provider.models import clear_expired

from accounts.models import User
from accounts.secrets import new_secret
from activity.actors import Actor
from activity.services import record
from activity.subjects import Subject
from api.scopes import ISSUER_ANY, SERVER_ADMIN, is_known_scope
from oauth.models import Application
from oauth.redirects import check_redirect_uri

GRANTS = {
    "authorization-code": Application.GRANT_AUTHORIZATION_CODE,
    "client-credentials": Application.GRANT_CLIENT_CREDENTIALS,
    "password": Application.GRANT_PASSWORD,
}
DEFAULT_SCOPES = ("r:profile", "rw:profile", "r:issuer", "rw:issuer", "r:backpack", "rw:backpack")


@transaction.atomic
def create_application(
    *,
    actor: Actor,
    user: User,
    name: str,
    client_type: str,
    grants: Sequence[str],
    redirect_uris: Sequence[str] = (),
    scopes: Sequence[str] = DEFAULT_SCOPES,
) -> tuple[Application, str]:
    """Return the application and its client secret, which is shown this once ("" for a public
    client).

    Raises ValidationError for unknown grants, scopes or redirect URIs, for a public client that
    wants client credentials (RFC 6749, 4.4), and for `rw:serverAdmin` unless the client is
    confidential and an administrator's.
    """
    errors: dict[str, list[str]] = {}
    if unknown := [grant for grant in grants if grant not in GRANTS] or (not grants and ["(none)"]):
        errors["grants"] = [f"Unknown grant: {' '.join(unknown)}"]
    if client_type == "public" and "client-credentials" in grants:
        errors["grants"] = ["Only a confidential client can use client credentials."]
    if unknown := [s for s in scopes if s != ISSUER_ANY and not is_known_scope(s)]:
        errors["scopes"] = [f"Unknown scope: {' '.join(unknown)}"]
    if SERVER_ADMIN in scopes and (client_type == "public" or not user.is_superuser):
        errors["scopes"] = [f"{SERVER_ADMIN} is for confidential clients of administrators."]
    if "authorization-code" in grants and not redirect_uris:
        errors["redirect_uris"] = ["The authorization-code grant needs a redirect URI."]
    if problems := [text for uri in redirect_uris if (text := check_redirect_uri(uri))]:
        errors["redirect_uris"] = problems
    if errors:
        raise ValidationError(errors)
    secret = new_secret() if client_type == "confidential" else ""
    application = Application.objects.create(
        name=name,
        user=user,
        client_id=generate_client_id(),
        client_secret=secret,
        client_type=client_type,
        grants=[GRANTS[grant] for grant in grants],
        authorization_grant_type=GRANTS[grants[0]],
        allowed_scopes=list(dict.fromkeys(scopes)),
        redirect_uris=" ".join(redirect_uris),
    )
    record("application.created", Subject("application", application.client_id), actor=actor)
    return application, secret


def clear_expired_tokens() -> None:
    """Delete access tokens, codes and revoked refresh tokens that can never be used again."""
    clear_expired()
