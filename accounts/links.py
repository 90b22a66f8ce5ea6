"""Links that mails carry: made when a mail is rendered, read when somebody follows them. They name
people and addresses by opaque ids, and nothing of them is stored.
"""

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User
from accounts.secrets import public_id

SALT = "laurel.address"
CONFIRM_WITHIN = 3 * 24 * 3600  # seconds


def address_id(address: EmailAddress) -> str:
    """The public id of somebody's address."""
    return public_id(f"address {address.user.entity_id} {address.email}")


def confirmation_link(address: EmailAddress) -> str:
    """Proves that its holder reads mail to this address."""
    named = [address.user.entity_id, address_id(address)]
    key = signing.dumps(named, salt=SALT)
    return settings.LAUREL_URL + reverse("account_confirm_email", args=[key])


def address_to_confirm(key: str) -> EmailAddress | None:
    """The unverified address that a link is about; None for a link that is wrong, used or old."""
    try:
        entity_id, wanted = signing.loads(key, salt=SALT, max_age=CONFIRM_WITHIN)
    except (signing.BadSignature, ValueError):
        return None
    rows = EmailAddress.objects.filter(user__entity_id=entity_id, verified=False)
    return next((row for row in rows.select_related("user") if address_id(row) == wanted), None)


def reset_token(user: User) -> str:
    """Lets its holder choose a new password, once: it dies with the password, the last sign-in and
    the addresses that it was made for.
    """
    return f"{user.entity_id}-{default_token_generator.make_token(user)}"


def reset_link(user: User) -> str:
    entity_id, _, key = reset_token(user).partition("-")
    kwargs = {"uidb36": entity_id, "key": key}
    return settings.LAUREL_URL + reverse("account_reset_password_from_key", kwargs=kwargs)


def user_of_reset_token(token: str) -> User | None:
    """Whose password a token may change; None for one that is wrong, used or old."""
    entity_id, _, key = token.partition("-")
    user = User.objects.filter(entity_id=entity_id, is_active=True).first()
    return user if user and default_token_generator.check_token(user, key) else None
