"""The keys of a trusted issuer: found by its metadata, kept for a while, and fetched again when one is new."""

import asyncio
import ssl
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import httpx
import orjson

from api.tokens.target import normal

DISCOVERY = "/.well-known/openid-configuration"
KEPT = 600.0
"""Seconds for which keys are good without being asked for again; past that, and without an answer, there are none."""

PAUSE = 30.0
"""Seconds between two looks for a key that is not known."""

SHORT_PAUSE = 5.0
"""The same, while there are no keys at all."""

PATIENCE = 5.0
LARGEST = 262_144
"""Bytes of a document."""


class Unreachable(Exception):  # noqa: N818 - it names the state
    """The keys of the issuer are not known, so nothing that it signed is believed."""


class IssuerKeys:
    """The keys of one issuer.

    Args:
        url: the issuer, as it calls itself.
        clock: seconds that only grow.
        transport: that of HTTP, in the place of the network.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = url
        self._clock = clock
        self._transport = transport
        self._keys: Sequence[Any] = ()
        self._until = float("-inf")
        self._again = float("-inf")
        self._asking = asyncio.Lock()

    async def known(self) -> Sequence[Any]:
        """The keys (JWKs), fetched if they are not known or too old.

        Raises:
            Unreachable: they cannot be had.
        """
        if self._clock() >= self._until:
            await self._renew(SHORT_PAUSE)
        if self._clock() >= self._until:
            raise Unreachable("the issuer was asked for its keys a moment ago, in vain")
        return self._keys

    async def renewed(self) -> Sequence[Any]:
        """The keys, fetched again unless that was done a moment ago: for a text signed by one that is not among them.

        Raises:
            Unreachable: they cannot be had.
        """
        await self._renew(PAUSE)
        return self._keys

    async def _renew(self, pause: float) -> None:
        async with self._asking:
            if self._clock() < self._again:
                return
            self._again = self._clock() + pause
            try:
                async with asyncio.timeout(PATIENCE):
                    self._keys = await self._fetch()
            except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
                raise Unreachable(f"the keys of the issuer cannot be had: {type(error).__name__}") from None
            now = self._clock()
            self._until, self._again = now + KEPT, now + PAUSE

    async def _fetch(self) -> Sequence[Any]:
        """The keys, as the metadata of OpenID Connect Discovery 1.0 leads to them.

        Raises:
            ValueError: what came is not that of this issuer.
        """
        async with httpx.AsyncClient(
            transport=self._transport,
            verify=_authorities(),
            trust_env=False,
            follow_redirects=False,
            timeout=PATIENCE,
        ) as http:
            metadata = await _document(http, self._url.rstrip("/") + DISCOVERY)
            if metadata.get("issuer") != self._url:
                raise ValueError("the metadata is another issuer's")
            found = await _document(http, self._safe(metadata.get("jwks_uri")))
        keys = found.get("keys")
        if not isinstance(keys, list) or not keys:
            raise ValueError("the set has no keys")
        return tuple(keys)

    def _safe(self, address: object) -> str:
        """Where the keys are: over TLS, or in the clear on this very machine where the issuer is there too."""
        safe = isinstance(address, str) and normal(address) is not None
        if not isinstance(address, str) or not safe or not self._allowed(address):
            raise ValueError("the metadata names no safe place for keys")
        return address

    def _allowed(self, address: str) -> bool:
        near = self._url.startswith("http:") and httpx.URL(address).host == httpx.URL(self._url).host
        return address.startswith("https:") or near


@cache
def _authorities() -> ssl.SSLContext:
    """The certificate authorities of the system."""
    return ssl.create_default_context()


async def _document(http: httpx.AsyncClient, address: str) -> dict[str, Any]:
    """A JSON object of limited size; anything but a 200 is none.

    Raises:
        ValueError: there is no such document.
    """
    read = bytearray()
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    async with http.stream("GET", address, headers=headers) as response:
        if response.status_code != httpx.codes.OK:
            raise ValueError("the answer is not 200")
        async for chunk in response.aiter_raw():
            read += chunk
            if len(read) > LARGEST:
                raise ValueError("the answer is too long")
    found = orjson.loads(bytes(read))
    if not isinstance(found, dict):
        raise ValueError("the answer is no object")  # noqa: TRY004 - a fault of who answered
    return found
