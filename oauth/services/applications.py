"""Making applications known, and what their developers and administrators do with them. Each act
goes by the stored row, under its lock, never by what the caller has read of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from oauth2_provider.generators import generate_client_id

from accounts.models import User
from accounts.names import one_line
from accounts.secrets import new_secret
from activity.actors import Actor
from activity.services import record
from activity.subjects import Subject
from api.errors import Conflict
from api.scopes import ISSUER_ANY, SERVER_ADMIN, is_known_scope, needs_approval
from oauth.models import Application
from oauth.redirects import check_redirect_uri

GRANTS = {
    "authorization-code": Application.GRANT_AUTHORIZATION_CODE,
    "client-credentials": Application.GRANT_CLIENT_CREDENTIALS,
    "password": Application.GRANT_PASSWORD,
}
DISABLING = ("disabled_at", "disabled_by_administrator")
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
    client). `facts` are those of ApplicationFacts. Raises ValidationError, PermissionDenied.
    """
    if settings.LAUREL_APP_CREATION == "administrators" and not is_trusted(actor):
        raise PermissionDenied("On this server administrators make the apps.")
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


@transaction.atomic
def change_application(*, actor: Actor, application: Application, **facts: Any) -> Application:
    """Say anew what it is; its type stays. What is not the app that was approved any more waits for
    approval again, and asks its people again; the tokens that it holds go on. Raises
    ValidationError, PermissionDenied.
    """
    application = lock(application)
    require_changeable(actor, application)
    described = ApplicationFacts(client_type=application.client_type, **facts)
    check(described, application.user)
    new = columns(described)
    if is_another(application, new):
        # The rows stay: by them people find and take back what it holds.
        application.consents.update(scopes=[])
        if not is_trusted(actor):
            application.approved_at = None
    for name, value in new.items():
        setattr(application, name, value)
    application.save(update_fields=[*new, "approved_at", "updated"])
    record("application.changed", subject(application), actor=actor)
    return application


@transaction.atomic
def rotate_secret(*, actor: Actor, application: Application) -> str:
    """The new secret, shown this once. The old one is dead from now on. Raises PermissionDenied,
    ValidationError for an application that has none.
    """
    application = lock(application)
    require_changeable(actor, application)
    if application.is_public:
        raise ValidationError("A public app has no secret.")
    secret = application.client_secret = new_secret()
    application.save(update_fields=["client_secret", "updated"])
    record("application.secret_rotated", subject(application), actor=actor)
    return secret


@transaction.atomic
def disable_application(*, actor: Actor, application: Application) -> None:
    """Nothing that it holds works while it is disabled. What an administrator disables, or finds
    disabled and disables again, stays so until an administrator enables it. Raises
    PermissionDenied.
    """
    application = lock(application)
    require_owner(actor, application)
    for_good = is_administrator(actor)
    if application.disabled_at is None or for_good > application.disabled_by_administrator:
        application.disabled_at = application.disabled_at or timezone.now()
        application.disabled_by_administrator = for_good
        application.save(update_fields=[*DISABLING, "updated"])
        record("application.disabled", subject(application), actor=actor)


@transaction.atomic
def enable_application(*, actor: Actor, application: Application) -> None:
    """Let it work again. Raises PermissionDenied, also for its developer where an administrator
    has disabled it.
    """
    application = lock(application)
    require_owner(actor, application)
    if application.disabled_by_administrator and not is_administrator(actor):
        raise PermissionDenied("An administrator has disabled this app.")
    if application.disabled_at is not None:
        application.disabled_at, application.disabled_by_administrator = None, False
        application.save(update_fields=[*DISABLING, "updated"])
        record("application.enabled", subject(application), actor=actor)


@transaction.atomic
def approve_application(*, actor: Actor, application: Application, seen: str) -> None:
    """Let it ask for all of its scopes. An administrator's to do: raises PermissionDenied. `seen`
    is the fingerprint of what was looked at: raises Conflict where the app has become another.
    """
    require_administrator(actor)
    application = lock(application)
    if application.fingerprint != seen:
        raise Conflict("The app has changed since you looked at it.")
    if application.approved_at is None:
        application.approved_at = timezone.now()
        application.save(update_fields=["approved_at", "updated"])
        record("application.approved", subject(application), actor=actor)


@transaction.atomic
def withdraw_approval(*, actor: Actor, application: Application) -> None:
    """Its strong scopes, in the tokens that it holds too, wait for approval again. An
    administrator's to do: raises PermissionDenied.
    """
    require_administrator(actor)
    application = lock(application)
    if application.approved_at is not None:
        application.approved_at = None
        application.save(update_fields=["approved_at", "updated"])
        record("application.approval_withdrawn", subject(application), actor=actor)


def lock(application: Application) -> Application:
    """As it is stored now, until commit. Tokens and consents may be stored beside it."""
    rows = Application.objects.select_for_update(of=("self",), no_key=True)
    stored: Application = rows.get(pk=application.pk)
    return stored


def require_administrator(actor: Actor) -> None:
    """Raises PermissionDenied."""
    if not is_administrator(actor):
        raise PermissionDenied("Administrators approve apps.")


def require_owner(actor: Actor, application: Application) -> None:
    """Its developer or an administrator. Raises PermissionDenied."""
    if not is_administrator(actor) and actor.user_id != application.user_id:
        raise PermissionDenied("This app is somebody else's.")


def require_changeable(actor: Actor, application: Application) -> None:
    """What registered itself stays as it said. Raises PermissionDenied."""
    require_owner(actor, application)
    if application.registered_itself:
        raise PermissionDenied("This app registered itself.")


def is_another(application: Application, new: Mapping[str, Any]) -> bool:
    """Would people and administrators have to look again: at its name, at where people and their
    codes are sent, at how it gets in, at what it may write?
    """
    strong = {scope for scope in new["allowed_scopes"] if needs_approval(scope)}
    return (
        new["name"] != application.name
        or not hosts(new["redirect_uris"]) <= hosts(application.redirect_uris)
        or not set(new["grants"]) <= set(application.grants)
        or not strong <= set(application.allowed_scopes)
    )


def hosts(redirect_uris: str) -> set[str | None]:
    return {urlsplit(uri).hostname for uri in redirect_uris.split()}


def check(facts: ApplicationFacts, user: User) -> None:
    """Raises ValidationError for a missing name, unknown grants or scopes, addresses that are none,
    for a public client that wants client credentials (RFC 6749, 4.4), and for `rw:serverAdmin`
    unless the client is confidential and an administrator's.
    """
    errors: dict[str, list[str]] = {}
    if not 1 <= len(one_line(facts.name)) <= 100:
        errors["name"] = ["Give the app a name of 1 to 100 characters."]
    for field in ("website_url", "logo_url", "policy_url", "terms_url"):
        url = getattr(facts, field)
        if url and (problem := check_redirect_uri(url)):
            errors[field] = [problem]
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
        "name": one_line(facts.name),
        "grants": [GRANTS[grant] for grant in facts.grants],
        "authorization_grant_type": GRANTS[facts.grants[0]],
        "allowed_scopes": list(dict.fromkeys(facts.scopes)),
        "redirect_uris": " ".join(facts.redirect_uris),
        "website_url": facts.website_url,
        "logo_url": facts.logo_url,
        "policy_url": facts.policy_url,
        "terms_url": facts.terms_url,
    }


def is_administrator(actor: Actor) -> bool:
    """One of them, or the operator at the command line."""
    return actor.user is None or actor.user.is_superuser


def is_trusted(actor: Actor) -> bool:
    """Whose applications need no approval: administrators', or everybody's."""
    return is_administrator(actor) or settings.LAUREL_APP_CREATION == "anyone"


def subject(application: Application) -> Subject:
    return Subject("application", application.client_id)
