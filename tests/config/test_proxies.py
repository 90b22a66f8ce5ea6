"""X-Forwarded-*: believed from trusted proxies, unseen from anybody else."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import proxies
from config.proxies import TrustedProxies


@pytest.fixture(autouse=True)
def trusted(settings):
    settings.LAUREL_TRUSTED_PROXIES = ["10.0.0.0/8", "::1"]
    settings.LAUREL_TLS = True
    proxies.is_trusted.cache_clear()
    yield
    proxies.is_trusted.cache_clear()


def seen(peer: str, **headers: str) -> dict[str, Any]:
    """What the application sees of a request."""
    environ: dict[str, Any] = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http"}
    environ |= {f"HTTP_X_FORWARDED_{name.upper()}": value for name, value in headers.items()}
    TrustedProxies(lambda inner, _: [])(environ, None)
    return environ


@pytest.mark.parametrize(
    ("peer", "told", "client"),
    [
        ("203.0.113.9", "192.0.2.1", "203.0.113.9"),  # a stranger says so
        ("::ffff:203.0.113.9", "192.0.2.1", "203.0.113.9"),  # through a socket for both kinds
        ("10.1.2.3", "192.0.2.1", "192.0.2.1"),
        ("10.1.2.3", "6.6.6.6, 192.0.2.1", "192.0.2.1"),  # the first was written by the client
        ("10.1.2.3", "192.0.2.1, 10.9.9.9", "192.0.2.1"),  # two proxies of ours
        ("10.1.2.3", "10.9.9.9", "10.9.9.9"),  # somebody in the network of our proxies
        ("10.1.2.3", "10.5.5.5, 10.9.9.9", "10.5.5.5"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "192.0.2.1, unknown", "10.1.2.3"),
        ("10.1.2.3", "unknown, 10.9.9.9", "10.1.2.3"),
        ("10.1.2.3", "<script>", "10.1.2.3"),
        ("10.1.2.3", "192.0.2.1:4711", "192.0.2.1"),
        ("10.1.2.3", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.1.2.3", "2001:db8::1", "2001:db8::1"),
        ("::1", "192.0.2.1", "192.0.2.1"),
        ("::ffff:10.1.2.3", "192.0.2.1", "192.0.2.1"),  # IPv4 through an IPv6 socket
        ("fe80::1%eth0", "192.0.2.1", "fe80::1"),
        ("", "192.0.2.1", ""),
    ],
)
def test_the_client_is_who_our_own_proxies_saw(peer: str, told: str, client: str) -> None:
    assert seen(peer, **{"for": told})["REMOTE_ADDR"] == client


@pytest.mark.parametrize(
    ("peer", "told", "scheme"),
    [
        ("10.1.2.3", "http", "http"),
        ("10.1.2.3", "https", "https"),
        ("10.1.2.3", "http, https", "https"),  # the nearest proxy's word
        ("10.1.2.3", "https, http", "http"),
        ("10.1.2.3", "", "https"),
        ("203.0.113.9", "http", "https"),
    ],
)
def test_the_scheme_is_what_our_own_proxies_saw(peer: str, told: str, scheme: str) -> None:
    assert seen(peer, proto=told)["wsgi.url_scheme"] == scheme


def test_without_tls_a_forwarded_scheme_changes_nothing(settings) -> None:
    settings.LAUREL_TLS = False
    assert seen("10.1.2.3", proto="https")["wsgi.url_scheme"] == "http"


@pytest.mark.parametrize("peer", ["10.1.2.3", "203.0.113.9"])
def test_nothing_behind_sees_the_headers(peer: str) -> None:
    names = {
        "for": "192.0.2.1",
        "proto": "http",
        "host": "evil.example",
        "port": "1",
        "prefix": "/",
    }
    assert not [name for name in seen(peer, **names) if "FORWARDED" in name]


@pytest.mark.parametrize("wrong", ["10.0.0.1/8", "proxy.example.org", ""])
def test_what_is_no_network_stops_the_start(settings, wrong: str) -> None:
    settings.LAUREL_TRUSTED_PROXIES = [wrong]
    with pytest.raises(ImproperlyConfigured, match="LAUREL_TRUSTED_PROXIES"):
        TrustedProxies(lambda environ, start: [])
