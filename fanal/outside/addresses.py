"""Which addresses of the network we may be sent to by something that was typed into a form (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

PORTS = frozenset({443, 8443})
NEVER = tuple(map(ip_network, ("0.0.0.0/8", "169.254.0.0/16", "168.63.129.16/32", "255.255.255.255/32")))
"""What this machine's own network says of itself (metadata, link-local): no setting allows it."""
NOT_OURS = tuple(
    map(
        ip_network,
        (
            *("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24"),
            *("192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
WORLD = IPv6Network("2000::/3")
NOT_THE_WORLD = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
"""Tunnels that carry an older address within them, and examples."""
TRANSLATED = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an address of the web leads before any name is looked up."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What the installation's settings allow beyond the open internet: a host, perhaps one port, and where it is."""

    host: str
    port: int | None = None
    at: tuple[str, int] | None = None


class Refused(ValueError):
    """We do not go there; the code says why."""


def openings(settings: Iterable[str]) -> list[Opening]:
    """`host`, `host:port`, or `name=address:port` for a name that is known here only."""
    return [_opening(one.strip().lower()) for one in settings if one.strip()]


def place(address: str) -> Place:
    """The place of an address of the web. Raises Refused for what is none, or names a user."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise Refused("address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
        raise Refused("address")
    if parts.username is not None or parts.password is not None or any(c.isspace() or c < " " for c in address):
        raise Refused("address")
    return Place(
        scheme=parts.scheme,
        host=parts.hostname.rstrip(".").lower(),
        port=port or (443 if parts.scheme == "https" else 80),
    )


def opening_for(found: Place, allowed: Iterable[Opening]) -> Opening | None:
    """The setting that names this very host and port."""
    return next((one for one in allowed if one.host == found.host and one.port in (None, found.port)), None)


def check_place(found: Place, allowed: Opening | None) -> None:
    """Raises Refused: in plain text, and to unusual ports, only where a setting says so."""
    if allowed is None and (found.scheme != "https" or found.port not in PORTS):
        raise Refused("not_https")


def check_all(addresses: Iterable[str], allowed: Opening | None) -> list[str]:
    """The addresses, if we may be sent to every one of them; a name that has one bad address is refused whole."""
    found = list(addresses)
    for one in found:
        check(one, within=allowed is not None)
    if not found:
        raise Refused("unknown_host")
    return found


def check(address: str, *, within: bool) -> None:
    """Raises Refused; `within`: the host is ours by a setting, so private addresses and this machine are fine."""
    try:
        found = _plain(ip_address(address))
    except ValueError:
        raise Refused("address") from None
    if _never(found):
        raise Refused("forbidden_address")
    if not within and not _in_the_open(found):
        raise Refused("private_address")


def _plain(found: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The address that is meant: one of the old kind may be written within one of the new."""
    if isinstance(found, IPv6Address):
        if found.scope_id:
            raise ValueError(found)
        if found.ipv4_mapped:
            return found.ipv4_mapped
        if found in TRANSLATED:
            return IPv4Address(int(found) & 0xFFFFFFFF)
    return found


def _never(found: IPv4Address | IPv6Address) -> bool:
    if isinstance(found, IPv6Address):
        return (
            found.is_link_local or found.is_multicast or found.is_unspecified or found == IPv6Address("fd00:ec2::254")
        )
    return found.is_multicast or any(found in network for network in NEVER)


def _in_the_open(found: IPv4Address | IPv6Address) -> bool:
    if isinstance(found, IPv6Address):
        return found in WORLD and not any(found in network for network in NOT_THE_WORLD)
    return not any(found in network for network in NOT_OURS)


def _opening(text: str) -> Opening:
    name, _is, where = text.partition("=")
    host, port = _host_and_port(name)
    if not where:
        return Opening(host=host, port=port)
    address, at = _host_and_port(where)
    return Opening(host=host, port=port, at=(address, at or 80))


def _host_and_port(text: str) -> tuple[str, int | None]:
    parts = urlsplit(f"//{text}")
    return (parts.hostname or "").rstrip("."), parts.port
