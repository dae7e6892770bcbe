"""`/graphql` over HTTP: the media types and statuses of the GraphQL-over-HTTP specification, and nothing in between."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from api.fair import headers as quotas
from api.fair.fair import Fair, Turn
from api.gateway.gateway import Gateway
from api.gateway.http.body import Bodies, Share
from api.gateway.http.cors import Cors, Pairs
from api.gateway.http.entrance import Entrance
from api.gateway.http.gate import RETRY_AFTER, Gate, Left, Seat, Who
from api.gateway.http.incoming import Headers, check_headers, check_media, language_of, parameters, request_of
from api.gateway.http.media import RESPONSE, negotiated
from api.gateway.http.outbox import Outbox
from api.gateway.http.plain import nothing, plain
from api.gateway.http.respond import respond
from api.gateway.limits import USUAL, Limits
from api.gateway.quota import too_many_requests
from api.gateway.refusal import ALWAYS, Code, Refusal
from api.gateway.request import Answer
from api.metrics import Metrics
from api.tokens.requester import Requester
from models.registry import Registry


class GraphQLRoute:
    """An ASGI application for one path.

    Without an access token nothing is parsed; a browser that asks for a page gets the explorer.
    """

    def __init__(  # noqa: PLR0913 - the one place where HTTP meets all of these
        self,
        gateway: Gateway,
        entrance: Entrance,
        metrics: Metrics,
        fair: Fair,
        registry: Callable[[], Registry],
        *,
        page: ASGIApp | None = None,
        limits: Limits = USUAL,
        origins: tuple[str, ...] = (),
    ) -> None:
        self._gateway = gateway
        self._entrance = entrance
        self._metrics = metrics
        self._fair = fair
        self._registry = registry
        self._page = page
        self._bodies = Bodies(limits)
        self._outbox = Outbox(limits)
        self._gate = Gate(limits, metrics)
        self._cors = Cors(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers: Headers = dict(scope["headers"])
        method = scope["method"]
        if method == "GET" and self._page is not None and _wants_page(scope, headers):
            await self._page(scope, receive, send)
            return
        if method == "OPTIONS" and self._cors.serves_options:
            await nothing(send, self._cors.preflight(headers))
            return
        told = self._cors.answer(headers)
        if method not in ("GET", "POST"):
            told = (*told, (b"allow", self._cors.methods))
            await plain(send, 405, b"use POST, or GET for queries", told)
            return
        media = negotiated(headers.get(b"accept"))
        if media is None:
            await plain(send, 406, b"accept application/json or application/graphql-response+json", told)
            return
        told = (*told, *self._entrance.told(headers))
        asked = Asked(scope, receive, send, headers, media, told, token_hex(8), time.perf_counter())
        with suppress(Left, TimeoutError):
            await self._serve(asked)

    async def _serve(self, asked: "Asked") -> None:
        """Answer one request for an operation.

        Raises:
            Left: the client went away while it waited.
            TimeoutError: the client took nothing of its answer.
        """
        turn = None
        try:
            check_headers(asked.scope["headers"], asked.headers)
            requester = self._entrance.read(asked.headers)
            if requester.bound is not None:
                await self._entrance.prove(asked.scope, asked.headers, requester.bound)
            turn = await self._fair.request(self._registry(), requester.client, requester.user)
            if turn.over is not None:
                self._metrics.turned_away("quota")
                raise too_many_requests(turn)
            with self._gate.enter((requester.client, requester.user)) as seat:
                await self._answer(asked, requester, seat, turn)
        except Refusal as refusal:
            if refusal.code is Code.UNAUTHENTICATED:
                self._metrics.unauthenticated()
            elif refusal.extensions.get("limit") == "bodies_bytes":
                self._metrics.turned_away("bodies")
            refused = Answer.refused(refusal, asked.id, language_of(asked.headers))
            extra = self._extra(asked, refused, refused.status, turn, refusal)
            await self._send(asked, None, orjson.dumps(refused.body), refused.status, extra)

    async def _answer(self, asked: "Asked", requester: Requester, seat: Seat, turn: Turn) -> None:
        who = requester.client, requester.user
        with self._bodies.share(who) as share:
            payload, status, extra = await self._payload(asked, requester, seat, turn, share)
        await self._send(asked, who, payload, status, extra)

    async def _payload(
        self, asked: "Asked", requester: Requester, seat: Seat, turn: Turn, share: Share
    ) -> tuple[bytes, int, Pairs]:
        """The answer in bytes, so that nothing else of it waits for a slow client, its status and its own headers."""
        answer = await self._operate(asked, requester, seat, share)
        seat.rest()
        if answer.code == Code.UNAUTHENTICATED:
            self._metrics.unauthenticated()
        else:
            self._measure(requester, answer, time.perf_counter() - asked.began)
        always = asked.media == RESPONSE or answer.status in ALWAYS
        status = answer.status if always else 200
        payload = orjson.dumps(answer.body)
        leaving = answer.leaving(asked.id, language_of(asked.headers))
        if leaving is not answer:
            payload, status = orjson.dumps(leaving.body), leaving.status
        return payload, status, self._extra(asked, leaving, status, turn)

    async def _operate(self, asked: "Asked", requester: Requester, seat: Seat, share: Share) -> Answer:
        """Carry the operation out in its turn; till then a body waits as the bytes it came in."""
        headers, body = asked.headers, b""
        by_get = asked.scope["method"] == "GET"
        if not by_get:
            check_media(headers)
            body = await self._bodies.read(asked.receive, headers.get(b"content-length", b""), share)
        await seat.turn(asked.receive)
        said = parameters(asked.scope["query_string"]) if by_get else self._bodies.opened(body, share)
        request = request_of(said, headers, asked.id, by_get=by_get)
        request.address = asked.scope["client"][0] if asked.scope.get("client") else None
        return await self._gateway.answer(requester, request)

    def _extra(
        self,
        asked: "Asked",
        answer: Answer,
        status: int,
        turn: Turn | None,
        refusal: Refusal | None = None,
    ) -> Pairs:
        """What this answer says beside itself: how to prove oneself, what is left of the quotas, when to come again."""
        fair = quotas.pairs(turn.allowance, (*turn.states, *answer.used)) if turn else ()
        challenge = self._entrance.challenges.of(asked.headers, refusal) if status == 401 else ()  # noqa: PLR2004 - HTTP's own
        return (*challenge, *fair, *_by_status(status, answer.retry_after))

    async def _send(self, asked: "Asked", who: Who, payload: bytes, status: int, extra: Pairs) -> None:
        await respond(
            asked.send,
            status,
            payload,
            asked.media,
            (
                (b"cache-control", b"no-store"),
                (b"x-request-id", asked.id.encode()),
                *asked.told,
                *extra,
            ),
            asked=asked.headers,
            who=who,
            outbox=self._outbox,
        )

    def _measure(self, requester: Requester, answer: Answer, seconds: float) -> None:
        self._metrics.operation(
            role=requester.role,
            purpose=answer.purpose,
            outcome=answer.outcome.value,
            code=answer.code,
            seconds=seconds,
        )
        if answer.users and answer.purpose and answer.recipient_kind:
            self._metrics.released(
                purpose=answer.purpose, recipient_kind=answer.recipient_kind, users=answer.users
            )


@dataclass(slots=True)
class Asked:
    """One request as HTTP brought it.

    Attributes:
        media: the type of its answer.
        told: what its answer says beside itself, whatever it is.
    """

    scope: Scope
    receive: Receive
    send: Send
    headers: Headers
    media: bytes
    told: Pairs
    id: str
    began: float


def _by_status(status: int, retry_after: int | None) -> Pairs:
    """What HTTP wants beside this status."""
    match status:
        case 405:
            return ((b"allow", b"POST"),)
        case 408:
            return ((b"connection", b"close"),)
        case 429 | 503:
            return ((b"retry-after", b"%d" % (retry_after or RETRY_AFTER)),)
        case _:
            return ()


def _wants_page(scope: Scope, headers: Headers) -> bool:
    return b"text/html" in headers.get(b"accept", b"") and b"query=" not in scope["query_string"]
