"""The stage: one population on one database, played under one edition after another."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson

from api.app import build_app
from api.gateway.cursor import Cursors
from api.house import House, open_house
from api.settings import Settings
from models.database import migrate, opened
from models.demo.load import load
from models.publish import publish_shipped
from models.recipient import Client
from policies.edition import Edition
from tests.oracle.answer import Answer, Error, Oracle, Question, schema_of
from tests.oracle.asker import Asker
from tests.oracle.fate import NOW, TODAY, Fate
from tests.oracle.people import Register, read_register
from tests.oracle.rulebook import Rulebook
from tests.world import settings

PEOPLE = 26
RULEBOOKS: dict[tuple[str, tuple[tuple[str, str], ...]], Rulebook] = {}
"""Kept for both databases, so that Casbin is asked each question once."""


@dataclass(frozen=True)
class Stage:
    """A populated database that nothing serves yet."""

    settings: Settings
    register: Register
    clients: Mapping[str, Client]


@dataclass(eq=False)
class Play:
    """A gateway on the stage and the oracle beside it."""

    house: House
    http: httpx.AsyncClient
    oracle: Oracle
    clients: Mapping[str, Client]
    tokens: dict[Asker, str] = field(default_factory=dict)
    compared: int = 0
    seen: dict[str, int] = field(default_factory=dict)

    def token(self, asker: Asker) -> str:
        """An access token of this asker."""
        if asker not in self.tokens:
            scope = [f"purpose:{each}" for each in sorted(asker.purposes or ())]
            scope += [f"category:{each}" for each in sorted(asker.categories or ())]
            client = self.clients[asker.client]
            self.tokens[asker] = self.house.tokens.mint(client, user=asker.user, scope=scope, now=time.time())
        return self.tokens[asker]

    async def fast(self, asker: Asker, question: Question) -> Answer:
        """What the gateway answers."""
        return told(await self.send(asker, question))

    async def send(self, asker: Asker, question: Question) -> dict[str, Any]:
        """The body of the gateway's answer."""
        body: dict[str, Any] = {"query": question.query, "variables": question.variables}
        if question.operation is not None:
            body["operationName"] = question.operation
        headers = {"Authorization": f"Bearer {self.token(asker)}", "Content-Type": "application/json"}
        if question.purpose is not None:
            headers["Purpose"] = question.purpose
        if question.recipient is not None:
            headers["Recipient"] = question.recipient
        response = await self.http.post("/graphql", content=orjson.dumps(body), headers=headers)
        found: dict[str, Any] = orjson.loads(response.content)
        return found

    async def both(self, asker: Asker, question: Question) -> tuple[Answer, Answer]:
        """What the gateway answers and what the oracle says."""
        fast, slow = await self.fast(asker, question), self.oracle.answer(asker, question)
        self.compared += 1
        for code, _, _ in slow.errors or (("RELEASED", (), None),):
            self.seen[code] = self.seen.get(code, 0) + 1
        return fast, slow


def told(body: Mapping[str, Any]) -> Answer:
    """A response as the oracle tells it."""
    errors = tuple(sorted(map(_error, body.get("errors", ())), key=str))
    return Answer(orjson.dumps(body["data"]) if "data" in body else None, errors)


def _error(entry: Mapping[str, Any]) -> Error:
    extensions = entry["extensions"]
    return extensions["code"], tuple(entry.get("path", ())), extensions.get("field")


@asynccontextmanager
async def staged(url: str, var: Path, edition: Edition, seed: int) -> AsyncIterator[Stage]:
    """People on an empty database, and what fate brings them."""
    given = settings(url, var)
    await migrate(given.database_url)
    async with opened(given.database_url, pool_size=2) as store:
        await publish_shipped(store, edition, NOW)
        await load(edition, count=PEOPLE, today=TODAY)
        await Fate(seed, edition).happen()
        register = await read_register()
        clients = {each.id: each for each in await Client.all()}
    yield Stage(given, register, clients)


@asynccontextmanager
async def played(stage: Stage, edition: Edition) -> AsyncIterator[Play]:
    """The gateway under this edition, with its oracle."""
    async with opened(stage.settings.database_url, pool_size=1) as store:
        await publish_shipped(store, edition, NOW)
    kinds = {name: row["kind"] for name, row in stage.register.recipients.items()}
    key = (edition.id, tuple(sorted(kinds.items())))
    if key not in RULEBOOKS:
        RULEBOOKS[key] = Rulebook(edition, kinds)
    async with (
        open_house(stage.settings, clock=lambda: NOW) as house,
        httpx.AsyncClient(transport=httpx.ASGITransport(build_app(house)), base_url="http://gateway") as http,
    ):
        assert house.inforce.edition_in_force.id == edition.id
        cursors = Cursors(stage.settings.secret_key)
        oracle = Oracle(schema_of(house.schema.as_str()), RULEBOOKS[key], stage.register, cursors, NOW)
        yield Play(house, http, oracle, stage.clients)
