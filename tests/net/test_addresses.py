"""Which addresses are public: every class that is not, every way to hide an IPv4 in an IPv6."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from net.addresses import Allowed, is_public, parse_allow

PRIVATE_V4 = st.sampled_from(
    ["10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]
    + ["100.64.0.0/10", "0.0.0.0/8", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"]
).flatmap(lambda network: st.ip_addresses(network=network))

EMBEDDINGS = {
    "mapped": lambda v4: (0xFFFF << 32) | v4,
    "compatible": lambda v4: v4,
    "translated": lambda v4: (0xFFFF << 48) | v4,
    "6to4": lambda v4: (0x2002 << 112) | (v4 << 80) | 1,
    "nat64": lambda v4: (0x0064FF9B << 96) | v4,
    "local nat64": lambda v4: (0x0064FF9B0001 << 80) | v4,
    "teredo server": lambda v4: (0x20010000 << 96) | (v4 << 64) | 0xFFFFFFFF,
    "teredo client": lambda v4: (0x20010000 << 96) | (0x08080808 << 64) | (v4 ^ 0xFFFFFFFF),
    "isatap": lambda v4: (0x26064700 << 96) | (0x5EFE << 32) | v4,
    "global isatap": lambda v4: (0x26064700 << 96) | (0x02005EFE << 32) | v4,
}


@pytest.mark.parametrize(
    "ip",
    ["0.0.0.1", "10.1.2.3", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.255.255.254"]
    + ["169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9", "192.0.2.1"]
    + ["192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1"]
    + ["203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"]
    + ["::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::10.0.0.1"]
    + ["64:ff9b:1::8.8.8.8", "100::1", "2001::1", "2001:2::1", "2001:20::1", "2001:db8::1"]
    + ["2002:7f00:1::", "2002:808:808::1", "3fff::1", "4000::1", "5f00::1", "fc00::1"]
    + ["fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1"],
)
def test_it_refuses(ip: str) -> None:
    assert not is_public(ip)


@pytest.mark.parametrize(
    "ip",
    ["1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.0", "172.32.0.1"]
    + ["192.0.1.1", "198.20.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1"]
    + ["2001:4860:4860::8888", "64:ff9b::8.8.8.8"],
)
def test_it_lets_pass(ip: str) -> None:
    assert is_public(ip)


@given(st.ip_addresses())
def test_nothing_passes_that_is_not_global(ip: ipaddress.IPv4Address) -> None:
    if is_public(ip):
        nat64 = ip.version == 6 and ip in ipaddress.ip_network("64:ff9b::/96")
        seen = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if nat64 else ip
        assert seen.is_global and not seen.is_multicast


@pytest.mark.parametrize("embedding", EMBEDDINGS.values(), ids=EMBEDDINGS)
@given(v4=PRIVATE_V4)
def test_a_private_v4_does_not_hide_in_a_v6(embedding, v4: ipaddress.IPv4Address) -> None:
    assert not is_public(ipaddress.IPv6Address(embedding(int(v4))))


def test_text_that_is_no_address_is_an_error() -> None:
    with pytest.raises(ValueError, match="localhost"):
        is_public("localhost")


def test_allowed_networks_are_reached_and_their_neighbours_not() -> None:
    allow = parse_allow("10.1.0.0/16, fd00:1::/32 192.168.7.7")
    assert is_public("10.1.2.3", allow) and is_public("fd00:1::5", allow)
    assert is_public("192.168.7.7", allow)
    assert not is_public("10.2.0.1", allow) and not is_public("192.168.7.8", allow)
    assert not is_public("fd00:2::5", allow) and not is_public("::ffff:10.1.2.3", allow)


def test_allowed_names_count_case_dots_and_ports() -> None:
    allow = parse_allow("LMS.example.org,badges.lan:8443,[::1]:8000,127.0.0.1:9000 bücher.example")
    assert allow.names("lms.example.org", 443) and allow.names("lms.EXAMPLE.org.", 80)
    assert allow.names("badges.lan", 8443) and not allow.names("badges.lan", 443)
    assert allow.names("::1", 8000) and allow.names("127.0.0.1", 9000)
    assert not allow.names("127.0.0.1", 80) and not allow.names("evil.lms.example.org", 443)
    assert allow.names("xn--bcher-kva.example", 443)


@pytest.mark.parametrize("text", ["", "  ", ",", "\n"])
def test_nothing_allows_nothing(text: str) -> None:
    assert parse_allow(text) == Allowed()


@pytest.mark.parametrize(
    "text",
    ["http://example.org", "10.0.0.0/33", "10.0.0.1/8", "*", "*.example.org", "a..b", "-a.example"]
    + [
        "example.org:0",
        "example.org:99999",
        "example.org:http",
        "1.2.3",
        "999.1.1.1",
        "[::1",
        "::1]",
    ]
    + ["user@example.org", "example.org/path", "fine.example, b@d", "::1:::", "[example.org"],
)
def test_rubbish_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a host|has no valid port"):
        parse_allow(text)
