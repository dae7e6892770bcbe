"""The networks a client may call from, in CIDR notation (RFC 4632)."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
_SUBSCRIBER = 64
"""Bits of IPv6 that one subscriber has in common, whichever of its addresses it takes."""

_MAPPED = 96
"""Bits of `::ffff:0:0/96`, in which an IPv4 address stands as one of IPv6."""


def address_of(text: str | None) -> IPv4Address | IPv6Address | None:
    """The address that a text spells, as IPv4 where it is an IPv4 address mapped into IPv6; `None` if it spells none."""
    try:
        found = ip_address(text or "")
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def one_sender(address: str) -> str:
    """What the requests of one sender are counted by: an address of IPv4, a /64 of IPv6, or a text that is neither."""
    found = address_of(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((int(found), _SUBSCRIBER), strict=False))
    return address if found is None else str(found)


@lru_cache(maxsize=4096)
def network_of(text: str) -> Network | None:
    """The network, or the one address, that a text spells; `None` if it spells none.

    Bits beyond the prefix are an oversight and refused.
    """
    try:
        found = ip_network(text)
    except ValueError:
        return None
    if isinstance(found, IPv6Network) and found.prefixlen >= _MAPPED:
        mapped = found.network_address.ipv4_mapped
        return IPv4Network((mapped, found.prefixlen - _MAPPED)) if mapped else found
    return found


def calls_from(address: str | None, networks: Sequence[str]) -> bool:
    """Whether an address lies in one of these networks; from anywhere, where there are none.

    An address that is not known lies in none, and a network that cannot be read holds nobody.
    """
    if not networks:
        return True
    return _inside(address, tuple(networks))


@lru_cache(maxsize=4096)
def _inside(address: str | None, networks: tuple[str, ...]) -> bool:
    found = address_of(address)
    known = [network for network in map(network_of, networks) if network is not None]
    return found is not None and any(found in network for network in known)
