"""Who is really asking, and over which scheme. `X-Forwarded-*` counts only from
`LAUREL_TRUSTED_PROXIES`.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")


class TrustedProxies:
    """Sets REMOTE_ADDR and the scheme, then drops the headers so that nothing behind can believe
    them.

    TLS ends before Laurel. Where LAUREL_URL is https a request counts as secure unless a trusted
    proxy says that it came over http (it is then redirected).
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self.scheme = "https" if settings.LAUREL_TLS else "http"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        peer = environ.get("REMOTE_ADDR", "").partition("%")[0]
        told = {name: environ.pop(name, "") for name in FORWARDED}
        environ["wsgi.url_scheme"] = self.scheme
        environ["REMOTE_ADDR"] = peer
        if is_trusted(peer):
            environ["REMOTE_ADDR"] = client_of(told["HTTP_X_FORWARDED_FOR"], peer)
            if told["HTTP_X_FORWARDED_PROTO"].strip().lower() == "http":
                environ["wsgi.url_scheme"] = "http"
        return self.application(environ, start_response)


def client_of(forwarded_for: str, peer: str) -> str:
    """The last address that is no proxy of ours: what stands before it was written by the client.
    """
    for address in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
        if not is_address(address):
            return peer
        if not is_trusted(address):
            return address
    return peer


@lru_cache(maxsize=1024)
def is_trusted(address: str) -> bool:
    return is_address(address) and any(
        ip_address(address) in ip_network(network) for network in settings.LAUREL_TRUSTED_PROXIES
    )


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
