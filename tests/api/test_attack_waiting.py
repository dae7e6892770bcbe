"""Attacks by waiting: what was decided before the database answered is decided again where it is no longer in force."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from models.clients.client import Client
from models.database.store import Reader, Row, Transaction
from models.inforce import Force, PolicyUnavailable
from models.publish import publish_shipped
from policies.edition import Edition
from tests.world import World

PATIENCE = 30
"""Seconds after which a test gives up; nothing here takes as long."""

ACCOUNT = '@purpose(id: "service.account")'
CONSENT = f"""mutation($id: ID!) {ACCOUNT} {{ recordConsent(input: {{user: $id, purpose: "service.application",
  recipient: "employer-b", noticeVersion: "1", language: "en", method: CLICK}}) {{ user {{ id email }} }} }}"""
WAYS = {
    "a statement": ("rows", f"query($id: ID!) {ACCOUNT} {{ user(id: $id) {{ id email }} }}"),
    "several statements at one moment": (
        "snapshot",
        f"query($id: ID!) {ACCOUNT} {{ user(id: $id) {{ id email }} again: user(id: $id) {{ id email }} }}",
    ),
    "a change": ("transaction", CONSENT),
}
STRICT = f"query($id: ID!) {ACCOUNT.replace(')', ', strict: true)')} {{ user(id: $id) {{ id email }} }}"
LEDGER = """query($r: ID!) @purpose(id: "compliance.security") { accesses(requestId: $r) { edges { node {
  edition outcome code releases { edges { node { released } } } } } } }"""


@dataclass
class Gate:
    """Where the first who comes is kept waiting."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    passed: int = 0

    async def keep(self) -> None:
        self.passed += 1
        self.reached.set()
        if self.passed == 1:
            await self.opened.wait()


def gated(world: World, patch: pytest.MonkeyPatch, way: str) -> Gate:
    """A gate before everything that is read or changed of people in this way."""
    gate, store = Gate(), world.house.store
    rows, snapshot, transaction = store.rows, store.snapshot, store.transaction

    async def reading(text: str, args: Sequence[Any]) -> Sequence[Row]:
        if "FROM users u" in text:
            await gate.keep()
        return await rows(text, args)

    @asynccontextmanager
    async def looking() -> AsyncIterator[Reader]:
        await gate.keep()
        async with snapshot() as reader:
            yield reader

    @asynccontextmanager
    async def changing() -> AsyncIterator[Transaction]:
        await gate.keep()
        async with transaction() as made:
            yield made

    patched: Mapping[str, Any] = {"rows": reading, "snapshot": looking, "transaction": changing}
    patch.setattr(store, way, patched[way])
    return gate


def denying(edition: Edition, name: str, action: str, path: str) -> Edition:
    sheets = edition.sheets()
    sheets["rules"].append([name, "deny", "any", action, "any", path, "any", "-", "7", "試験", "for a test"])
    return Edition.of(sheets, edition.model, edition.declared)


async def publish(world: World, edition: Edition) -> None:
    """Publish, and return when the gateway has taken it up."""
    await publish_shipped(world.house.store, edition, datetime.now(UTC))
    while (await world.house.inforce.current()).edition.id != edition.id:
        await world.house.store.fetch("SELECT 1", {})


@pytest.fixture
async def back(a_world: World, edition: Edition) -> AsyncIterator[None]:
    """The shipped edition is in force again afterwards."""
    yield
    await publish(a_world, edition)


@asynccontextmanager
async def kept_waiting(world: World, way: str, query: str) -> AsyncIterator["asyncio.Task[httpx.Response]"]:
    """An operation that waits for the database inside the block, and is let go at its end."""
    with pytest.MonkeyPatch.context() as patch:
        gate = gated(world, patch, way)
        async with asyncio.timeout(PATIENCE):
            asked = asyncio.create_task(world.send("frontend", query, {"id": world.demo.users["plain"]}))
            await gate.reached.wait()
            yield asked
            gate.opened.set()
            await asked


async def ledger_of(world: World, response: httpx.Response) -> list[Any]:
    answer = await world.ask("auditor", LEDGER, {"r": response.headers["x-request-id"]})
    return [edge["node"] for edge in answer["data"]["accesses"]["edges"]]


@pytest.mark.usefixtures("back")
@pytest.mark.parametrize(("way", "query"), WAYS.values(), ids=WAYS)
async def test_an_edition_that_comes_while_an_operation_waits_decides_it(
    a_world: World, edition: Edition, way: str, query: str
) -> None:
    changed = denying(edition, "no-mail", "read", "User.email")
    async with kept_waiting(a_world, way, query) as asked:
        await publish(a_world, changed)
    response = asked.result()
    assert "@example" not in response.text
    assert set(a_world.codes(response.json())) == {"FIELD_FORBIDDEN"}
    assert a_world.demo.users["plain"] in response.text
    (access,) = await ledger_of(a_world, response)
    assert (access["edition"], access["outcome"]) == (changed.id, "PARTLY")
    released = {path for edge in access["releases"]["edges"] for path in edge["node"]["released"]}
    assert "User.email" not in released


@pytest.mark.usefixtures("back")
async def test_a_change_that_an_edition_forbids_while_it_waits_is_not_made(
    a_world: World, edition: Edition
) -> None:
    count = "SELECT count(*) FROM consent_events"
    before = tuple((await a_world.house.store.fetch(count, {}))[0])
    async with kept_waiting(a_world, "transaction", CONSENT) as asked:
        await publish(a_world, denying(edition, "no-consent", "invoke", "consent-act"))
    assert a_world.codes(asked.result().json()) == ["OPERATION_FORBIDDEN"]
    assert "data" not in asked.result().json()
    assert tuple((await a_world.house.store.fetch(count, {}))[0]) == before


@pytest.mark.usefixtures("back")
async def test_an_operation_that_may_be_refused_whole_is_refused_by_the_new_edition(
    a_world: World, edition: Edition
) -> None:
    changed = denying(edition, "no-mail", "read", "User.email")
    async with kept_waiting(a_world, "rows", STRICT) as asked:
        await publish(a_world, changed)
    answer = asked.result().json()
    assert a_world.codes(answer) == ["FIELD_FORBIDDEN"]
    assert "data" not in answer
    (access,) = await ledger_of(a_world, asked.result())
    assert (access["edition"], access["outcome"], access["code"]) == (
        changed.id,
        "REFUSED",
        "FIELD_FORBIDDEN",
    )


@pytest.mark.parametrize(("way", "query"), WAYS.values(), ids=WAYS)
async def test_a_client_that_is_revoked_while_its_operation_waits_is_told_nothing(
    a_world: World, way: str, query: str
) -> None:
    inforce = a_world.house.inforce
    try:
        async with kept_waiting(a_world, way, query) as asked:
            await Client.filter(name="frontend").update(active=False)
            while "frontend" in (await inforce.current()).registry.clients:
                await a_world.house.store.fetch("SELECT 1", {})
        assert asked.result().status_code == 401
        assert a_world.codes(asked.result().json()) == ["UNAUTHENTICATED"]
        assert set(asked.result().json()) == {"errors"}
    finally:
        await Client.filter(name="frontend").update(active=True)
        while "frontend" not in (await inforce.current()).registry.clients:
            await a_world.house.store.fetch("SELECT 1", {})


@pytest.mark.parametrize(("way", "query"), WAYS.values(), ids=WAYS)
async def test_an_operation_whose_edition_never_lasts_is_refused_and_not_decided_for_ever(
    a_world: World, monkeypatch: pytest.MonkeyPatch, way: str, query: str
) -> None:
    honest = await a_world.house.inforce.current()

    async def another() -> Force:
        return replace(honest, kept={})

    gate = gated(a_world, monkeypatch, way)
    gate.opened.set()
    monkeypatch.setattr(a_world.house.inforce, "current", another)
    response = await a_world.send("frontend", query, {"id": a_world.demo.users["plain"]})
    assert (response.status_code, a_world.codes(response.json())) == (503, ["POLICY_UNAVAILABLE"])
    assert set(response.json()) == {"errors"}
    assert gate.passed == 3
    monkeypatch.undo()
    assert await ledger_of(a_world, response) == []


@pytest.mark.parametrize("way", ["rows", "snapshot"])
async def test_an_operation_that_outlives_the_lease_of_a_silent_database_is_refused(
    a_world: World, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    honest = await a_world.house.inforce.current()
    asked: list[str] = []

    async def once() -> Force:
        asked.append(None)
        if len(asked) > 1:
            raise PolicyUnavailable("the edition in force could not be read: TimeoutError")
        return honest

    monkeypatch.setattr(a_world.house.inforce, "current", once)
    query = dict(WAYS.values())[way]
    response = await a_world.send("frontend", query, {"id": a_world.demo.users["plain"]})
    assert (response.status_code, a_world.codes(response.json())) == (503, ["POLICY_UNAVAILABLE"])
    assert set(response.json()) == {"errors"}
