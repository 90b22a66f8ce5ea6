"""Every named read of applications, consents and tokens."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from oauth2_provider.models import refresh_token_expire_timedelta

from accounts.models import User
from accounts.secrets import keyed_digest
from api.scopes import is_within
from oauth.models import PUBLIC_CLIENT_ID, AccessToken, Application, Consent, RefreshToken

# Of tokens: what they were got by is there still, and so is the app that holds them.
NOT_TAKEN_AWAY = (
    (Q(app_password=None) | Q(app_password__revoked_at=None))
    & Q(application__disabled_at=None)
    & (Q(application__user=None) | Q(application__user__is_active=True))
)

# Every call to the API asks for its token: reading all of it would take half of a short call.
TOLD_OF_A_TOKEN = [
    *("user", "app_password", "source_refresh_token", "scope", "created", "expires"),
    *("sign_in", "first_used_at"),
    *("application__user", "application__allowed_scopes", "application__approved_at"),
]


def applications_of(user: User) -> QuerySet[Application]:
    """What the person has made, newest first."""
    return Application.objects.filter(user=user).order_by("-created")


def everybodys_applications() -> QuerySet[Application]:
    """Those that people have made and those that registered themselves."""
    return Application.objects.exclude(client_id=PUBLIC_CLIENT_ID)


def application_for(user: User, client_id: str) -> Application:
    """One that the person may see: their own, an administrator any but the server's own. Raises
    DoesNotExist.
    """
    mine = everybodys_applications() if user.is_superuser else applications_of(user)
    return mine.get(client_id=client_id)


def unapproved_applications() -> list[Application]:
    """Those that ask for scopes which wait for an administrator, oldest first."""
    waiting = Application.objects.filter(approved_at=None, disabled_at=None).exclude(user=None)
    rows = waiting.order_by("created")
    return [row for row in rows if row.permitted_scopes != row.allowed_scopes]


def consents_of(user: User) -> QuerySet[Consent]:
    """What the person has allowed, newest first."""
    rows = Consent.objects.filter(user=user).select_related("application")
    return rows.order_by("-given_at")


def remembered_consent(user: User, application: Application, scopes: list[str]) -> Consent | None:
    """A consent that covers these scopes and has been in use as long as a sign-in lasts; locked."""
    since = timezone.now() - timedelta(days=settings.LAUREL_REFRESH_TOKEN_DAYS)
    consent = locked_consent(user, application)
    if consent is None or consent.last_used_at <= since:
        return None
    return consent if all(is_within(scope, consent.scopes) for scope in scopes) else None


def locked_consent(user: User, application: Application) -> Consent | None:
    """What the person allows the application: until commit nobody takes it back. Whoever locks
    codes or tokens too does it after this, or two would wait for one another.
    """
    rows = Consent.objects.select_for_update().filter(user=user, application=application)
    return rows.first()


def living_token(raw: str) -> AccessToken | None:
    """The unexpired token of a usable application and of an active person whose password is still
    the one it was given out on; or whose app password is not revoked. One query, which also tells
    when its consent was last known to be used.
    """
    consent = Consent.objects.filter(user=OuterRef("user"), application=OuterRef("application"))
    token = (
        AccessToken.objects.select_related("user", "application__user")
        .only(*TOLD_OF_A_TOKEN)
        .annotate(consent_used_at=Subquery(consent.values("last_used_at")))
        .filter(NOT_TAKEN_AWAY, token_checksum=checksum(raw), expires__gt=timezone.now())
        .first()
    )
    if token is None:
        return None
    user = token.user or token.application.user
    return token if user is not None and user.is_active and still_signed_in(token) else None


def living_scopes(token: AccessToken | RefreshToken) -> list[str]:
    """What of its scopes the application may still ask for: what is taken from an application is
    taken from the tokens it holds.
    """
    permitted = token.application.permitted_scopes
    return [scope for scope in token.scope.split() if is_within(scope, permitted)]


def living_tokens_of(user: User) -> QuerySet[AccessToken]:
    """The person's access tokens that would let somebody in now."""
    signed_in = Q(app_password__isnull=False) | Q(sign_in=password_stamp(user))
    rows = AccessToken.objects.filter(NOT_TAKEN_AWAY, signed_in, user=user)
    living = rows.filter(expires__gt=timezone.now())
    return living.select_related("application").annotate(created_at=F("created"))


def living_refresh_token(raw: str) -> RefreshToken | None:
    """The same of a refresh token that is not used up."""
    token = (
        unspent_refresh_tokens()
        .select_related("user")
        .filter(NOT_TAKEN_AWAY, token_checksum=checksum(raw))
        .first()
    )
    return token if token and token.user.is_active and still_signed_in(token) else None


def unspent_refresh_tokens() -> QuerySet[RefreshToken]:
    """Those not used up that have not waited too long: the library counts from the end of the
    access token.
    """
    since = timezone.now() - refresh_token_expire_timedelta()
    return RefreshToken.objects.filter(revoked=None, access_token__expires__gt=since)


def still_signed_in(given: AccessToken | RefreshToken) -> bool:
    """Is the password still the one that it was given out on? An app password has its own life,
    and so has an application that acts for itself.
    """
    if given.app_password_id or given.user is None:
        return True
    return constant_time_compare(given.sign_in, password_stamp(given.user))


def password_stamp(user: User) -> str:
    """What is stamped on codes and tokens that a person's sign-in gives out: another one as soon as
    the password or the server's key is another.
    """
    return keyed_digest(user.password_epoch)


def public_client_of(refresh_token: str) -> str:
    """The public client that a refresh token belongs to, `public` for an unknown one. Confidential
    ones must sign in.
    """
    owners = RefreshToken.objects.filter(
        token_checksum=checksum(refresh_token), application__client_type="public"
    ).values_list("application__client_id", flat=True)
    return owners.first() or PUBLIC_CLIENT_ID


def checksum(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
