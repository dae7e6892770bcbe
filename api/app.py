"""The application: every surface of the gateway, assembled in one place."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api import health, metrics
from api.authority import authority
from api.consent_receipt.route import Receipts
from api.events.public import PublicNotice
from api.events.route import EventRoutes
from api.explorer.examples import EXAMPLES
from api.explorer.page import Explorer, TokenBound, explorer
from api.gateway.admission import bound_enough, check_network, may_know_schema
from api.gateway.http.entrance import Entrance
from api.gateway.http.route import GraphQLRoute
from api.gateway.refusal import Refusal
from api.house import House
from api.proxy import BehindProxies
from api.settings import Settings
from api.tokens import endpoint
from api.tokens.access_token import Holder
from api.tokens.guarded import enough
from api.tokens.metadata import GRAPHQL
from models.clients.client import Client
from models.database.store import StoreUnavailable
from models.demo.handout import read_demo
from models.inforce import PolicyUnavailable


class App(Starlette):
    """Every surface; what comes for `/graphql` is spared the way through Starlette's layers, which it has no use for."""

    def __init__(self, graphql: GraphQLRoute, routes: list[BaseRoute]) -> None:
        super().__init__(routes=routes)
        self.router.redirect_slashes = False  # a redirect would name whatever host the request did
        self._graphql = graphql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["path"] == GRAPHQL:
            await self._graphql(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def build_app(house: House) -> ASGIApp:
    """The ASGI application over an open house."""
    page = None if house.settings.production else _explorer(house)
    entrance = Entrance(house.tokens, house.bindings, time.time)
    graphql = GraphQLRoute(
        house.gateway,
        entrance,
        house.metrics,
        house.fair,
        lambda: house.inforce.registry,
        page=_as_asgi(page.page) if page else None,
        limits=house.settings.limits,
        origins=house.settings.cors_origins,
    )
    routes: list[BaseRoute] = [
        Route(GRAPHQL, graphql),
        Route("/schema.graphql", _schema(house, entrance), methods=["GET"]),
        *Receipts(house.gateway, entrance, house.fair, house.metrics, lambda: house.inforce.registry).routes,
        *endpoint.routes(authority(house)),
        *EventRoutes(house).routes,
        *PublicNotice(house).routes,
        *health.routes(
            {
                "database": lambda: _reads(house),
                "edition": lambda: _decides(house),
                "ledger": lambda: _records(house),
                **({"quotas": house.counting.reachable} if house.counting.is_shared else {}),
            }
        ),
        *metrics.routes(
            house.metrics, is_open=not house.settings.production, token=house.settings.metrics_token
        ),
        *(page.routes if page else ()),
    ]
    return _behind_proxies(App(graphql, routes), house.settings)


def _behind_proxies(app: App, settings: Settings) -> ASGIApp:
    """What a request passes first, where proxies are trusted."""
    if not (settings.trusted_proxies or settings.client_certificate_header):
        return app
    return BehindProxies(
        app, trusted=settings.trusted_proxies, certificate_header=settings.client_certificate_header
    )


def _schema(house: House, entrance: Entrance) -> Any:  # noqa: ANN401 - an endpoint
    text = house.schema.as_str()

    async def show(request: Request) -> Response:
        if house.settings.production and not await _may_know_schema(house, entrance, request):
            return PlainTextResponse("Not Found", status_code=404)
        return PlainTextResponse(text + "\n", media_type="text/plain; charset=utf-8")

    return show


async def _may_know_schema(house: House, entrance: Entrance, request: Request) -> bool:
    with suppress(Refusal, PolicyUnavailable):
        requester = await entrance.admit(request.scope, dict(request.scope["headers"]))
        force = await house.inforce.current()
        if not may_know_schema(force, requester, time.time()):
            return False
        check_network(force, requester, request.client.host if request.client else None)
        return bound_enough(force, requester, production=True)
    return False


async def _reads(house: House) -> bool:
    try:
        return bool(await house.store.fetch("SELECT 1", {}))
    except StoreUnavailable:
        return False


async def _records(house: House) -> bool:
    return house.ledger.open


async def _decides(house: House) -> bool:
    try:
        return bool(await house.inforce.current())
    except PolicyUnavailable:
        return False


def _explorer(house: House) -> Explorer:
    async def clients() -> list[dict[str, Any]]:
        people = read_demo(house.settings.var / "demo.json").get("users", {})
        found = await Client.filter(active=True).order_by("created_at", "id")
        return [
            {"name": each.name, "role": each.role, "recipients": each.recipients, "users": people}
            for each in found
        ]

    async def token(client: str, user: str | None) -> dict[str, Any] | None:
        found = await Client.get_or_none(name=client, active=True) if client.isprintable() else None
        if found is None:
            return None
        if not enough(found.binding, None, guarded=False):
            raise TokenBound
        try:
            minted = house.tokens.mint(
                Holder(client=found, user=user, words=tuple(found.scopes)), now=time.time()
            )
        except ValueError:
            return None
        return {"access_token": minted, "expires_in": house.tokens.seconds}

    def purposes() -> list[dict[str, Any]]:
        return [
            {"id": each.id, "ja": each.ja, "en": each.en, "abstract": each.abstract}
            for each in house.inforce.edition_in_force.purposes.values()
        ]

    return explorer(examples=EXAMPLES, development=True, purposes=purposes, clients=clients, token=token)


def _as_asgi(page: Callable[[Request], Any]) -> ASGIApp:
    """A page that takes a request, as an ASGI application."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        response = await page(Request(scope, receive))
        await response(scope, receive, send)

    return application
