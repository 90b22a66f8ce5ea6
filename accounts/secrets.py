"""Secrets that Laurel hands out: made at random, kept as one fast keyed digest; and secrets that it
must be able to read again, sealed.

A random secret of 160 bits cannot be guessed: a slow hash would only slow down its owner.
"""

import base64
import secrets

from cryptography.fernet import Fernet, InvalidToken
from django.utils.crypto import salted_hmac

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # no look-alikes: people copy these by hand
LENGTH = 32  # 32 letters of 32 are 160 random bits


def new_secret() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def keyed_digest(secret: str) -> str:
    """HMAC-SHA256 under the server's key: 64 hex digits. A stolen database verifies nothing."""
    return salted_hmac("laurel.secrets", secret, algorithm="sha256").hexdigest()


def public_id(thing: str) -> str:
    """What something without an entity id is called outside: 22 characters that say nothing of it,
    the same each time.
    """
    return keyed_digest(thing)[:22]


def seal(text: str) -> str:
    """Encrypted under the server's key, for what must be read again: a stolen database shows
    nothing.
    """
    return sealing().encrypt(text.encode()).decode()


class OtherKey(Exception):
    """It was sealed under another key of the server's."""


def unseal(sealed: str) -> str:
    """What was sealed. Raises OtherKey."""
    try:
        return sealing().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise OtherKey from None


def open_sealed(sealed: str) -> str:
    """What was sealed; random letters when that was under another key: nothing matches them."""
    try:
        return unseal(sealed)
    except OtherKey:
        return base64.b32encode(secrets.token_bytes(20)).decode()


def sealing() -> Fernet:
    key = salted_hmac("laurel.sealed", "", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
