"""Attacks on the record: whatever is told of a person, and however little it is, stands in it, on its true ground."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing, nullcontext
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest

from models.database.dialect import Dialect
from models.database.opening import SQLITE
from models.database.store import Reader, Row
from tests.world import World

APPLICATION = '@purpose(id: "service.application")'
STRICT = '@purpose(id: "service.application", strict: true)'
FOUND = """query($r: ID!) @purpose(id: "compliance.security") { accesses(requestId: $r) { edges { node {
  outcome code users releases { edges { node {
    user released withheld basis provision { items basis consentedAt recipientName } } } } } } } }"""


async def recorded(world: World, response: httpx.Response) -> dict[str, Any]:
    """The one access that stands in the ledger for an answer."""
    answer = await world.ask("auditor", FOUND, {"r": response.headers["x-request-id"]})
    (edge,) = answer["data"]["accesses"]["edges"]
    access: dict[str, Any] = edge["node"]
    access["releases"] = [each["node"] for each in access["releases"]["edges"]]
    return access


EXISTENCE = {
    "its name": "user(id: $id) { __typename }",
    "its name by an alias": "user(id: $id) { t: __typename ... on User { __typename } }",
    "a list of names": "users(filter: {ids: [$id]}) { edges { node { __typename } } }",
    "edges of nothing": "users(filter: {ids: [$id]}) { edges { __typename } }",
    "cursors": "users(filter: {ids: [$id]}) { edges { cursor } }",
    "that a page follows": "users(first: 0, filter: {ids: [$id]}) { pageInfo { hasNextPage } }",
}


@pytest.mark.parametrize("asked", EXISTENCE.values(), ids=EXISTENCE)
async def test_to_be_told_that_a_person_exists_is_a_provision(a_world: World, asked: str) -> None:
    user = a_world.demo.users["busy"]
    response = await a_world.send("employer-a", f"query($id: ID!) {APPLICATION} {{ {asked} }}", {"id": user})
    assert "errors" not in response.json()
    assert user not in response.text
    access = await recorded(a_world, response)
    (release,) = access["releases"]
    assert (access["outcome"], release["user"], release["released"]) == ("RELEASED", user, ["User.id"])
    provision = release["provision"]
    assert (provision["items"], provision["basis"]) == (["User.id"], "CONSENT")
    assert provision["consentedAt"]
    assert provision["recipientName"]


@pytest.mark.parametrize(
    "asked",
    [
        "a: user(id: $id) { email } b: user(id: $id) { __typename }",
        "b: user(id: $id) { __typename } a: user(id: $id) { email }",
        "users(filter: {ids: [$id]}) { edges { a: node { email } b: node { __typename } } }",
        "users(filter: {ids: [$id]}) { edges { b: node { __typename } a: node { email } } }",
        "a: user(id: $id) { email } users(first: 0, filter: {ids: [$id]}) { pageInfo { hasNextPage } }",
    ],
)
async def test_an_alias_that_asks_for_nothing_but_a_name_leaves_a_provision_its_basis(
    a_world: World, asked: str
) -> None:
    user = a_world.demo.users["busy"]
    response = await a_world.send("employer-a", f"query($id: ID!) {APPLICATION} {{ {asked} }}", {"id": user})
    (release,) = (await recorded(a_world, response))["releases"]
    assert release["basis"] == ["CONSENT"]
    assert set(release["provision"]["items"]) == {"User.id", "User.email"}
    assert (release["provision"]["basis"], bool(release["provision"]["consentedAt"])) == ("CONSENT", True)


async def test_a_refusal_that_tells_of_a_person_records_what_was_read_and_kept_of_them(
    a_world: World,
) -> None:
    user = a_world.demo.users["busy"]
    query = f"query($id: ID!) {STRICT} {{ user(id: $id) {{ name {{ roman }} email }} }}"
    response = await a_world.send("employer-b", query, {"id": user})
    assert a_world.codes(response.json()) == ["FIELD_WITHHELD"]
    assert "data" not in response.json()
    access = await recorded(a_world, response)
    assert (access["outcome"], access["code"], access["users"]) == ("REFUSED", "FIELD_WITHHELD", 1)
    (release,) = access["releases"]
    assert (release["user"], release["released"]) == (user, [])
    assert set(release["withheld"]) == {"User.name.roman", "User.email"}
    assert (release["basis"], release["provision"]) == ([], None)


async def test_a_strict_list_that_is_refused_records_everybody_whom_it_read(a_world: World) -> None:
    page = "users(first: 5) { edges { node { id phone } } pageInfo { hasNextPage } }"
    response = await a_world.send("employer-b", f"query {STRICT} {{ {page} }}")
    assert a_world.codes(response.json()) == ["FIELD_WITHHELD"]
    access = await recorded(a_world, response)
    loose = await a_world.ask(
        "employer-b", f"query {APPLICATION} {{ users(first: 6) {{ edges {{ node {{ id }} }} }} }}"
    )
    read = {edge["node"]["id"] for edge in loose["data"]["users"]["edges"]}
    assert len(read) == access["users"] == 6
    assert {release["user"] for release in access["releases"]} == read
    assert not [release for release in access["releases"] if release["released"] or release["provision"]]


async def test_a_change_that_is_undone_records_whom_it_read(a_world: World) -> None:
    first, second = a_world.demo.users["plain"], a_world.demo.users["newsletter"]
    to = 'purpose: "service.application", recipient: "support-org"'
    query = f"""mutation($a: ID!, $b: ID!) @purpose(id: "service.account") {{
      a: recordConsent(input: {{user: $a, {to}, noticeVersion: "1", language: "en", method: CLICK}})
        {{ user {{ id email }} }}
      b: withdrawConsent(input: {{user: $b, {to}}}) {{ user {{ id }} }} }}"""
    response = await a_world.send("frontend", query, {"a": first, "b": second})
    assert a_world.codes(response.json()) == ["BAD_INPUT"]
    access = await recorded(a_world, response)
    assert (access["outcome"], access["code"], access["users"]) == ("REFUSED", "BAD_INPUT", 2)
    releases = {release["user"]: release for release in access["releases"]}
    assert [release["released"] for release in releases.values()] == [[], []]
    assert set(releases[first]["withheld"]) == {"User.consents", "User.id", "User.email"}
    assert releases[second]["withheld"] == ["Mutation.withdrawConsent"]


@dataclass
class Between(Reader):
    """A reader between whose first and second statement on people something happens."""

    reader: Reader
    happens: Callable[[], Awaitable[None]]
    seen: int = 0

    @property
    def dialect(self) -> Any:  # type: ignore[override]
        return self.reader.dialect

    async def rows(self, text: str, args: Sequence[Any]) -> Sequence[Row]:
        if "FROM users u" in text:
            self.seen += 1
            if self.seen == 2:
                await self.happens()
        return await self.reader.rows(text, args)


async def change(url: str, statement: str) -> None:
    """Change people through another connection, at once or not at all."""
    if url.startswith(SQLITE):
        with closing(sqlite3.connect(url.removeprefix(SQLITE), timeout=0)) as file, file:
            file.execute(statement)
        return
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


TWICE = {
    "two nodes of an edge": "users(first: 1000) { edges { a: node { id email } b: node { id phone } } }",
    "two lists": """a: users(first: 1000) { edges { node { id email } } }
      b: users(first: 1000) { edges { node { id phone } } }""",
    "two lists of edges": """a: users(first: 1000) { edges { cursor node { id } } }
      b: users(first: 1000) { edges { a: node { id } b: node { id email } } }""",
}


def told(data: dict[str, Any]) -> list[list[str]]:
    """The ids of each reading of the same people, in order."""
    if "users" in data:
        return [[edge[key]["id"] for edge in data["users"]["edges"]] for key in ("a", "b")]
    return [[(edge.get("node") or edge["a"])["id"] for edge in data[key]["edges"]] for key in ("a", "b")]


@pytest.mark.parametrize("asked", TWICE.values(), ids=TWICE)
async def test_people_who_are_read_twice_are_read_at_one_moment_and_never_mixed(
    a_world: World, database_url: str, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    query = f"query {APPLICATION} {{ {asked} }}"
    before = told((await a_world.ask("employer-a", query))["data"])
    gone = before[0][0]
    hide = f"UPDATE users SET shown = 0 WHERE id = '{gone}'"
    store, readers = a_world.house.store, []
    shown = (await store.fetch("SELECT shown FROM users WHERE id = :id", {"id": gone}))[0][0]
    snapshot = store.snapshot

    async def happens() -> None:
        with (
            pytest.raises(sqlite3.OperationalError, match="locked")
            if store.dialect is Dialect.SQLITE
            else nullcontext()
        ):
            await change(database_url, hide)

    @asynccontextmanager
    async def disturbed() -> AsyncIterator[Reader]:
        async with snapshot() as reader:
            readers.append(Between(reader, happens))
            yield readers[-1]

    monkeypatch.setattr(store, "snapshot", disturbed)
    try:
        response = await a_world.send("employer-a", query)
        assert [each.seen >= 2 for each in readers] == [True]
        assert told(response.json()["data"]) == before
        assert before[0] == before[1]
        monkeypatch.undo()
        await change(database_url, hide)
        after = told((await a_world.ask("employer-a", query))["data"])
        assert after == [before[0][1:], before[1][1:]]
    finally:
        await change(database_url, f"UPDATE users SET shown = {shown} WHERE id = '{gone}'")


async def test_a_refused_filter_leaves_its_field_on_record(a_world: World) -> None:
    query = """query @purpose(id: "service.matching") {
      users(filter: {phone: {eq: "+819012345678"}}) { edges { node { id } } } }"""
    refused = await a_world.send("frontend", query)
    assert a_world.codes(refused.json()) == ["FILTER_FORBIDDEN"]
    ledger = """query($id: ID) @purpose(id: "compliance.security") {
      accesses(field: "User.phone", outcome: REFUSED, requestId: $id) { edges { node { code } } } }"""
    asked = {"id": refused.headers["x-request-id"]}
    (edge,) = (await a_world.ask("auditor", ledger, asked))["data"]["accesses"]["edges"]
    assert edge["node"] == {"code": "FILTER_FORBIDDEN"}
