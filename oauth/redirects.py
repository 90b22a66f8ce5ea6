"""Where an authorization answer may be sent: https, or a loopback address (RFC 8252, 7.3), and only
to what is registered.
"""

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# What may stand in an address without fragment (RFC 3986, 2). A browser reads `\` as `/`, and some
# letters of other scripts look like Latin ones: people would be told of another host than theirs.
ADDRESS = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]+")


def check_redirect_uri(uri: str) -> str:
    """Return what is wrong with a redirect URI, or "" when it may be registered."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        return f"{uri[:100]} is not an address."
    if not host or port == 0 or "@" in parts.netloc or not ADDRESS.fullmatch(uri):
        return (
            f"{uri[:100]} must be an absolute address without fragment, user name, blanks and"
            " letters that would have to be encoded."
        )
    plain_http_allowed = host in LOOPBACK or settings.LAUREL_PRACTICE
    if parts.scheme != "https" and not (parts.scheme == "http" and plain_http_allowed):
        return f"{uri[:100]} must use https."
    return ""


def is_registered(uri: str, registered: Iterable[str]) -> bool:
    """Equal, character for character, to a registered one (RFC 9700, 4.1.3); of a native app's
    loopback address the port is whatever was free (RFC 8252, 7.3).
    """
    known = list(registered)
    return uri in known or any(differs_in_port_alone(uri, one) for one in known)


def differs_in_port_alone(uri: str, registered: str) -> bool:
    parts, known = urlsplit(registered), as_loopback(uri)
    if known is None or parts.scheme != "http" or parts.hostname not in LOOPBACK:
        return False
    return portless(known) == portless(parts)


def as_loopback(uri: str) -> SplitResult | None:
    """Its parts, if it is a plain-http loopback address with a port that can be one."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return None
    wellformed = parts.scheme == "http" and not parts.username and "#" not in uri
    # Whatever urlsplit strips or rewrites is not what was registered.
    written = parts.hostname if ":" not in (parts.hostname or "") else f"[{parts.hostname}]"
    netloc = written if port is None else f"{written}:{port}"
    return parts if wellformed and parts.netloc == netloc and parts.geturl() == uri else None


def portless(parts: SplitResult) -> tuple[str, str | None, str, str]:
    return parts.scheme, parts.hostname, parts.path, parts.query


def is_loopback_address(uri: str) -> bool:
    return urlsplit(uri).hostname in LOOPBACK
