"""Public ids: what objects are called outside. Integer keys never leave the server."""

from api.randomness import random_bytes

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
MAX_LENGTH = 64  # of those that come from elsewhere (imports)
LENGTH = 22  # 22 characters of 63 are 131 random bits
DRAWN = 24  # bytes: so many more bits that all ids are as likely as one another


def new_entity_id() -> str:
    """A fresh id of 22 characters `[A-Za-z0-9_]`."""
    number = int.from_bytes(random_bytes(DRAWN), "big")
    characters = []
    for _ in range(LENGTH):
        number, index = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[index])
    return "".join(characters)
