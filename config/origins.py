"""Origins: the scheme, host and port under which Laurel is known. Pure functions over LAUREL_URL
and its kin.
"""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")


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
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != default_port else "")


def host_of(origin: str) -> str:
    """The host name of an origin, IPv6 in brackets, without the port."""
    hostname = urlsplit(origin).hostname or ""
    return f"[{hostname}]" if ":" in hostname else hostname


def is_loopback(origin: str) -> bool:
    """True for a server that only its own machine can reach: a practice server."""
    host = host_of(origin)
    return host in LOOPBACK_HOSTS or host.startswith("127.") or host.endswith(".localhost")


def allowed_hosts(*origins: str) -> list[str]:
    """Host names that may be asked for: those of the origins and, on a practice server, all
    loopback ones.
    """
    hosts = [host_of(origin) for origin in origins]
    if any(is_loopback(origin) for origin in origins):
        hosts += LOOPBACK_HOSTS
    return list(dict.fromkeys(hosts))
