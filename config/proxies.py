"""Who is really asking, and over which scheme. `X-Forwarded-*` counts only from
`LAUREL_TRUSTED_PROXIES`.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PREFIX = "HTTP_X_FORWARDED_"
# Some proxies write the client's port too: 192.0.2.1:443, [2001:db8::1]:443
WITH_PORT = re.compile(r"(?:\[([^\]]+)\]|([0-9.]+))(?::[0-9]+)?")

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class TrustedProxies:
    """Sets REMOTE_ADDR and the scheme, then drops the headers so that nothing behind can believe
    them.

    TLS ends before Laurel. Where LAUREL_URL is https a request counts as secure unless a trusted
    proxy says that it came over http (it is then redirected).
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self.scheme = "https" if settings.LAUREL_TLS else "http"
        networks(tuple(settings.LAUREL_TRUSTED_PROXIES))  # a wrong one stops the start

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        told_by_socket = environ.get("REMOTE_ADDR", "").partition("%")[0]
        # Of a socket for both kinds every IPv4 peer would be one IPv6 network.
        peer = str(parsed(told_by_socket) or told_by_socket)
        told = {name: environ.pop(name) for name in list(environ) if name.startswith(PREFIX)}
        environ["wsgi.url_scheme"] = self.scheme
        environ["REMOTE_ADDR"] = peer
        if is_trusted(peer):
            environ["REMOTE_ADDR"] = client_of(told.get(f"{PREFIX}FOR", ""), peer)
            # Of several the one nearest to us counts: it was written by our own proxy.
            if told.get(f"{PREFIX}PROTO", "").rpartition(",")[2].strip().lower() == "http":
                environ["wsgi.url_scheme"] = "http"
        return self.application(environ, start_response)


def client_of(forwarded_for: str, peer: str) -> str:
    """The last address that is no proxy of ours: what stands before it is the client's own word.

    Where all are in trusted networks, people are in them, too: then it is the first.
    """
    client = peer
    for part in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
        found = WITH_PORT.fullmatch(part)
        address = parsed((found[1] or found[2]) if found else part)
        if address is None:
            return peer
        client = str(address)
        if not is_trusted(client):
            return client
    return client


@lru_cache(maxsize=1024)
def is_trusted(text: str) -> bool:
    address = parsed(text)
    trusted = networks(tuple(settings.LAUREL_TRUSTED_PROXIES))
    return address is not None and any(address in network for network in trusted)


@cache
def networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Raises ImproperlyConfigured on what is neither an address nor a network."""
    try:
        return tuple(ip_network(text.strip()) for text in texts)
    except ValueError as error:
        raise ImproperlyConfigured(f"LAUREL_TRUSTED_PROXIES: {error}") from None


def parsed(text: str) -> Address | None:
    """The address; an IPv4 one that came in through an IPv6 socket as what it is."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
