"""Public ids: what objects are called outside. Integer keys never leave the server."""

from random import SystemRandom

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
LENGTH = 22  # 22 characters of 63 are 131 random bits
RANDOM = SystemRandom()


def new_entity_id() -> str:
    """A fresh id of 22 characters `[A-Za-z0-9_]`."""
    return "".join(RANDOM.choices(ALPHABET, k=LENGTH))
