"""A whole gateway with demonstration people, for tests that ask as clients do."""

import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx

from api.app import build_app
from api.house import House, open_house
from api.settings import Settings
from api.tokens.access_token import Holder
from models.clients.client import Client
from models.database.opening import opened
from models.demo.load import Demo, load
from models.publish import publish_shipped
from policies.edition import Edition
from tests.made import ready

TODAY = date(2026, 11, 22)
ROOMY = (
    "MOKUTEKI_REQUESTS_PER_MINUTE",
    "MOKUTEKI_PEOPLE_PER_HOUR",
    "MOKUTEKI_PEOPLE_PER_DAY",
    "MOKUTEKI_COMPANY_PEOPLE_PER_HOUR",
    "MOKUTEKI_COMPANY_PEOPLE_PER_DAY",
)
"""The quotas, out of the way of a test that is not about them."""


@dataclass(eq=False)
class World:
    """An open house, the demonstration in it, and somebody who asks over HTTP."""

    house: House
    demo: Demo
    http: httpx.AsyncClient
    tokens: dict[tuple[str, str | None, tuple[str, ...]], str] = field(default_factory=dict)

    async def token(self, client: str, user: str | None = None, scope: tuple[str, ...] = ()) -> str:
        key = (client, user, scope)
        if key not in self.tokens:
            row = await Client.get(name=client)
            self.tokens[key] = self.house.tokens.mint(
                Holder(client=row, user=user, words=scope), now=time.time()
            )
        return self.tokens[key]

    async def send(  # noqa: PLR0913 - a request has these parts
        self,
        client: str,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        user: str | None = None,
        scope: tuple[str, ...] = (),
        headers: Mapping[str, str] | None = None,
        operation: str | None = None,
    ) -> httpx.Response:
        token = await self.token(client, user, scope)
        body: dict[str, Any] = {"query": query, "variables": dict(variables or {})}
        if operation is not None:
            body["operationName"] = operation
        plain = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        return await self.http.post("/graphql", json=body, headers={**plain, **(headers or {})})

    async def ask(
        self, client: str, query: str, variables: Mapping[str, Any] | None = None, **more: Any
    ) -> Any:
        response = await self.send(client, query, variables, **more)
        return response.json()

    def codes(self, answer: Mapping[str, Any]) -> list[str]:
        return [error["extensions"]["code"] for error in answer.get("errors", ())]


def settings(url: str, var: Path, **more: str) -> Settings:
    return Settings.read(
        {
            "MOKUTEKI_DATABASE_URL": url,
            "MOKUTEKI_VAR": str(var),
            "MOKUTEKI_SECRET_KEY": secrets.token_urlsafe(32),
            "MOKUTEKI_TOKEN_SECONDS": "3600",
            **dict.fromkeys(ROOMY, "999999999"),
            **more,
        }
    )


@asynccontextmanager
async def world(
    url: str, var: Path, edition: Edition, *, people: int = 60, **more: str
) -> AsyncIterator[World]:
    """A world on an empty database."""
    given = settings(url, var, **more)
    await ready(given.database_url)
    async with opened(given.database_url, pool_size=2, master=given.data_key) as store:
        await publish_shipped(store, edition, datetime.now(UTC))
        demo = await load(edition, count=people, today=TODAY)
    async with (
        open_house(given) as house,
        httpx.AsyncClient(transport=httpx.ASGITransport(build_app(house)), base_url="http://gateway") as http,
    ):
        yield World(house, demo, http)
