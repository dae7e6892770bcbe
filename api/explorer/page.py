"""The page of the explorer, and the three small answers it asks for: clients, purposes and a token."""

import json
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from api.explorer import nearby, shelf, words
from api.explorer.example import Example
from policies.vocabulary import Fact

Clients = Callable[[], Awaitable[list[dict[str, Any]]]]
Purposes = Callable[[], list[dict[str, Any]]]
Token = Callable[[str, str | None], Awaitable[dict[str, Any] | None]]


class TokenBound(Exception):  # noqa: N818 - it names the state
    """The tokens of the client are bound to its key or certificate, and the page has neither."""


FAVOURING = (Fact.NOTICED, Fact.CONSENTED, Fact.HIRED, Fact.SCREENED, Fact.LAWFUL)
"""All that can speak for reading a field of somebody; what is refused even then is refused to everybody."""

PAGE = Template((Path(__file__).parent / "page.html").read_text(encoding="utf-8"))
LONGEST_BODY = 4096
PRIVATE = {**shelf.SAFE, "Cache-Control": "no-store"}


def content_policy(nonce: str) -> str:
    """What the page may load: its own files. The nonce is for the one style element a dialog writes."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def language(request: Request) -> str:
    """The reader's language: asked for, else in the cookie, else the browser's first of ours, else ja."""
    for wish in (request.query_params.get("lang"), request.cookies.get(words.COOKIE)):
        if wish in words.LANGUAGES:
            return wish
    for wish in request.headers.get("accept-language", "").split(","):
        tag = wish.split(";")[0].strip().lower()[:2]
        if tag in words.LANGUAGES:
            return tag
    return words.LANGUAGES[0]


def embedded(value: object) -> str:
    """A value as JSON that can stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def refusal(status: int, sentence: str) -> Response:
    """One sentence, and nothing else, for a request that is not answered."""
    return JSONResponse({"error": sentence}, status_code=status, headers=PRIVATE)


async def body(request: Request) -> bytes | None:
    """The body of a small request; `None` if it is longer than any we expect."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > LONGEST_BODY:
            return None
    return bytes(read)


def wish(raw: bytes) -> tuple[str, str | None] | None:
    """The client and the user that a token is asked for; `None` if the body does not say so."""
    try:
        asked = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(asked, Mapping):
        return None
    client, user = asked.get("client"), asked.get("user")
    if not isinstance(client, str) or not client or not isinstance(user, str | None):
        return None
    return client, user or None


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", "")).rstrip("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explorer:
    """The explorer with what it is told by the application that mounts it."""

    examples: Sequence[Example]
    development: bool
    purposes: Purposes
    clients: Clients
    token: Token

    @property
    def assets(self) -> Mount:
        """The browser files."""
        return shelf.shelf()

    @property
    def routes(self) -> list[BaseRoute]:
        """All but the page: the files and the purposes; in development the way to it, clients and tokens."""
        always: list[BaseRoute] = [self.assets, Route("/explorer/purposes.json", self.list_purposes)]
        if not self.development:
            return always
        return [
            *always,
            Route("/", self.home),
            Route("/explorer/clients.json", self.list_clients),
            Route("/explorer/token", self.issue, methods=["POST"]),
        ]

    async def home(self, request: Request) -> Response:
        """From the address that the server prints to the page."""
        return RedirectResponse(f"{_root(request)}/graphql", headers=PRIVATE)

    async def page(self, request: Request) -> Response:
        """The page itself, for a browser that asks `/graphql` for HTML."""
        root = _root(request)
        nonce = secrets.token_urlsafe(16)
        chosen = language(request)
        settings = {
            "root": root,
            "development": self.development,
            "cookie": words.COOKIE,
            "words": words.TEXTS,
            "facts": [fact.value for fact in FAVOURING],
            "examples": [example.plain() for example in self.examples],
        }
        marks = {
            f"asset_{name.replace('-', '_').split('.')[0]}": name
            for name in shelf.FILES
            if name.endswith("js")
        }
        html = PAGE.substitute(
            {key: escape(shelf.address(name, root)) for key, name in marks.items()},
            style_graphiql=escape(shelf.address("graphiql.min.css", root)),
            style_explorer=escape(shelf.address("explorer.css", root)),
            settings=embedded(settings),
            nonce=nonce,
            root=escape(root),
            lang=chosen,
            mode="development" if self.development else "production",
            **{f"t_{key}": escape(text[chosen]) for key, text in words.TEXTS.items()},
        )
        headers = {
            **PRIVATE,
            "Content-Security-Policy": content_policy(nonce),
            "Content-Language": chosen,
            "Vary": "Accept, Accept-Language, Cookie",
        }
        return HTMLResponse(html, headers=headers)

    async def list_purposes(self, _: Request) -> Response:
        """Every purpose: id, ja, en, abstract."""
        return JSONResponse(self.purposes(), headers={**shelf.SAFE, "Cache-Control": shelf.ASK})

    async def list_clients(self, request: Request) -> Response:
        """Every client of the demonstration: name, role, recipients; to our own page only."""
        if (reason := nearby.stranger(request)) is not None:
            return refusal(403, reason)
        return JSONResponse(await self.clients(), headers=PRIVATE)

    async def issue(self, request: Request) -> Response:
        """A short token for a client, or for a user it has signed in; to our own page only."""
        if (reason := nearby.stranger(request)) is not None:
            return refusal(403, reason)
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            return refusal(415, "the body must be `application/json`")
        if (raw := await body(request)) is None:
            return refusal(413, "the body is too long")
        if (asked := wish(raw)) is None:
            return refusal(400, "the body must be an object with `client` and `user`")
        return await self._issued(*asked)

    async def _issued(self, client: str, user: str | None) -> Response:
        try:
            issued = await self.token(client, user)
        except TokenBound:
            return refusal(409, "the tokens of this client are bound to its key or certificate")
        if issued is None:
            return refusal(404, "there is no such client or user")
        return JSONResponse(issued, headers=PRIVATE)


async def _nobody() -> list[dict[str, Any]]:
    return []


async def _nothing(_client: str, _user: str | None) -> dict[str, Any] | None:
    return None


def explorer(
    *,
    examples: Sequence[Example],
    development: bool,
    purposes: Purposes,
    clients: Clients = _nobody,
    token: Token = _nothing,
) -> Explorer:
    """The explorer, ready to mount; outside development neither `clients` nor `token` is ever called."""
    return Explorer(
        examples=examples, development=development, purposes=purposes, clients=clients, token=token
    )
