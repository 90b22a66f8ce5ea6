"""Every named read of people and their app passwords."""

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet

from accounts.models import AppPassword, User
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


def app_passwords_of(user: User) -> list[AppPassword]:
    """The user's living app passwords, newest first."""
    return list(AppPassword.objects.filter(user=user, revoked_at=None).order_by("-created_at"))
