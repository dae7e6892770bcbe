"""The address of notices: which URL may be registered for a recipient, so that none turns the gateway inwards (SSRF)."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx

LOOPBACK_NAME = "localhost"
HTTPS = 443
_OWN = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
"""Networks of a company's own (RFC 1918, RFC 4193)."""

_NAT64 = ip_network("64:ff9b::/96")
_UNICAST = ip_network("2000::/3")
"""Of IPv6, all that is assigned for the whole internet (RFC 4291, 2.4)."""

_NEVER = tuple(map(ip_network, ("192.0.0.0/24", "3fff::/20", "fd00:ec2::/32")))
"""Set aside for protocols (RFC 6890), for documents (RFC 9637), and where clouds tell a machine its secrets."""

_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", re.IGNORECASE)
Address = IPv4Address | IPv6Address


class NotAllowed(Exception):  # noqa: N818 - it names the state
    """No notice goes there; the sentence says why and names no address that was resolved."""


def read_url(text: str, *, development: bool) -> httpx.URL:
    """The URL of a registered destination.

    Raises:
        NotAllowed: it is none, or not `https`; in development `http` to the machine itself is let through.
    """
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise NotAllowed("this is no URL") from None
    port = HTTPS if url.port is None else url.port
    named = number_of(url.host) is not None or _NAME.fullmatch(url.raw_host.decode("ascii", "replace"))
    if not named or url.userinfo or url.fragment or not 0 < port < 1 << 16:
        raise NotAllowed("a URL with a host and a port that exists, without a user and a fragment, is needed")
    near = development and _near(url.host)
    if url.scheme != "https" and not (url.scheme == "http" and near):
        raise NotAllowed("notices go by `https` only")
    number = number_of(url.host)
    if number is not None and not _may_be_named(number, development=development):
        raise NotAllowed("no notice goes to this address")
    if url.host == LOOPBACK_NAME and not development:
        raise NotAllowed("no notice goes to the machine itself")
    return url


def _near(host: str) -> bool:
    number = number_of(host)
    return host == LOOPBACK_NAME or (number is not None and number.is_loopback)


def number_of(host: str) -> Address | None:
    """The address that a host is by itself, without a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _may_be_named(number: Address, *, development: bool) -> bool:
    own = any(number in network for network in _OWN if network.version == number.version)
    return (own and not _never(number)) or public(number) or (development and number.is_loopback)


def _never(number: Address) -> bool:
    return any(number in network for network in _NEVER if network.version == number.version)


def public(number: Address) -> bool:
    """Whether it is an address of the whole internet, also by whatever older address is written into it."""
    within: list[Address] = [number]
    if isinstance(number, IPv6Address):
        if number.ipv4_mapped is not None:
            return public(number.ipv4_mapped)
        if number not in _UNICAST and number not in _NAT64:
            return False
        within += [number.sixtofour] if number.sixtofour is not None else []
        within += list(number.teredo or ())
        if number in _NAT64:
            within.append(IPv4Address(int(number) & 0xFFFFFFFF))
    return all(each.is_global and not each.is_multicast and not _never(each) for each in within)
