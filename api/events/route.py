"""`POST /events`, `/events/opt-out` and `/events/opt-in`: for the pages of the site, without an account."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from secrets import token_hex
from typing import Any, TypeAlias

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.events.intake import MOST_EVENTS, OptedOut, reachable, take_in
from api.events.opt_out import OptOuts, OptOutUnreadable
from api.fair.flood import Flood
from api.gateway.http.body import Bodies
from api.gateway.http.cors import Cors
from api.gateway.http.incoming import check_media, language_of
from api.gateway.refusal import Code, Refusal
from api.house import House
from api.tokens.networks import one_sender
from models.database.store import StoreUnavailable, WrongValue
from models.events.box import forget_of
from models.events.choice import companies
from models.formats.event import read_event
from models.formats.wrong import Wrong
from models.inforce import PolicyUnavailable

EVENTS, OPT_OUT, OPT_IN = "/events", "/events/opt-out", "/events/opt-in"
HEADER, COOKIE = b"opt-out", "mokuteki_opt_out"
ASKED = b"accept-language, content-type, opt-out"
KEPT = 400 * 86_400
"""Seconds for which a browser keeps the cookie: as long as browsers let any be kept."""

LARGEST = 250_000
ALL = "all"
ACCOUNT = (b"authorization", b"dpop", b"proxy-authorization")
"""What would tell whose browser it is; a request that brings it is refused before it is read."""

log = structlog.get_logger("events")

Headers = Mapping[bytes, bytes]
Answer: TypeAlias = tuple[int, dict[str, Any], dict[str, str]]
Work: TypeAlias = Callable[[Request, Any], Awaitable[Answer]]


class EventRoutes:
    """Takes events in, and what browsers opt out of."""

    def __init__(self, house: House) -> None:
        limits = house.settings.limits
        self._house = house
        self._cors = Cors(house.settings.cors_origins, asked=ASKED, methods=b"POST")
        self._bodies = Bodies(replace(limits, body_bytes=min(limits.body_bytes, LARGEST)))
        self._flood = Flood(house.counting.floods, {"events": house.settings.quotas.events_per_minute})
        self._opt_outs = OptOuts(house.settings.secret_key, house.settings.issuer)

    @property
    def routes(self) -> list[Route]:
        """The three addresses."""
        works = ((OPT_OUT, self._opted_out), (OPT_IN, self._opted_in), (EVENTS, self._events))
        return [Route(path, self._answering(work), methods=["POST", "OPTIONS"]) for path, work in works]

    def _answering(self, work: Work) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            headers = dict(request.scope["headers"])
            if request.method == "OPTIONS":
                return self._response(204, b"", self._cors.preflight(headers), {})
            request_id = token_hex(8)
            more: dict[str, str] = {"X-Request-Id": request_id, "Cache-Control": "no-store"}
            try:
                status, body, extra = await work(request, await self._asked(request, headers))
            except Refusal as refusal:
                error = refusal.error(request_id, language_of(headers))
                status, body, extra = refusal.status, {"errors": [error]}, {}
                if refusal.retry_after:
                    extra = {"Retry-After": str(refusal.retry_after)}
            except (StoreUnavailable, PolicyUnavailable, WrongValue) as error:
                log.warning("events.unavailable", reason=type(error).__name__)
                status, body, extra = 503, _error(Code.LEDGER_UNAVAILABLE, "EVENTS_UNAVAILABLE", headers), {}
            return self._response(status, orjson.dumps(body), self._cors.answer(headers), more | extra)

        return answer

    def _response(self, status: int, body: bytes, pairs: Any, more: Mapping[str, str]) -> Response:  # noqa: ANN401 - pairs
        media = "application/json" if body else None
        response = Response(body, status, dict(more), media_type=media)
        for name, value in pairs:
            response.headers.append(name.decode("latin-1"), value.decode("latin-1"))
        return response

    async def _asked(self, request: Request, headers: Headers) -> Any:  # noqa: ANN401 - any JSON
        """The JSON of a request that may be read.

        Raises:
            Refusal: it comes too often, tells whose it is, or is too large, too slow or no JSON.
        """
        address = one_sender(request.client.host) if request.client else "unknown"
        wait = await self._flood.take("events", address)
        if wait:
            raise Refusal(Code.RATE_LIMITED, Wrong("EVENTS_OFTEN").en, reason="EVENTS_OFTEN", retryAfter=wait)
        if any(name in headers for name in ACCOUNT):
            raise _refusal("EVENTS_ACCOUNT", headers)
        check_media(headers)
        with self._bodies.share(address) as share:
            body = await self._bodies.read(request.receive, headers.get(b"content-length", b""), share)
            return self._bodies.opened(body, share)

    async def _events(self, request: Request, asked: Any) -> Answer:  # noqa: ANN401 - any JSON
        headers = dict(request.scope["headers"])
        if not isinstance(asked, list) or not 1 <= len(asked) <= MOST_EVENTS:
            raise _refusal("EVENTS_ARRAY", headers, most=MOST_EVENTS)
        house = self._house
        if house.passing.full:
            raise StoreUnavailable("as many events wait as may")
        force = await house.inforce.current()
        opted_out = self._known(request)
        results = await take_in(house.store, force, asked, opted_out, house.clock())
        for each in results:
            house.metrics.event(each["outcome"])
        return 202, {"results": results}, {}

    async def _opted_out(self, request: Request, asked: Any) -> Answer:  # noqa: ANN401 - any JSON
        before = self._known(request) or OptedOut(all=True)
        named, cookie = await self._named(request, asked)
        became = OptedOut(
            before.all or named is None, before.companies | (named if named is not None else frozenset())
        )
        if cookie is not None:
            await self._forget(cookie, became)
        return self._told(became)

    async def _opted_in(self, request: Request, asked: Any) -> Answer:  # noqa: ANN401 - any JSON
        """A deliberate call: of these companies, or of all, the opt-out is taken back."""
        before = self._known(request) or OptedOut(all=True)
        named, _ = await self._named(request, asked)
        if named is None:
            return self._told(OptedOut())
        force = await self._house.inforce.current()
        every = frozenset(each.id for each in companies(force))
        left = (before.companies | every if before.all else before.companies) - named
        return self._told(OptedOut(companies=left))

    def _told(self, became: OptedOut) -> Answer:
        token = self._opt_outs.token(became, self._house.clock())
        secure = "; Secure" if self._house.settings.issuer.startswith("https:") else ""
        cookie = f"{COOKIE}={token}; Max-Age={KEPT}; Path={EVENTS}; HttpOnly; SameSite=Lax{secure}"
        body = {"token": token, "all": became.all, "recipients": sorted(became.companies)}
        return 200, body, {"Set-Cookie": cookie}

    async def _named(self, request: Request, asked: Any) -> tuple[frozenset[str] | None, str | None]:  # noqa: ANN401 - any JSON
        """The companies that are named, None for all; and the browser whose waiting events are to go.

        Raises:
            Refusal: none are named, or one that receives no events, or more is said than may be.
        """
        headers = dict(request.scope["headers"])
        match asked:
            case {"recipients": str() as word, **more} if word == ALL:
                named = None
            case {"recipients": list() as some, **more} if some and all(
                isinstance(each, str) for each in some
            ):
                named = frozenset(map(str, some))
            case _:
                raise _refusal("OPT_OUT_RECIPIENTS", headers)
        cookie = more.pop("cookieId", None)
        shown = read_event({"url": "https://none.example/", "cookieId": cookie})
        if more or shown.mistakes:
            raise _refusal("EVENT_COOKIE" if shown.mistakes else "OPT_OUT_RECIPIENTS", headers)
        if named is not None and not reachable(await self._house.inforce.current(), named):
            raise _refusal("OPT_OUT_UNKNOWN", headers)
        return named, None if cookie is None else str(cookie)

    async def _forget(self, cookie: str, opted_out: OptedOut) -> None:
        force = await self._house.inforce.current()
        of = [each.id for each in companies(force) if opted_out.of(each.id)]
        async with self._house.store.transaction() as transaction:
            await forget_of(transaction, cookie, of)

    def _known(self, request: Request) -> OptedOut | None:
        """What the browser opted out of, by all the tokens it shows; None where one of them cannot be read."""
        sent = [value for name, value in request.scope["headers"] if name == HEADER]
        tokens = [each.strip() for value in sent for each in value.decode("latin-1").split(",")]
        kept = request.cookies.get(COOKIE)
        try:
            return self._opt_outs.read([*tokens, *([] if kept is None else [kept])])
        except OptOutUnreadable:
            return None


def _refusal(code: str, headers: Headers, **told: int | str) -> Refusal:
    wrong = Wrong(code, **told)
    return Refusal(Code.BAD_INPUT, wrong.ja if language_of(headers) == "ja" else wrong.en, reason=code)


def _error(code: Code, reason: str, headers: Headers) -> dict[str, Any]:
    wrong = Wrong(reason)
    message = wrong.ja if language_of(headers) == "ja" else wrong.en
    return {"errors": [{"message": message, "extensions": {"code": code.value, "reason": reason}}]}
