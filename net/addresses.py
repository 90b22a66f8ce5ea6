"""Which addresses the outbound client may reach. Pure: no sockets, no look-ups, no settings."""

import re
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Written out, not left to `ipaddress` alone: its tables differ between Python's patch releases.
_V4_REFUSED = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # "this network"
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # IETF protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# Global unicast is 2000::/3 and nothing else. That alone refuses loopback, mapped, compatible,
# translated, unique-local, link-local, site-local and multicast addresses.
_V6_UNICAST = IPv6Network("2000::/3")
_V6_REFUSED = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments; Teredo is 2001::/32
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: any IPv4 address rides inside
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: how an IPv6-only network reaches IPv4
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: interface identifiers that carry an IPv4 address

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator lets the client reach although it is not public. Empty: nothing."""

    hosts: frozenset[tuple[str, int | None]] = frozenset()
    networks: tuple[Network, ...] = ()

    def names(self, host: str, port: int) -> bool:
        """Whether this host, on this port, is allowed by name."""
        host = host.lower().rstrip(".")
        return (host, None) in self.hosts or (host, port) in self.hosts

    def covers(self, ip: Address) -> bool:
        """Whether an allowed network holds this address."""
        return any(ip.version == network.version and ip in network for network in self.networks)


def is_public(ip: Address | str, allow: Allowed = Allowed()) -> bool:  # noqa: B008 (immutable)
    """Whether `ip` is globally routable unicast, or allowed. Raises ValueError on no address."""
    address = ip_address(ip) if isinstance(ip, str) else ip
    if isinstance(address, IPv4Address):
        return allow.covers(address) or _is_public_v4(address)
    if allow.covers(address):
        return True
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF), allow)
    if address not in _V6_UNICAST or any(address in network for network in _V6_REFUSED):
        return False
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF), allow)
    return address.is_global


def _is_public_v4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in network for network in _V4_REFUSED)


def parse_allow(text: str) -> Allowed:
    """Read LAUREL_OUTBOUND_ALLOW: hosts, addresses (both also with a port) and networks.

    Commas or blanks separate them. Raises ValueError naming the entry that is none of these.
    """
    hosts: set[tuple[str, int | None]] = set()
    networks: list[Network] = []
    for entry in re.split(r"[,\s]+", text.strip()):
        if not entry:
            continue
        try:
            networks.append(ip_network(entry))
        except ValueError:
            hosts.add(_parse_host(entry))
    return Allowed(frozenset(hosts), tuple(networks))


def _parse_host(entry: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(\[[^\]]+\]|[^:/\[\]]+)(?::([0-9]{1,5}))?", entry)
    if match is None:
        raise ValueError(f"{entry!r} is not a host, host:port, address or network")
    host, port = match[1].lower().rstrip("."), int(match[2]) if match[2] else None
    if port is not None and not 0 < port < 65536:
        raise ValueError(f"{entry!r} has no valid port")
    return _canonical_host(host, entry), port


def _canonical_host(host: str, entry: str) -> str:
    """A name in ASCII, or an address as `ipaddress` writes it: the forms the client compares."""
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        pass
    try:
        name = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        name = ""
    labels = name.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise ValueError(f"{entry!r} is not a host, host:port, address or network")
    return name
