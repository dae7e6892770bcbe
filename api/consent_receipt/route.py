"""`/receipts/{consent}`: the receipt of one consent, as a page or as JSON; it comes through the gateway like any read."""

import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from secrets import token_hex
from typing import Any

import orjson
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from api.consent_receipt.page import receipt_page, refusal_page
from api.fair.fair import Fair
from api.gateway.gateway import Gateway
from api.gateway.http.cors import Pairs
from api.gateway.http.entrance import Entrance
from api.gateway.http.incoming import check_headers
from api.gateway.quota import too_many_requests
from api.gateway.refusal import Code, Refusal
from api.gateway.request import Answer, Request
from api.metrics import Metrics
from models.consents.receipt.receipt import SCHEMA_FILE
from models.registry import Registry
from policies.vocabulary import Role

DOCUMENT = (Path(__file__).parent / "receipt.graphql").read_text(encoding="utf-8")
"""What is asked: who is held to registered documents registers this file."""

OWN_PURPOSE = "service.account"
"""Why people read what they agreed to themselves, where they do not say."""

LANGUAGES = ("ja", "en")
JSON = "application/json"
FOUND, NOT_FOUND = 200, 404


class Receipts:
    """Shows receipts to the person, or to whomever a rule lets read the person's consents."""

    def __init__(
        self,
        gateway: Gateway,
        entrance: Entrance,
        fair: Fair,
        metrics: Metrics,
        registry: Callable[[], Registry],
    ) -> None:
        self._gateway = gateway
        self._entrance = entrance
        self._fair = fair
        self._metrics = metrics
        self._registry = registry

    @property
    def routes(self) -> list[Route]:
        """The receipt of a consent, and the schema that every receipt meets."""
        return [
            Route("/receipts/{consent}", self._show, methods=["GET"]),
            Route("/schemas/consent-receipt.json", _schema, methods=["GET"]),
        ]

    async def _show(self, asked: HttpRequest) -> Response:
        headers = dict(asked.scope["headers"])
        shown = await self._shown(asked, headers)
        for name, value in self._entrance.told(headers):
            shown.headers.append(name.decode("latin-1"), value.decode("latin-1"))
        return shown

    async def _shown(self, asked: HttpRequest, headers: dict[bytes, bytes]) -> Response:
        language = _language(asked)
        try:
            check_headers(asked.scope["headers"], headers)
            requester = await self._entrance.admit(asked.scope, headers)
            turn = await self._fair.request(self._registry(), requester.client, requester.user)
            if turn.over is not None:
                self._metrics.turned_away("quota")
                raise too_many_requests(turn)
            request = _request(asked, language, own=requester.role == Role.USER)
            began = time.perf_counter()
            answer = await self._gateway.answer(requester, request)
            self._measure(requester.role, answer, time.perf_counter() - began)
            answer = answer.leaving(request.id, language)
        except Refusal as refusal:
            answer = Answer.refused(refusal, token_hex(8), language)
            return self._refused(answer, language, asked, self._entrance.challenges.of(headers, refusal))
        if answer.code or answer.status != FOUND or "errors" in answer.body:
            return self._refused(answer, language, asked, self._entrance.challenges.of(headers))
        return self._found(asked, _receipt(answer.body, asked.path_params["consent"]), language, request.id)

    def _found(
        self, asked: HttpRequest, receipt: Mapping[str, Any] | None, language: str, request: str
    ) -> Response:
        more = {"X-Request-Id": request}
        if _wants_json(asked):
            body = orjson.dumps(receipt) if receipt else b'{"error":"unknown"}'
            status = FOUND if receipt else NOT_FOUND
            return Response(body, status, self._safe(None) | more, media_type=JSON)
        nonce = secrets.token_urlsafe(12)
        if receipt is None:
            return HTMLResponse(refusal_page("unknown", language, nonce), NOT_FOUND, self._safe(nonce) | more)
        return HTMLResponse(receipt_page(receipt, language, nonce), FOUND, self._safe(nonce) | more)

    def _refused(self, answer: Answer, language: str, asked: HttpRequest, challenges: Pairs) -> Response:
        shown = self._refusal(answer, language, asked)
        if answer.code == Code.UNAUTHENTICATED:
            self._metrics.unauthenticated()
            for name, value in challenges:
                shown.headers.append(name.decode("latin-1"), value.decode("latin-1"))
        return shown

    def _refusal(self, answer: Answer, language: str, asked: HttpRequest) -> Response:
        nonce = secrets.token_urlsafe(12)
        extra = {} if answer.retry_after is None else {"Retry-After": str(answer.retry_after)}
        status = answer.status if answer.status != FOUND else NOT_FOUND
        if _wants_json(asked):
            body = orjson.dumps({"errors": answer.body["errors"]})
            return Response(body, status, self._safe(None) | extra, media_type=JSON)
        known = answer.code == Code.UNAUTHENTICATED
        told = "signed_out" if known else str(answer.body["errors"][0]["message"])
        return HTMLResponse(refusal_page(told, language, nonce), status, self._safe(nonce) | extra)

    def _measure(self, role: str, answer: Answer, seconds: float) -> None:
        self._metrics.operation(
            role=role,
            purpose=answer.purpose,
            outcome=answer.outcome.value,
            code=answer.code,
            seconds=seconds,
        )

    def _safe(self, nonce: str | None) -> dict[str, str]:
        """Nothing is kept of it, nothing loaded by it, and nowhere else is it shown."""
        style = "" if nonce is None else f"; style-src 'nonce-{nonce}'"
        return {
            "Cache-Control": "no-store",
            "Content-Security-Policy": f"default-src 'none'{style}; base-uri 'none'; form-action 'none';"
            " frame-ancestors 'none'",
            "Referrer-Policy": "no-referrer",
            "Vary": "Accept, Accept-Language, Authorization",
            "X-Content-Type-Options": "nosniff",
        }


async def _schema(_: HttpRequest) -> Response:
    return Response(SCHEMA_FILE.read_bytes(), media_type="application/schema+json")


def _request(asked: HttpRequest, language: str, *, own: bool) -> Request:
    headers, user = asked.headers, asked.query_params.get("user")
    return Request(
        id=token_hex(8),
        query=DOCUMENT,
        variables={} if own else {"user": user or ""},
        operation_name="Mine" if own else "Theirs",
        purpose=headers.get("purpose") or (OWN_PURPOSE if own else None),
        recipient=headers.get("recipient"),
        queries_only=True,
        address=asked.client.host if asked.client else None,
        language=language,
    )


def _receipt(body: Mapping[str, Any], consent: str) -> Mapping[str, Any] | None:
    """The receipt of this consent among those of the person."""
    data = orjson.loads(orjson.dumps(body))["data"]
    person = next(iter(data.values()))
    found = [each["receipt"] for each in (person or {}).get("consents") or () if each["id"] == consent]
    return found[0] if found else None


def _language(asked: HttpRequest) -> str:
    """Asked for by `lang`, else the browser's first of ours, else Japanese, which prevails."""
    wished = asked.query_params.get("lang")
    if wished in LANGUAGES:
        return str(wished)
    tags = (
        tag.split(";")[0].strip().lower()[:2] for tag in asked.headers.get("accept-language", "").split(",")
    )
    return next((tag for tag in tags if tag in LANGUAGES), LANGUAGES[0])


def _wants_json(asked: HttpRequest) -> bool:
    accepted = asked.headers.get("accept", "")
    return JSON in accepted and "text/html" not in accepted
