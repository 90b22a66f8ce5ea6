"""Where an authorization answer may be sent: https, or a loopback address (RFC 8252, 7.3)."""

from urllib.parse import urlsplit

from django.conf import settings

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def check_redirect_uri(uri: str) -> str:
    """Return what is wrong with a redirect URI, or "" when it may be registered."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname
    except ValueError:
        return f"{uri[:100]} is not an address."
    if not host or parts.fragment or parts.username or any(c.isspace() for c in uri):
        return f"{uri[:100]} must be an absolute address without fragment, user name or blanks."
    plain_http_allowed = host in LOOPBACK or settings.LAUREL_PRACTICE
    if parts.scheme != "https" and not (parts.scheme == "http" and plain_http_allowed):
        return f"{uri[:100]} must use https."
    return ""
