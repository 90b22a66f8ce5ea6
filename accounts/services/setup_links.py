"""The one-time set-up link of a server that nobody owns yet."""

from django.conf import settings
from django.core import signing

SALT = "laurel.setup"
VALID_FOR = 24 * 3600  # seconds


def new_setup_link() -> str:
    """A link that lets its holder become the first administrator. Dead once there is one, or after
    a day.
    """
    return f"{settings.LAUREL_URL}/setup/{signing.dumps('owner', salt=SALT)}"


def is_setup_token(token: str) -> bool:
    try:
        signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return False
    return True
