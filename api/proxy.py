"""The proxies before the gateway: which of them are believed about who calls, and with what certificate."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.tokens.networks import address_of, calls_from


class BehindProxies:
    """An application that takes the address of a client, and its certificate, from trusted proxies only.

    The address is the right-most of `X-Forwarded-For` that is no trusted proxy's. The header with the certificate is
    taken away from everybody else, so that whoever reads it may believe it.

    Args:
        app: the application.
        trusted: addresses and networks, in CIDR notation.
        certificate_header: in small letters; `None` where no proxy sends one.
    """

    def __init__(
        self, app: ASGIApp, *, trusted: Sequence[str], certificate_header: str | None = None
    ) -> None:
        self._app: ASGIApp = ProxyHeadersMiddleware(app, [*trusted])  # type: ignore[arg-type, assignment]  # uvicorn's own names for the same
        self._trusted = tuple(trusted)
        self._header = certificate_header.encode() if certificate_header else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, without what its sender may not say."""
        if scope["type"] == "http":
            peer = _peer(scope)
            scope = {**scope, "client": peer}
            if not (self._trusted and calls_from(peer and peer[0], self._trusted)):
                scope["headers"] = [each for each in scope["headers"] if each[0] != self._header]
        await self._app(scope, receive, send)


def _peer(scope: Scope) -> tuple[str, int] | None:
    """Who is connected, with an IPv4 address written as one."""
    client = scope.get("client")
    if client is None:
        return None
    return str(address_of(client[0]) or client[0]), client[1]
