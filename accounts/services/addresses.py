"""People's e-mail addresses: added, proved, made the primary one, removed."""

from collections.abc import Sequence

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.links import address_id
from accounts.models import User
from accounts.queries import primary_address
from accounts.services.mail import send_later
from activity.actors import Actor
from activity.services import record
from activity.subjects import Subject
from ob.identity import normalise_identity

MOST = 20


@transaction.atomic
def add_address(*, actor: Actor, user: User, email: str) -> EmailAddress:
    """An address yet to be verified, to which the link for that is mailed. Raises ValidationError.

    Whether somebody else has it is not told: who reads its mail will know.
    """
    address = EmailAddress(user=user, email=normalise_identity("email", email))
    address.clean_fields(exclude=["user"])
    if EmailAddress.objects.filter(user=user).count() >= MOST:
        raise ValidationError({"email": [_("These are as many addresses as one can have.")]})
    try:
        with transaction.atomic():
            address.save(force_insert=True)
    except IntegrityError:
        raise ValidationError({"email": [_("This is one of your addresses already.")]}) from None
    send_later("email_confirmation", address=address)
    send_later("email_added", address=primary_address(user))
    note("address.added", address, actor)
    return address


@transaction.atomic
def verify_address(*, actor: Actor, address: EmailAddress) -> bool:
    """Its holder reads mail to it, and who else claimed it has lost it. False if it is another
    account's verified one meanwhile.
    """
    others = EmailAddress.objects.filter(email=address.email).exclude(pk=address.pk)
    if others.filter(verified=True).exists():
        return False
    forget_claims(address.email, but=address.pk)
    changed = EmailAddress.objects.filter(pk=address.pk, verified=False).update(verified=True)
    address.verified = True
    if changed:
        note("address.verified", address, actor)
    return True


def forget_claims(email: str, *, but: int | None = None) -> None:
    """Of an address that somebody proves now, all other unproved rows go, and accounts that have
    nothing but such a claim.
    """
    claims = EmailAddress.objects.filter(email=normalise_identity("email", email), verified=False)
    for claim in claims.exclude(pk=but).select_related("user"):
        proved = EmailAddress.objects.filter(user=claim.user, verified=True).exists()
        if not claim.primary:
            claim.delete()
        elif not proved and claim.user.last_login is None:
            claim.user.delete()


@transaction.atomic
def make_primary(*, actor: Actor, address: EmailAddress) -> None:
    """The address that the account goes by. Raises ValidationError for an unverified one."""
    if address.primary:
        return
    if not address.verified:
        raise ValidationError({"email": [_("Confirm this address first.")]})
    before = EmailAddress.objects.filter(user=address.user, primary=True).first()
    EmailAddress.objects.filter(user=address.user, primary=True).update(primary=False)
    EmailAddress.objects.filter(pk=address.pk).update(primary=True)
    address.primary = True
    User.objects.filter(pk=address.user_id).update(email=address.email)
    address.user.email = address.email
    if before:
        send_later("email_changed", address=before)
    note("address.primary", address, actor)


@transaction.atomic
def replace_addresses(*, actor: Actor, user: User, wanted: Sequence[tuple[str, bool]]) -> None:
    """These (address, whether it is the primary one) are all that the user has. Raises
    ValidationError.
    """
    told = {normalise_identity("email", email): primary for email, primary in wanted}
    if len(told) != len(wanted) or sum(told.values()) != 1:
        raise ValidationError({"emails": [_("Name each address once, and one as primary.")]})
    have = {row.email: row for row in EmailAddress.objects.filter(user=user)}
    for email in told.keys() - have.keys():
        have[email] = add_address(actor=actor, user=user, email=email)
    (primary,) = (email for email, first in told.items() if first)
    make_primary(actor=actor, address=have[primary])
    for email in have.keys() - told.keys():
        have[email].refresh_from_db()
        remove_address(actor=actor, address=have[email])
    user.refresh_from_db()


@transaction.atomic
def remove_address(*, actor: Actor, address: EmailAddress) -> None:
    """Raises ValidationError for the primary one."""
    if address.primary:
        raise ValidationError({"email": [_("Make another address your main one first.")]})
    note("address.removed", address, actor)
    address.delete()
    primary = EmailAddress.objects.filter(user=address.user, primary=True).first()
    send_later("email_deleted", address=primary)


def note(verb: str, address: EmailAddress, actor: Actor) -> None:
    subject = Subject("user", address.user.entity_id)
    record(verb, subject, actor=actor, facts={"address": address_id(address)})
