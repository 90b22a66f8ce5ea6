"""The small written forms of Open Badges 2.0: URL, IRI, data URI, DateTime, hash, language tag.

Each is a yes-or-no question about one string; where a form is required is said in `shapes`.
"""

from __future__ import annotations

import ipaddress
import re
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlsplit

IDENTITY_HASH = re.compile(r"sha256\$[0-9A-Fa-f]{64}|md5\$[0-9A-Fa-f]{32}")

_HEX = "%[0-9A-Fa-f]{2}"
_UNRESERVED_SUB = r"A-Za-z0-9\-._~!$&'()*+,;="
# RFC 3986, appendix A, for the two schemes of the web
_URL = re.compile(
    rf"[Hh][Tt][Tt][Pp][Ss]?://"
    rf"(?:(?:[{_UNRESERVED_SUB}:]|{_HEX})*@)?"
    rf"(?:\[(?P<ip>[0-9A-Fa-f:.]+)\]|(?:[{_UNRESERVED_SUB}]|{_HEX})+)"
    rf"(?::(?P<port>[0-9]{{0,5}}))?"
    rf"(?:/(?:[{_UNRESERVED_SUB}:@/]|{_HEX})*)?"
    rf"(?:\?(?:[{_UNRESERVED_SUB}:@/?]|{_HEX})*)?"
    rf"(?:\#(?:[{_UNRESERVED_SUB}:@/?]|{_HEX})*)?"
)
# RFC 4122 versions 1 to 5: validators refuse the newer ones
_URN_UUID = re.compile(
    r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.I
)
_DATA_IMAGE = re.compile(
    r"data:image/(?:png|svg\+xml)(?:;[A-Za-z0-9\-]+=[A-Za-z0-9\-._]+)*"
    rf"(?:;base64,[A-Za-z0-9+/]+={{0,2}}|,(?:[{_UNRESERVED_SUB}:@/?]|{_HEX})+)"
)
_DATETIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)"
)
# RFC 5646 well-formedness, without the private and grandfathered tags that validators refuse
_LANGUAGE = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?",
    re.I,
)
_TELEPHONE = re.compile(r"\+?[1-9][0-9]{1,14}(?:;ext=[0-9]+)?")


def is_url(value: str) -> bool:
    """An absolute http(s) URL as RFC 3986 writes it: ASCII, everything else percent-encoded."""
    match = _URL.fullmatch(value)
    if not match or int(match["port"] or 0) > 65535:
        return False
    if match["ip"]:
        try:
            ipaddress.IPv6Address(match["ip"])
        except ValueError:
            return False
    return True


def is_iri(value: str) -> bool:
    """What may be the `id` of an object: an http(s) URL or a `urn:uuid:` of version 1 to 5."""
    return bool(_URN_UUID.fullmatch(value)) or is_url(value)


def is_data_image(value: str) -> bool:
    """A data URI that declares PNG or SVG."""
    return bool(_DATA_IMAGE.fullmatch(value))


def is_language(value: str) -> bool:
    """The shape of a BCP 47 tag; whether its subtags are registered is not looked up."""
    return bool(_LANGUAGE.fullmatch(value))


def is_telephone(value: str) -> bool:
    """E.164, with an optional `;ext=`."""
    return bool(_TELEPHONE.fullmatch(value))


def parse_datetime(value: str) -> datetime | None:
    """An aware datetime, or None unless this is an ISO 8601 date and time with a zone.

    Years before 1583 are refused: ISO 8601 leaves them to agreement between the parties.
    """
    if not _DATETIME.fullmatch(value) or value < "1583":
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment


def is_loopback(url: str) -> bool:
    """True for an address that only its own machine can fetch: nobody else can verify a badge
    there.
    """
    host = urlsplit(url).hostname or ""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")
