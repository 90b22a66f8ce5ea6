"""Cleaning what people write: texts, names, Markdown, web addresses."""

import unicodedata
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

import idna
from django.core.exceptions import ValidationError
from django.utils.encoding import iri_to_uri
from django.utils.html import strip_tags

from issuer.markdown import strip_html

Cleaner = Callable[[str], str]

MAX_TEXT = 16_384  # characters of a description, criteria, a narrative
KEPT_CONTROLS = {"\n", "\t"}


def clean_line(text: str) -> str:
    """One line: tags stripped, blanks collapsed."""
    return " ".join(clean_text(strip_tags(text)).split())


def clean_text(text: str) -> str:
    """Several lines: NFC, line ends unified, control characters dropped."""
    unified = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        character
        for character in unified
        if character in KEPT_CONTROLS or unicodedata.category(character) not in {"Cc", "Cs"}
    ).strip()


def clean_markdown(text: str) -> str:
    """Markdown without images and HTML (badgr-api.md 6), of a bounded length. Raises
    ValidationError.
    """
    if len(text) > MAX_TEXT:
        raise ValidationError(f"A text has at most {MAX_TEXT} characters.")
    cleaned = without_images(clean_text(text))
    return without_images(strip_html(cleaned).strip())


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
