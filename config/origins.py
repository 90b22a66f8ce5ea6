"""Origins: the scheme, host and port under which Laurel is known. Pure functions over LAUREL_URL
and its kin.
"""

import re
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from ob.grammar import is_loopback

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
# ASCII: a name in another script is given as the world's DNS knows it (xn--…).
NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII)


def normalise_origin(url: str) -> str:
    """Return `scheme://host[:port]`, lower-cased and without a path. Raises
    ImproperlyConfigured.
    """
    parts = urlsplit(url.strip())
    try:
        default_port = {"http": 80, "https": 443}[parts.scheme]
        port = parts.port
    except (KeyError, ValueError):
        raise ImproperlyConfigured(
            f"{url!r} is not an origin such as https://badges.example.org"
        ) from None
    if (
        not parts.hostname
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
        or parts.username
    ):
        raise ImproperlyConfigured(
            f"{url!r} must be scheme and host alone, such as https://badges.example.org"
        )
    if ":" not in parts.hostname and not NAME.fullmatch(parts.hostname):
        raise ImproperlyConfigured(f"{parts.hostname!r} in {url!r} is not the name of a host")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != default_port else "")


def host_of(origin: str) -> str:
    """The host name of an origin, IPv6 in brackets, without the port."""
    hostname = urlsplit(origin).hostname or ""
    return f"[{hostname}]" if ":" in hostname else hostname


def allowed_hosts(*origins: str) -> list[str]:
    """Host names that may be asked for: those of the origins and, on a practice server, all
    loopback ones.
    """
    hosts = [host_of(origin) for origin in origins]
    if any(is_loopback(origin) for origin in origins):
        hosts += LOOPBACK_HOSTS
    return list(dict.fromkeys(hosts))
