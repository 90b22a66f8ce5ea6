"""Making people known to the server."""

import unicodedata
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.queries import known_user, server_is_owned
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
    """Create a user with a verified address; a known address changes nothing and answers `created`
    False.

    Raises ValidationError for a malformed address, a weak password, or an administrator wanted
    where the address is that of somebody who is none.
    """
    draft = draft_user(email, name)
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


def draft_user(email: str, name: str) -> User:
    """An unsaved user with a clean address and name. Raises ValidationError."""
    first_name, _, last_name = " ".join(unicodedata.normalize("NFC", name).split()).partition(" ")
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
    draft = User(email=normalise_identity("email", email), marketing_opt_in=marketing_opt_in)
    set_names(draft, first_name=first_name, last_name=last_name)
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


@transaction.atomic
def update_profile(*, actor: Actor, user: User, **told: str | int | bool) -> User:
    """Change what is told of first_name, last_name, marketing_opt_in, agreed_terms_version.

    Raises ValidationError.
    """
    set_names(
        user, **{name: told.pop(name) for name in ("first_name", "last_name") if name in told}
    )
    for name, value in told.items():
        setattr(user, name, value)
    user.clean_fields(exclude=["password"])
    user.save(update_fields=["first_name", "last_name", "marketing_opt_in", "agreed_terms_version"])
    record("user.changed", Subject("user", user.entity_id), actor=actor)
    return user


@transaction.atomic
def change_password(*, actor: Actor, user: User, password: str) -> None:
    """Every other session of the user ends with it. Raises ValidationError for a weak one."""
    set_strong_password(user, password)
    user.save(update_fields=["password"])
    record("user.password-changed", Subject("user", user.entity_id), actor=actor)


def set_names(user: User, **names: str) -> None:
    """One line each, composed, without control characters."""
    for field, name in names.items():
        composed = " ".join(unicodedata.normalize("NFC", name).split())
        shown = (c for c in composed if unicodedata.category(c) not in {"Cc", "Cs"})
        setattr(user, field, "".join(shown))


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
