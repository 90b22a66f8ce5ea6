"""Making people known to the server."""

import unicodedata

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from accounts.queries import known_user, server_is_owned
from activity.actors import Actor
from activity.services import record
from activity.subjects import Subject
from ob.identity import normalise_identity

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
