"""Secrets that Laurel hands out: made at random, kept as one fast keyed digest.

A random secret of 160 bits cannot be guessed: a slow hash would only slow down its owner.
"""

import secrets

from django.utils.crypto import salted_hmac

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # no look-alikes: people copy these by hand
LENGTH = 32  # 32 letters of 32 are 160 random bits


def new_secret() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def keyed_digest(secret: str) -> str:
    """HMAC-SHA256 under the server's key: 64 hex digits. A stolen database verifies nothing."""
    return salted_hmac("laurel.secrets", secret, algorithm="sha256").hexdigest()
