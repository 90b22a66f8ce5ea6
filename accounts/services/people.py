"""Making people known to the server."""

from datetime import timedelta
from typing import TypedDict, Unpack

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.names import one_line
from accounts.queries import (
    administrators,
    known_user,
    primary_address,
    server_is_owned,
    verified_addresses,
)
from accounts.services.mail import send_later
from activity.actors import Actor
from activity.services import record
from activity.subjects import Subject
from ob.identity import normalise_identity

UNVERIFIED_KEPT = timedelta(days=7)
OWNERSHIP_LOCK = 4_242_001  # any number that nothing else in the database locks


@transaction.atomic
def create_user(
    *, actor: Actor, email: str, password: str, name: str = "", administrator: bool = False
) -> tuple[User, bool]:
    """Create a user with a verified address; a known one changes nothing and answers `created`
    False. Who claimed the address and never proved it is in nobody's way.

    Raises ValidationError for a malformed address, a weak password, or an administrator wanted
    where the address is that of somebody who is none.
    """
    draft = draft_user(email, name)
    forget_unproved(email)
    if known := known_user(email):
        if administrator and not known.is_superuser:
            text = f"{known.email} is the address already of somebody who is no administrator."
            raise ValidationError({"email": [text]})
        return known, False
    set_strong_password(draft, password)
    draft.is_staff = draft.is_superuser = administrator
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
            EmailAddress.objects.create(user=draft, email=draft.email, verified=True, primary=True)
    except IntegrityError:  # somebody else was faster
        if known := known_user(email):
            return known, False
        raise
    record("user.created", Subject("user", draft.entity_id), actor=actor)
    return draft, True


def forget_unproved(email: str) -> None:
    """Forget an account that claims this address and never proved any, nor signed in."""
    claims = User.objects.filter(email=normalise_identity("email", email), last_login=None)
    for claim in claims.filter(emailaddress__isnull=False, is_superuser=False):
        if not verified_addresses(claim):
            claim.delete()


def draft_user(email: str, name: str) -> User:
    """An unsaved user with a clean address and name. Raises ValidationError."""
    first_name, _, last_name = one_line(name).partition(" ")
    draft = User(
        email=normalise_identity("email", email),
        first_name=first_name[:150],
        last_name=last_name[:150],
    )
    draft.clean_fields(exclude=["password"])
    return draft


def set_strong_password(user: User, password: str) -> None:
    """Raises ValidationError for a weak one."""
    try:
        validate_password(password, user=user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from None
    user.set_password(password)


def sign_up(
    *,
    actor: Actor,
    email: str,
    password: str,
    first_name: str = "",
    last_name: str = "",
    marketing_opt_in: bool = False,
) -> User | None:
    """Make an account whose address has yet to be verified. None where somebody has that address:
    the same work is done then, so that answers take as long.

    Raises ValidationError.
    """
    draft = draft_account(email, first_name, last_name, marketing_opt_in=marketing_opt_in)
    draft.clean_fields(exclude=["password"])
    set_strong_password(draft, password)
    if known_user(email):
        return None
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
            EmailAddress.objects.create(user=draft, email=draft.email, primary=True)
            record("user.signed-up", Subject("user", draft.entity_id), actor=actor)
    except IntegrityError:  # somebody else was faster
        return None
    return draft


def draft_account(
    email: str, first_name: str, last_name: str, *, marketing_opt_in: bool = False
) -> User:
    """An unsaved account as it would be stored, whether or not anybody has the address."""
    return User(
        email=normalise_identity("email", email),
        first_name=one_line(first_name),
        last_name=one_line(last_name),
        marketing_opt_in=marketing_opt_in,
    )


class Profile(TypedDict, total=False):
    """What people say of themselves."""

    first_name: str
    last_name: str
    marketing_opt_in: bool
    agreed_terms_version: int


@transaction.atomic
def update_profile(*, actor: Actor, user: User, **told: Unpack[Profile]) -> User:
    """Change what is told. Raises ValidationError."""
    for name, value in told.items():
        setattr(user, name, one_line(value) if isinstance(value, str) else value)
    user.clean_fields(exclude=["password"])
    user.save(update_fields=["first_name", "last_name", "marketing_opt_in", "agreed_terms_version"])
    record("user.changed", Subject("user", user.entity_id), actor=actor)
    return user


def change_password(*, actor: Actor, user: User, password: str) -> None:
    """Change it, or set the first one. Every other session of the user ends with it, and the user
    is told by mail. Raises ValidationError for a weak one.
    """
    notice = "password_changed" if user.has_usable_password() else "password_set"
    store_password(actor=actor, user=user, password=password, notice=notice)


def reset_password(*, actor: Actor, user: User, password: str) -> None:
    """The same for who followed a link in a mail."""
    store_password(actor=actor, user=user, password=password, notice="password_reset")


@transaction.atomic
def store_password(*, actor: Actor, user: User, password: str, notice: str) -> None:
    set_strong_password(user, password)
    user.save(update_fields=["password", "password_epoch"])
    record("user.password-changed", Subject("user", user.entity_id), actor=actor)
    send_later(notice, address=primary_address(user))


@transaction.atomic
def set_active(*, actor: Actor, user: User, active: bool) -> User:
    """Open or close an account. A closed one's sessions, tokens and app passwords open nothing from
    now on; opened again, they do. Raises ValidationError for the last administrator.
    """
    user, others = lock_with_administrators(user)
    if user.is_active == active:
        return user
    if not active and user.is_superuser and not others:
        raise ValidationError("This is the last administrator: make another one first.")
    user.is_active = active
    user.save(update_fields=["is_active"])
    verb = "user.activated" if active else "user.deactivated"
    record(verb, Subject("user", user.entity_id), actor=actor)
    return user


@transaction.atomic
def set_administrator(*, actor: Actor, user: User, administrator: bool) -> User:
    """Make somebody an administrator, or no longer. Raises ValidationError for the last one."""
    user, others = lock_with_administrators(user)
    if user.is_superuser == administrator:
        return user
    if not administrator and user.is_active and not others:
        raise ValidationError("This is the last administrator: make another one first.")
    user.is_superuser = user.is_staff = administrator
    user.save(update_fields=["is_superuser", "is_staff"])
    verb = "user.administrator-made" if administrator else "user.administrator-ended"
    record(verb, Subject("user", user.entity_id), actor=actor)
    return user


def lock_with_administrators(user: User) -> tuple[User, list[User]]:
    """The user and the other administrators, as they are now and stay until commit. Locked in one
    order: two who end each other at the same time wait, and one of them stays.
    """
    rows = User.objects.filter(pk=user.pk) | administrators()
    locked = {row.pk: row for row in rows.order_by("pk").select_for_update()}
    return locked.pop(user.pk), list(locked.values())


def clear_unverified() -> int:
    """Forget accounts that nobody ever proved to be theirs. Returns how many."""
    rows = User.objects.filter(
        last_login=None, date_joined__lt=timezone.now() - UNVERIFIED_KEPT, is_superuser=False
    ).exclude(emailaddress__verified=True)
    forgotten = list(rows.filter(emailaddress__isnull=False).distinct()[:1000])
    for user in forgotten:
        user.delete()
    return len(forgotten)


@transaction.atomic
def create_first_administrator(*, actor: Actor, email: str, password: str, name: str) -> User:
    """Give the server its owner, once. Raises ValidationError when it has one, or when the address
    is known already.
    """
    lock_ownership()
    if server_is_owned():
        raise ValidationError("This server has an administrator already. Sign in instead.")
    user, created = create_user(
        actor=actor, email=email, password=password, name=name, administrator=True
    )
    if not created:
        raise ValidationError({"email": ["Somebody here has this address already."]})
    return user


def lock_ownership() -> None:
    """Until commit, one at a time. SQLite's write transactions are that by themselves."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [OWNERSHIP_LOCK])
