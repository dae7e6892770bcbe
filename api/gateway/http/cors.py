"""CORS: which frontends in a browser may ask, by their exact origin (Fetch standard)."""

from collections.abc import Collection, Mapping, Sequence

METHODS = b"GET, POST"
ASKED = b"accept, accept-language, authorization, content-type, dpop, idempotency-key, purpose, recipient"
TOLD = b"dpop-nonce, ratelimit, ratelimit-policy, retry-after, www-authenticate, x-request-id"
AGE = b"600"

Pairs = Sequence[tuple[bytes, bytes]]


class Cors:
    """The answers to browsers, for the origins of this installation; never with credentials such as cookies."""

    def __init__(self, origins: Collection[str], *, asked: bytes = ASKED, methods: bytes = METHODS) -> None:
        """`asked`: the headers that requests may bring; `methods`: by which they may come."""
        self._origins = frozenset(origin.encode() for origin in origins)
        self._asked = asked
        self._methods = methods

    @property
    def methods(self) -> bytes:
        """What `Allow` names."""
        return self._methods + b", OPTIONS" if self._origins else self._methods

    @property
    def serves_options(self) -> bool:
        """Whether there is a frontend that could ask first."""
        return bool(self._origins)

    def preflight(self, headers: Mapping[bytes, bytes]) -> Pairs:
        """The headers of the answer to `OPTIONS`; another origin is told nothing, so its browser sends nothing."""
        told = [
            (b"allow", self.methods),
            (b"vary", b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
        ]
        origin = headers.get(b"origin")
        if origin in self._origins and b"access-control-request-method" in headers:
            told += [
                (b"access-control-allow-origin", origin),
                (b"access-control-allow-methods", self._methods),
                (b"access-control-allow-headers", self._asked),
                (b"access-control-max-age", AGE),
            ]
        return told

    def answer(self, headers: Mapping[bytes, bytes]) -> Pairs:
        """What an answer says beside itself."""
        if not self._origins:
            return ()
        origin = headers.get(b"origin")
        if origin not in self._origins:
            return ((b"vary", b"Origin"),)
        return (
            (b"vary", b"Origin"),
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", TOLD),
        )
