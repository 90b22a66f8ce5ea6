"""Making applications known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from oauth2_provider.generators import generate_client_id

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


@dataclass(frozen=True, kw_only=True)
class ApplicationFacts:
    """What a developer says of an app. Without scopes it may ask for all that people may grant."""

    name: str
    client_type: str
    grants: Sequence[str]
    redirect_uris: Sequence[str] = ()
    scopes: Sequence[str] = DEFAULT_SCOPES
    website_url: str = ""
    logo_url: str = ""
    policy_url: str = ""
    terms_url: str = ""


@transaction.atomic
def create_application(*, actor: Actor, user: User, **facts: Any) -> tuple[Application, str]:
    """Return the application and its client secret, which is shown this once ("" for a public
    client). `facts` are those of ApplicationFacts. Raises ValidationError.
    """
    described = ApplicationFacts(**facts)
    check(described, user)
    secret = new_secret() if described.client_type == Application.CLIENT_CONFIDENTIAL else ""
    application = Application.objects.create(
        user=user,
        client_id=generate_client_id(),
        client_secret=secret,
        client_type=described.client_type,
        approved_at=timezone.now() if is_trusted(actor) else None,
        **columns(described),
    )
    record("application.created", subject(application), actor=actor)
    return application, secret


def check(facts: ApplicationFacts, user: User) -> None:
    """Raises ValidationError for unknown grants, scopes or redirect URIs, for a public client that
    wants client credentials (RFC 6749, 4.4), and for `rw:serverAdmin` unless the client is
    confidential and an administrator's.
    """
    errors: dict[str, list[str]] = {}
    public = facts.client_type == Application.CLIENT_PUBLIC
    unknown = [grant for grant in facts.grants if grant not in GRANTS]
    if unknown or not facts.grants:
        errors["grants"] = [f"Unknown grant: {' '.join(unknown) or '(none)'}"]
    if public and "client-credentials" in facts.grants:
        errors["grants"] = ["Only a confidential client can use client credentials."]
    if strange := [s for s in facts.scopes if s != ISSUER_ANY and not is_known_scope(s)]:
        errors["scopes"] = [f"Unknown scope: {' '.join(strange)}"]
    if SERVER_ADMIN in facts.scopes and (public or not user.is_superuser):
        errors["scopes"] = [f"{SERVER_ADMIN} is for confidential clients of administrators."]
    if "authorization-code" in facts.grants and not facts.redirect_uris:
        errors["redirect_uris"] = ["The authorization-code grant needs a redirect URI."]
    if problems := [text for uri in facts.redirect_uris if (text := check_redirect_uri(uri))]:
        errors["redirect_uris"] = problems
    if errors:
        raise ValidationError(errors)


def columns(facts: ApplicationFacts) -> dict[str, Any]:
    """What is stored of them, and may change."""
    return {
        "name": facts.name,
        "grants": [GRANTS[grant] for grant in facts.grants],
        "authorization_grant_type": GRANTS[facts.grants[0]],
        "allowed_scopes": list(dict.fromkeys(facts.scopes)),
        "redirect_uris": " ".join(facts.redirect_uris),
        "website_url": facts.website_url,
        "logo_url": facts.logo_url,
        "policy_url": facts.policy_url,
        "terms_url": facts.terms_url,
    }


def is_trusted(actor: Actor) -> bool:
    """Whose applications need no approval: the operator's, administrators', or everybody's."""
    if actor.user is None or actor.user.is_superuser:
        return True
    return bool(settings.LAUREL_APP_CREATION == "anyone")


def subject(application: Application) -> Subject:
    return Subject("application", application.client_id)
