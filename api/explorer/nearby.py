"""Nearby: whether a request comes from our own page, opened on this very machine.

A token can be had here without a secret, so three strangers must be kept out: another site in the same
browser (it cannot send our header, and says where it comes from), a name that another site points at this
machine (DNS rebinding: the `Host` is not a loopback name), and another machine on the network (its address
is not a loopback one).
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request

HEADER = "X-Mokuteki-Explorer"
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def loopback(address: str) -> bool:
    """Whether this is an address of the machine itself; anything that is not an address is not."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def host_name(authority: str) -> str:
    """The name in a `Host` header, without its port; empty where it cannot be read."""
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""


def stranger(request: Request) -> str | None:
    """Why this request is not from our own page on this machine; `None` if it is."""
    if request.headers.get(HEADER) != "1":
        return f"the header `{HEADER}` is missing"
    if request.client is None or not loopback(request.client.host):
        return "the explorer gives tokens to this machine only"
    host = request.headers.get("host", "")
    if host_name(host) not in LOOPBACK_NAMES:
        return "the explorer gives tokens under a loopback name only: open it as `localhost`"
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return "the request comes from another site"
    origin = request.headers.get("origin")
    if origin is not None and origin != f"{request.url.scheme}://{host}":
        return "the request comes from another origin"
    return None
