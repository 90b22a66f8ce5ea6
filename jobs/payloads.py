"""Keeps personal data out of the Job table: a payload holds ids, digests, numbers and URLs."""

import re
from collections.abc import Iterator

PLAIN = re.compile(r"[^\s@]*")


def require_opaque(payload: dict[str, object]) -> None:
    """Refuse a payload in which any text has a blank or an "@": names and addresses do, ids do not.

    Raises ValueError, which does not quote the text.
    """
    for text in _texts(payload):
        if not PLAIN.fullmatch(text):
            raise ValueError("a job's payload holds ids and digests, not names, texts or addresses")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
