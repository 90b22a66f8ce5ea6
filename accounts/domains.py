"""Domains of addresses, as operators name them: in letters of any case, of any language, or in the
ASCII form (IDNA) that mail servers know them by.
"""

import unicodedata
from collections.abc import Iterable

import idna


def is_at_one_of(email: str, domains: Iterable[str]) -> bool:
    """Whether the address is at one of these very domains; those below them are others."""
    return ascii_form(email.rpartition("@")[2]) in map(ascii_form, domains)


def ascii_form(domain: str) -> str:
    """Letters that merely look like a domain's make another one: nothing but case is mapped."""
    lowered = unicodedata.normalize("NFC", domain.strip()).lower()
    try:
        return idna.encode(lowered).decode()
    except (idna.IDNAError, UnicodeError):
        return lowered
