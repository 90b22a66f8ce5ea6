"""Every named read of people, their addresses, app passwords and requests."""

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.db.models import Q, QuerySet

from accounts.links import address_id
from accounts.models import AppPassword, IssuerCreationRequest, TermsVersion, User
from accounts.secrets import keyed_digest
from ob.identity import normalise_identity


def server_is_owned() -> bool:
    """Is there an administrator yet? Until then `laurel up` offers a set-up link."""
    return User.objects.filter(is_superuser=True, is_active=True).exists()


def user_by_email(email: str) -> User:
    """The active user whose verified address this is. Raises User.DoesNotExist."""
    return User.objects.filter(is_active=True).get(pk__in=verified_owners(email))


def users_by_entity_id(entity_ids: Iterable[str]) -> dict[str, User]:
    """The active users among these ids."""
    users = User.objects.filter(entity_id__in=set(entity_ids), is_active=True)
    return {user.entity_id: user for user in users}


def known_user(email: str) -> User | None:
    """Whose address, primary or verified, this is; active or not."""
    primary = Q(email=normalise_identity("email", email))
    return User.objects.filter(primary | Q(pk__in=verified_owners(email))).first()


def verified_owners(email: str) -> QuerySet[Any]:
    address = normalise_identity("email", email)
    return EmailAddress.objects.filter(email=address, verified=True).values("user_id")


def verified_addresses(user: User) -> set[str]:
    """The user's verified addresses, normalised."""
    rows = EmailAddress.objects.filter(user=user, verified=True)
    return {normalise_identity("email", email) for email in rows.values_list("email", flat=True)}


def address_by_row(row: int) -> EmailAddress | None:
    """With its user. For jobs, which know rows."""
    return EmailAddress.objects.select_related("user").filter(pk=row).first()


def address_of_account(email: str) -> EmailAddress | None:
    """The row of an address that an account can be found by: verified, or somebody's primary."""
    rows = EmailAddress.objects.filter(email=normalise_identity("email", email))
    found = rows.filter(Q(verified=True) | Q(primary=True)).select_related("user")
    return found.order_by("-verified", "-primary").first()


def primary_address(user: User) -> EmailAddress | None:
    return EmailAddress.objects.select_related("user").filter(user=user, primary=True).first()


def addresses_of(user: User) -> list[EmailAddress]:
    """The user's addresses, the primary one first."""
    rows = EmailAddress.objects.filter(user=user).select_related("user")
    return list(rows.order_by("-primary", "email"))


def address_of(user: User, public_id: str) -> EmailAddress:
    """One of the user's addresses by its public id. Raises EmailAddress.DoesNotExist."""
    for row in addresses_of(user):
        if address_id(row) == public_id:
            return row
    raise EmailAddress.DoesNotExist


def authenticators_of(user: User) -> list[Authenticator]:
    """The user's second factors and passkeys, the oldest first."""
    return list(Authenticator.objects.filter(user=user).order_by("created_at"))


def social_accounts_of(user: User) -> list[SocialAccount]:
    """By which organisations the user can sign in."""
    return list(SocialAccount.objects.filter(user=user).order_by("date_joined"))


def sessions_of(user: User) -> list[UserSession]:
    """Where the user is signed in. Those that have ended are cleared away by the look."""
    return UserSession.objects.purge_and_list(user)


def latest_terms() -> TermsVersion | None:
    return TermsVersion.objects.order_by("-version").first()


def open_issuer_request(user: User) -> IssuerCreationRequest | None:
    return IssuerCreationRequest.objects.filter(user=user, decided_at=None).first()


def last_issuer_request(user: User) -> IssuerCreationRequest | None:
    return IssuerCreationRequest.objects.filter(user=user).order_by("-created_at").first()


def issuer_requests() -> QuerySet[IssuerCreationRequest]:
    """Those that wait for an administrator, longest first."""
    rows = IssuerCreationRequest.objects.filter(decided_at=None).select_related("user")
    return rows.order_by("created_at")


def administrators() -> QuerySet[User]:
    return User.objects.filter(is_superuser=True, is_active=True)


def living_app_password(*, username: str, password: str) -> AppPassword | None:
    """The unrevoked app password, if `username` is a verified address of its active owner. Two
    queries.
    """
    found = (
        AppPassword.objects.select_related("user")
        .filter(digest=keyed_digest(password), revoked_at=None, user__is_active=True)
        .first()
    )
    if found is None or normalise_identity("email", username) not in verified_addresses(found.user):
        return None
    return found


def user_by_own_password(*, username: str, password: str) -> User | None:
    """The active user with this verified address and password, unless a second step guards the
    sign-in: a program cannot take it. Takes as long where there is nobody.
    """
    user = User.objects.filter(is_active=True, pk__in=verified_owners(username)).first()
    if user is None:
        make_password(password)
        return None
    if not user.check_password(password) or authenticators_of(user):
        return None
    return user


def app_passwords_of(user: User) -> list[AppPassword]:
    """The user's living app passwords, newest first."""
    return list(AppPassword.objects.filter(user=user, revoked_at=None).order_by("-created_at"))
