"""The destination: to which addresses a notice goes, once the name in its URL was looked up."""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import ip_address

import httpx

from models.notices.address import HTTPS, LOOPBACK_NAME, NotAllowed, number_of, public, read_url

MOST_ADDRESSES = 3


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL that may be posted to, with the addresses that were looked at; nothing else is connected to."""

    url: httpx.URL
    addresses: tuple[str, ...]


async def look_up(text: str, *, development: bool) -> Destination:
    """Where the URL leads now.

    A name must lead to public addresses alone; one of a company's own network may be registered only by its number,
    so that whoever holds a name can lead nobody inwards.

    Raises:
        NotAllowed: see `read_url`; or some address of the name is not public.
        OSError: the name leads nowhere.
    """
    url = read_url(text, development=development)
    number = number_of(url.host)
    if number is not None:
        return Destination(url, (str(number),))
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(url.raw_host.decode(), url.port or HTTPS, type=socket.SOCK_STREAM)
    addresses = tuple(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    inside = development and url.host == LOOPBACK_NAME
    if not all(public(ip_address(each)) or (inside and ip_address(each).is_loopback) for each in addresses):
        raise NotAllowed("the name leads to an address that is not public")
    return Destination(url, addresses[:MOST_ADDRESSES])
