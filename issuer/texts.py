"""Cleaning what people write: texts, names, Markdown, web addresses."""

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

import idna
from django.core.exceptions import ValidationError
from django.utils.encoding import iri_to_uri

from issuer.markdown import html_in, without

Cleaner = Callable[[str], str]

MAX_TEXT = 16_384  # characters of a description, criteria, a narrative
MAX_ROUNDS = 10  # what is taken out may leave another tag; nobody writes ten in each other
NESTED = "HTML can not be nested in HTML."
KEPT_CONTROLS = {"\n", "\r", "\t"}
ANGLES = re.compile("([<>])")
# Embeddings, overrides and isolates turn the direction of what follows, of what is not part of the
# text, too; marks (U+200E, U+200F) do not and are part of how some names are written.
TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}  # blanks, and characters that only act on others
OPENING = re.compile("<(?=[A-Za-z/!?])")  # what readers of HTML take for the beginning of a tag


def has_controls(text: str) -> bool:
    """Whether there are control characters in it, but for line ends and tabs."""
    return any(unicodedata.category(each) == "Cc" for each in set(text) - KEPT_CONTROLS)


def clean_line(text: str) -> str:
    """One line: tags stripped, blanks collapsed, nothing that turns the direction of what stands
    behind it. Cleaning it again changes nothing.
    """
    # Text that moved together may compose.
    plain = clean_text(without_tags(clean_text(text.translate(TURNING))))
    return " ".join(OPENING.sub("< ", plain).split())


def without_tags(text: str) -> str:
    """Text without what stands between "<" and ">", also where that only becomes a tag when the
    tags in it are gone.
    """
    kept: list[str] = []
    opened: list[int] = []  # where in `kept` a "<" waits for its ">"
    for piece in filter(None, ANGLES.split(text)):
        if piece == ">" and opened:
            start = opened.pop()
            if OPENING.match("".join(kept[start : start + 2])):
                del kept[start:]
                continue
        elif piece == "<":
            opened.append(len(kept))
        kept.append(piece)
    return "".join(kept)


def clean_text(text: str) -> str:
    """Several lines: control characters dropped, line ends unified, NFC; nothing is left where
    nothing would be seen. Cleaning it again changes nothing.
    """
    kept = "".join(
        character
        for character in text
        if character in KEPT_CONTROLS or unicodedata.category(character) not in {"Cc", "Cs"}
    )
    unified = kept.replace("\r\n", "\n").replace("\r", "\n")
    composed = unicodedata.normalize("NFC", unified).strip()
    seen = any(unicodedata.category(character) not in UNSEEN for character in composed)
    return composed if seen else ""


def clean_markdown(text: str) -> str:
    """Markdown without images and HTML (badgr-api.md 6), of a bounded length. Cleaning it again
    changes nothing. Raises ValidationError.
    """
    if len(text) > MAX_TEXT:
        raise ValidationError(f"A text has at most {MAX_TEXT} characters.")
    for _ in range(MAX_ROUNDS):
        text = without_images(clean_text(text))
        spans = html_in(text)
        if not spans:
            return text
        text = without(text, spans)
    raise ValidationError(NESTED)


def without_images(text: str) -> str:
    if "![" in text:
        raise ValidationError("Images not supported in markdown")
    return text


def ascii_url(text: str) -> str:
    """An international web address as the RFC 3986 URL it stands for: host in IDNA, the rest
    percent-encoded.

    Raises ValueError.
    """
    parts = urlsplit(text.strip())
    if text.isascii() or not parts.hostname:
        return iri_to_uri(text.strip())
    host = idna.encode(parts.hostname, uts46=True).decode()
    userinfo, at, _ = parts.netloc.rpartition("@")
    port = f":{parts.port}" if parts.port else ""
    return iri_to_uri(urlunsplit(parts._replace(netloc=f"{userinfo}{at}{host}{port}")))


def is_encodable(text: str) -> bool:
    """False for text with lone surrogates, which no encoding knows."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
