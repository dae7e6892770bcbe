"""The post: one try of one notice (RFC 8935), after which nothing of what the receiver said is kept but a code."""

import asyncio
from types import MappingProxyType

import httpx
import orjson

from api.notices.destination import Destination, look_up
from api.notices.event import MEDIA_TYPE
from models.notices.address import NotAllowed
from models.notices.withdrawal import Trouble

LONGEST_TRY = 10.0
"""Seconds that a try may take, from the name to the answer."""

LONGEST_REFUSAL = 4096
"""Bytes that are read of a refusal; of any other answer none is."""

ACCEPTED, REFUSED = 202, 400
REDIRECTS = range(300, 400)
CODES = MappingProxyType(
    {
        trouble.value.lower(): trouble
        for trouble in (
            Trouble.INVALID_REQUEST,
            Trouble.INVALID_KEY,
            Trouble.INVALID_ISSUER,
            Trouble.INVALID_AUDIENCE,
            Trouble.AUTHENTICATION_FAILED,
            Trouble.ACCESS_DENIED,
        )
    }
)
"""What a receiver may give as `err` (RFC 8935, 2.4)."""

FINAL = frozenset({Trouble.REFUSED, *CODES.values()})
"""What the receiver meant: another try would be refused in the same way."""


class Failed(Exception):  # noqa: N818 - it names the state
    """The receiver did not take the notice."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


class Post:
    """Posts to receivers: straight to an address that was looked at, by no proxy, and nowhere on from there."""

    def __init__(self, *, development: bool, longest: float = LONGEST_TRY) -> None:
        self._development = development
        self._longest = longest
        self._client: httpx.AsyncClient | None = None

    async def deliver(self, url: str, token: str, media_type: str = MEDIA_TYPE) -> None:
        """Return when the receiver took the token, which goes as this type.

        Raises:
            Failed: it did not, or nobody knows.
        """
        if not url:
            raise Failed(Trouble.NO_ADDRESS)
        try:
            async with asyncio.timeout(self._longest):
                await self._deliver(await look_up(url, development=self._development), token, media_type)
        except NotAllowed:
            raise Failed(Trouble.ADDRESS_REFUSED) from None
        except (TimeoutError, httpx.TimeoutException):
            raise Failed(Trouble.TOO_SLOW) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            raise Failed(Trouble.UNREACHABLE) from None

    async def close(self) -> None:
        """Let go of every connection."""
        if self._client is not None:
            await self._client.aclose()

    async def _deliver(self, destination: Destination, token: str, media_type: str) -> None:
        *others, last = destination.addresses
        for address in others:
            try:
                return await self._to(destination, address, token, media_type)
            except httpx.ConnectError:
                continue
        return await self._to(destination, last, token, media_type)

    async def _to(self, destination: Destination, address: str, token: str, media_type: str) -> None:
        url = destination.url
        request = self._http.build_request(
            "POST",
            url.copy_with(host=address),
            content=token,
            headers={
                "Host": url.netloc.decode(),
                "Content-Type": media_type,
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "User-Agent": "mokuteki",
            },
            extensions={"sni_hostname": url.host},
        )
        answer = await self._http.send(request, stream=True)
        try:
            if answer.status_code != ACCEPTED:
                raise Failed(await _trouble(answer))
        finally:
            await answer.aclose()

    @property
    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                verify=httpx.create_ssl_context(),
                trust_env=False,
                follow_redirects=False,
                timeout=self._longest,
                limits=httpx.Limits(max_keepalive_connections=0),
            )
        return self._client


async def _trouble(answer: httpx.Response) -> Trouble:
    """Why an answer that is not 202 failed; a 400 is a refusal only if it says so as RFC 8935 wants."""
    if answer.status_code in REDIRECTS:
        return Trouble.REDIRECTED
    if answer.status_code != REFUSED:
        return Trouble.UNEXPECTED
    body = b""
    async for part in answer.aiter_raw(LONGEST_REFUSAL):
        body += part
        if len(body) > LONGEST_REFUSAL:
            return Trouble.UNEXPECTED
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return Trouble.UNEXPECTED
    err = said.get("err") if isinstance(said, dict) else None
    return CODES.get(err, Trouble.REFUSED) if isinstance(err, str) else Trouble.UNEXPECTED
