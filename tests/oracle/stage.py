"""The stage: one population on one database, played under one edition after another."""

import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from api.app import build_app
from api.gateway.release.cursor import Cursors
from api.house import House, open_house
from api.settings import Settings
from api.tokens.access_token import Holder
from models.clients.client import Client
from models.database.opening import migrate, opened
from models.demo.load import load
from models.publish import publish_shipped
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
    turns: Iterator[int] = field(default_factory=count)

    def __repr__(self) -> str:
        return "Stage"


@dataclass(eq=False)
class Play:
    """A gateway on the stage and the oracle beside it; what is compared must be the same but for sealed cursors."""

    house: House
    http: httpx.AsyncClient
    oracle: Oracle
    clients: Mapping[str, Client]
    tokens: dict[Asker, str] = field(default_factory=dict)
    cursors: dict[str, str] = field(default_factory=dict)
    latest: list[str] = field(default_factory=list)
    compared: int = 0

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text("Play()")

    def token(self, asker: Asker) -> str:
        """An access token of this asker."""
        if asker not in self.tokens:
            scope = [f"purpose:{each}" for each in sorted(asker.purposes or ())]
            scope += [f"category:{each}" for each in sorted(asker.categories or ())]
            client = self.clients[asker.client]
            self.tokens[asker] = self.house.tokens.mint(
                Holder(client=client, user=asker.user, words=tuple(scope)), now=time.time()
            )
        return self.tokens[asker]

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
        """What the gateway answers and what the oracle says, with cursors that tell their place."""
        self.compared += 1
        fast = told(await self.send(asker, question))
        slow = self.oracle.answer(asker, self._unsealed(question))
        sealed = [each for each in SEALED.findall(fast.data or b"") if each.decode() in NOTED]
        for real, own in zip(sealed, OWN.findall(slow.data or b""), strict=False):
            self.cursors[real.decode()] = own.decode()
        self.latest = [each.decode() for each in sealed]
        return _placed(fast, SEALED), _placed(slow, OWN)

    async def turned(self, asker: Asker, question: Question) -> AsyncIterator[tuple[Answer, Answer]]:
        """Both answers; then, where the list can go on, those after a cursor of this answer and after one of another."""
        before = self.latest
        yield await self.both(asker, question)
        if "after" in question.variables:
            for cursor in (*self.latest[-1:], *before[:1]):
                yield await self.both(
                    asker, replace(question, variables={**question.variables, "after": cursor})
                )

    def _unsealed(self, question: Question) -> Question:
        variables = {
            name: self.cursors.get(value, value) if isinstance(value, str) else value
            for name, value in question.variables.items()
        }
        return replace(question, variables=variables)


class NotingCursors(Cursors):
    """The gateway's cursors; whom each stands for is noted."""

    def seal(self, place: list[Any], bound: bytes) -> str:
        """Seal and note."""
        cursor = super().seal(place, bound)
        NOTED[cursor] = str(place[0])
        return cursor


NOTED: dict[str, str] = {}
SEALED = re.compile(rb'(?<=")[A-Za-z0-9_-]{30,}(?=")')
OWN = re.compile(rb'(?<=")after [a-z0-9]+ in list [0-9]+(?=")')


def _placed(answer: Answer, cursors: re.Pattern[bytes]) -> Answer:
    """The answer with only the person in place of each cursor."""

    def person(found: re.Match[bytes]) -> bytes:
        text = found.group().decode()
        return (
            f"after {NOTED.get(text, text)}".encode()
            if cursors is SEALED
            else f"after {text.split()[1]}".encode()
        )

    return answer if answer.data is None else replace(answer, data=cursors.sub(person, answer.data))


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
    given = settings(url, var, MOKUTEKI_LIMIT_COST="100000000")
    await migrate(given.database_url)
    async with opened(given.database_url, pool_size=2, master=given.data_key) as store:
        await publish_shipped(store, edition, NOW)
        await load(edition, count=PEOPLE, today=TODAY)
        await Fate(seed, edition).happen(store)
        register = await read_register()
        clients = {each.id: each for each in await Client.all()}
    yield Stage(given, register, clients)


@asynccontextmanager
async def played(stage: Stage, edition: Edition) -> AsyncIterator[Play]:
    """The gateway under this edition, with its oracle."""
    own = relabelled(edition, next(stage.turns))
    async with opened(stage.settings.database_url, pool_size=1) as store:
        await publish_shipped(store, own, NOW)
    kinds = {name: row["kind"] for name, row in stage.register.recipients.items()}
    key = (edition.id, tuple(sorted(kinds.items())))
    if key not in RULEBOOKS:
        RULEBOOKS[key] = Rulebook(edition, kinds)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.house.Cursors", NotingCursors)
        async with _playing(stage, own, RULEBOOKS[key]) as made:
            yield made


def relabelled(edition: Edition, turn: int) -> Edition:
    """The same edition in other words, as none is published twice."""
    sheets = edition.sheets()
    sheets["rules"][0][-1] += f" (turn {turn})"
    return Edition.of(sheets, edition.model, edition.declared)


@asynccontextmanager
async def _playing(stage: Stage, edition: Edition, rulebook: Rulebook) -> AsyncIterator[Play]:
    async with (
        open_house(stage.settings, clock=lambda: NOW) as house,
        httpx.AsyncClient(transport=httpx.ASGITransport(build_app(house)), base_url="http://gateway") as http,
    ):
        assert house.inforce.edition_in_force.id == edition.id
        oracle = Oracle(schema_of(house.schema.as_str()), rulebook, stage.register, NOW)
        yield Play(house, http, oracle, stage.clients)
