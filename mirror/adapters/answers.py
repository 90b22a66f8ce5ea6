"""Reading the answers of JSON services: which status means what, and the words in a refusal."""

import re
from collections.abc import Iterator
from typing import Any

import orjson

from mirror.contract import NotNow, Rejected, Unauthorized
from net import Response, retry_after

# The request was not refused for what it says: the same one may succeed later.
PASSING = frozenset({408, 425, 429})
LONGEST = 300


def require_success(answer: Response, *, signing_in: bool = False) -> None:
    """Return for 2xx. Raises Unauthorized (401), Rejected (other 4xx) or NotNow (all else)."""
    status = answer.status
    if 200 <= status < 300:
        return
    if status in PASSING or not 400 <= status < 500:
        after = retry_after(answer.headers.get("retry-after", ""))
        raise NotNow(f"The remote answered {status}.", status=status, after=after)
    words = words_of(answer)
    if status == 401 and not signing_in:
        raise Unauthorized(words, status=status)
    raise Rejected(words, status=status)


def as_json(answer: Response) -> dict[str, Any]:
    """Raises NotNow for what is no JSON object: nobody knows what it stands for."""
    try:
        told = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict):
        raise NotNow("The remote's answer cannot be read.", status=answer.status)
    return told


def words_of(answer: Response) -> str:
    """What a refusal says, in one line; its status where it says nothing."""
    try:
        told = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        told = None
    said = list(dict.fromkeys(_sentences(told)))
    return " ".join(said)[:LONGEST] or f"The remote answered {answer.status}."


# Where services of the kind put what is wrong, the telling ones first.
TELLING = ("fieldErrors", "validationErrors", "error_description", "detail", "error", "description")


def _sentences(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        inner = told | (told["status"] if isinstance(told.get("status"), dict) else {})
        for key in TELLING:
            yield from _texts(inner.get(key), "")
    elif isinstance(told, list):
        yield from _texts(told, "")


def _texts(told: Any, path: str) -> Iterator[str]:
    if isinstance(told, str) and told.strip():
        sentence = " ".join(told.split())
        yield f"{path}: {sentence}" if path else sentence
    elif isinstance(told, dict):
        for key, value in told.items():
            yield from _texts(value, f"{path}.{key}" if path else str(key))
    elif isinstance(told, list):
        for value in told:
            yield from _texts(value, path)


NEXT = re.compile(r'<([^<>]*)>\s*;[^,<]*\brel="?next"?', re.IGNORECASE)


def next_page(link: str) -> str:
    """The address of `rel="next"` in a Link header (RFC 8288), or ""."""
    found = NEXT.search(link)
    return found[1] if found else ""
