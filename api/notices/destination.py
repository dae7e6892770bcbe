"""The destination: to which addresses a notice may go, so that no registered URL turns the gateway inwards (SSRF)."""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx

LOOPBACK_NAME = "localhost"
HTTPS = 443
MOST_ADDRESSES = 3
_OWN = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
"""Networks of a company's own (RFC 1918, RFC 4193)."""

_NAT64 = ip_network("64:ff9b::/96")
Address = IPv4Address | IPv6Address


class NotAllowed(Exception):  # noqa: N818 - it names the state
    """No notice goes there; the sentence says why and names no address that was resolved."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL that may be posted to, with the addresses that were looked at; nothing else is connected to."""

    url: httpx.URL
    addresses: tuple[str, ...]


def read_url(text: str, *, development: bool) -> httpx.URL:
    """The URL of a registered destination.

    Raises:
        NotAllowed: it is none, or not `https`; in development `http` to the machine itself is let through.
    """
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise NotAllowed("this is no URL") from None
    if not url.host or url.userinfo or url.fragment or not 0 < (url.port or HTTPS) < 1 << 16:
        raise NotAllowed("a URL with a host and a port that exists, without a user and a fragment, is needed")
    near = development and _near(url.host)
    if url.scheme != "https" and not (url.scheme == "http" and near):
        raise NotAllowed("notices go by `https` only")
    number = _number(url.host)
    if number is not None and not _may_be_named(number, development=development):
        raise NotAllowed("no notice goes to this address")
    if url.host == LOOPBACK_NAME and not development:
        raise NotAllowed("no notice goes to the machine itself")
    return url


async def look_up(text: str, *, development: bool) -> Destination:
    """Where the URL leads now.

    A name must lead to public addresses alone; one of a company's own network may be registered only by its number,
    so that whoever holds a name can lead nobody inwards.

    Raises:
        NotAllowed: see `read_url`; or some address of the name is not public.
        OSError: the name leads nowhere.
    """
    url = read_url(text, development=development)
    number = _number(url.host)
    if number is not None:
        return Destination(url, (str(number),))
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(url.raw_host.decode(), url.port or HTTPS, type=socket.SOCK_STREAM)
    addresses = tuple(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    inside = development and url.host == LOOPBACK_NAME
    if not all(_public(ip_address(each)) or (inside and ip_address(each).is_loopback) for each in addresses):
        raise NotAllowed("the name leads to an address that is not public")
    return Destination(url, addresses[:MOST_ADDRESSES])


def _near(host: str) -> bool:
    number = _number(host)
    return host == LOOPBACK_NAME or (number is not None and number.is_loopback)


def _number(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _may_be_named(number: Address, *, development: bool) -> bool:
    own = any(number in network for network in _OWN if network.version == number.version)
    return own or _public(number) or (development and number.is_loopback)


def _public(number: Address) -> bool:
    """Whether it is an address of the whole internet, also by whatever older address is written into it."""
    within: list[Address] = [number]
    if isinstance(number, IPv6Address):
        within += [each for each in (number.ipv4_mapped, number.sixtofour) if each is not None]
        within += list(number.teredo or ())
        if number in _NAT64:
            within.append(IPv4Address(int(number) & 0xFFFFFFFF))
    return all(each.is_global and not each.is_multicast for each in within)
