"""Recipient identities: their normal form, their checks, and the salted hash that stands for them.

Who the person is, and how an address was proved, is not known here.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping

from ob.grammar import IDENTITY_HASH

IDENTITY_TYPES = ("email", "url", "telephone", "openBadgeId")

# Spreadsheets and chat programs paste zero-width characters along with addresses.
_BLANKS = "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + ("\u200b\u2060\ufeff")
_URL_PARTS = re.compile(r"(?s)([A-Za-z][A-Za-z0-9+.-]*://)([^/?#]*)(.*)")
_TELEPHONE = re.compile(r"\+?[1-9][0-9]{1,14}")  # E.164
_ASCII_ATOM = frozenset("!#$%&'*+-/=?^_`{|}~")
_MAX_EMAIL, _MAX_LOCAL = 254, 64
_MAX_BYTES = 2000  # an entry of PostgreSQL's indexes, which keep identities unique, has 2,704


def normalise_identity(type: str, identity: str) -> str:
    """The one form under which an identity is stored, compared and hashed. Never raises.

    E-mail is lower-cased in full (hashes of it are compared that way by every backpack); of a
    URL only scheme and host; everything is trimmed and NFC.
    """
    text = identity.strip(_BLANKS)
    if type == "email":
        # the inner NFC undoes compatibility letters such as the ohm sign before lower-casing
        lowered = unicodedata.normalize("NFC", text).lower()
        return unicodedata.normalize("NFC", lowered)
    if type in ("url", "openBadgeId"):
        text = unicodedata.normalize("NFC", text)
    if type == "url" and (parts := _URL_PARTS.fullmatch(text)):
        userinfo, at, host = parts[2].rpartition("@")
        host = unicodedata.normalize("NFC", host.lower())
        return f"{parts[1].lower()}{userinfo}{at}{host}{parts[3]}"
    return text


def check_identity(type: str, identity: str) -> None:
    """Raise ValueError, with a sentence for people, unless this is an identity of that type."""
    if type not in IDENTITY_TYPES:
        raise ValueError(f"The recipient type must be one of: {', '.join(IDENTITY_TYPES)}.")
    if not identity.strip(_BLANKS):
        raise ValueError("The recipient's identity is empty.")
    for character in identity:
        category = unicodedata.category(character)
        if category == "Cs":
            raise ValueError("The identity is not valid Unicode text.")
        if category in ("Cc", "Zl", "Zp"):
            raise ValueError("The identity contains control characters or line breaks.")
    if len(identity.encode()) > _MAX_BYTES:
        raise ValueError(f"An identity has at most {_MAX_BYTES} bytes of UTF-8.")
    if type == "email":
        _check_email(identity)
    elif type == "telephone":
        if not _TELEPHONE.fullmatch(identity):
            raise ValueError("Write the telephone number in full, like +16175551212.")
    else:
        _check_url(identity)


def _check_email(address: str) -> None:
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise ValueError("An e-mail address looks like name@example.org.")
    if len(address) > _MAX_EMAIL or len(local.encode()) > _MAX_LOCAL:
        raise ValueError("The e-mail address is too long.")
    if local[0] == "." or local[-1] == "." or ".." in local:
        raise ValueError("The part of the e-mail address before the @ has a misplaced dot.")
    if not all(c == "." or _is_atom(c) for c in local):
        raise ValueError("The part of the e-mail address before the @ has a forbidden character.")
    if not _is_domain(domain):
        raise ValueError("The part of the e-mail address after the @ is not a domain name.")


def _is_atom(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in _ASCII_ATOM
    return unicodedata.category(character)[0] in "LMN"  # RFC 6531: addresses in all scripts


def _is_domain(domain: str) -> bool:
    """A host name of at least two labels, in ASCII or in the letters of its own language."""
    labels = domain.split(".")
    if len(labels) < 2 or len(domain) > 253 or labels[-1].isdigit():
        return False
    for label in labels:
        if not label or label[0] == "-" or label[-1] == "-":
            return False
        if not all(c == "-" or c.isalnum() or unicodedata.category(c)[0] == "M" for c in label):
            return False
        if len(label) > 63 or (not label.isascii() and len(_punycode(label)) > 59):
            return False
    return True


def _punycode(label: str) -> bytes:
    return label.encode("punycode")


def _check_url(address: str) -> None:
    parts = _URL_PARTS.fullmatch(address)
    if not parts or parts[1].lower() not in ("http://", "https://"):
        raise ValueError("Write the web address in full, beginning with https:// or http://.")
    host = parts[2].rpartition("@")[2]
    name, _, port = host.partition(":") if not host.startswith("[") else (host, "", "")
    if not name or (port and not re.fullmatch("[0-9]{1,5}", port)):
        raise ValueError("The web address names no valid host.")
    if any(c.isspace() or c in '<>"\\^`{|}' for c in address):
        raise ValueError("The web address contains spaces or forbidden characters.")


def hash_identity(identity: str, salt: str) -> str:
    """`sha256$` and the digest of identity and salt, nothing between (OB 2.0, IdentityHash).

    The identity must be normalised already. Raises ValueError on lone surrogates.
    """
    return "sha256$" + hashlib.sha256((identity + salt).encode()).hexdigest()


def matches(recipient_object: Mapping[str, object], identity: str) -> bool:
    """Whether a document's recipient object names this plain identity. False for a broken one.

    Also tries the identity as it was typed: not every issuer lower-cases before hashing.
    """
    stored, salt = recipient_object.get("identity"), recipient_object.get("salt", "")
    type = recipient_object.get("type", "email")
    if not isinstance(stored, str) or not isinstance(salt, str) or not isinstance(type, str):
        return False
    type = "openBadgeId" if type == "id" else type
    normal = normalise_identity(type, identity)
    if not IDENTITY_HASH.fullmatch(stored):
        if recipient_object.get("hashed") is True:
            return False
        return _same(normalise_identity(type, stored), normal)
    if recipient_object.get("hashed") is False:
        return False
    algorithm, _, digest = stored.partition("$")
    return any(
        _same(_digest(algorithm, candidate + salt), digest.lower())
        for candidate in (normal, identity.strip(_BLANKS))
    )


def _digest(algorithm: str, text: str) -> str:
    # md5 is only read, never written: old badges carry it
    return hashlib.new(algorithm, text.encode(errors="replace"), usedforsecurity=False).hexdigest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))
