"""The target of a proof: the address it was made for, as every way to write it (RFC 9449, 4.3; RFC 3986, 6.2)."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

LONGEST = 2048
PORTS = {"http": 80, "https": 443}
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")


@lru_cache(maxsize=1024)
def normal(uri: str) -> str | None:
    """The address without query and fragment, written in the one way that all equal ones share; `None` if it is none.

    Scheme and host in small letters, the port of the scheme left out, no empty path, and nothing escaped that needs
    not be. Steps such as `..` are left as they are: no path of ours has one.
    """
    if len(uri) > LONGEST or not uri.isascii() or not uri.isprintable() or " " in uri or "\\" in uri:
        return None
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme
    if scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    at = host if port in (None, PORTS[scheme]) else f"{host}:{port}"
    return f"{scheme}://{at}{_ESCAPE.sub(_unescaped, parts.path) or '/'}"


def _unescaped(escape: re.Match[str]) -> str:
    letter = chr(int(escape[1], 16))
    return letter if _UNRESERVED.fullmatch(letter) else escape[0].upper()
