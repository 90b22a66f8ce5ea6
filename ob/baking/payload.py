"""What may be baked: the JSON object of an award, or a compact JWS. No image formats here."""

from __future__ import annotations

import re
from dataclasses import dataclass

import orjson

_JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class NotBakeable(ValueError):
    """The image or the document cannot be baked or read; the message says why."""


@dataclass(frozen=True, slots=True)
class Payload:
    """`id` is the award's address; None for a JWS, whose text says it all."""

    text: str
    id: str | None


def read_payload(assertion: bytes | str) -> Payload:
    """Raises NotBakeable unless this is a JSON object with an `id`, or a compact JWS.

    Strict JSON is what makes the result readable everywhere: it holds no raw control characters,
    NUL among them, and no lone surrogates.
    """
    try:
        text = assertion.decode() if isinstance(assertion, bytes) else assertion
        if _JWS.fullmatch(text):
            return Payload(text, None)
        document = orjson.loads(text)
    except ValueError as error:
        raise NotBakeable("The document is neither JSON in UTF-8 nor a compact JWS.") from error
    if not isinstance(document, dict):
        raise NotBakeable("The document is not a JSON object.")
    id = document.get("id")
    if not isinstance(id, str) or not id:
        raise NotBakeable("The document has no id.")
    return Payload(text, id)
