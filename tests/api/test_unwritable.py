"""A ledger that cannot be written: nobody's data leaves, registers still answer, and all is well again by itself."""

import asyncio
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
from structlog.testing import capture_logs

from benchmarks.postgres import Server
from models.database.opening import SQLITE
from policies.edition import Edition
from tests.world import World, world

ACCOUNT = '@purpose(id: "service.account")'
SECURITY = '@purpose(id: "compliance.security")'
CONSENT = f"""mutation($i: RecordConsentInput!) {ACCOUNT} {{ recordConsent(input: $i) {{ user {{ id email }} }} }}"""
PATIENCE = 60.0
"""Seconds after which an operation hangs, however busy the machine."""

PERSONAL = {
    "a user": ("frontend", f"query($id: ID!) {ACCOUNT} {{ user(id: $id) {{ id email }} }}"),
    "nobody": ("frontend", f'query {ACCOUNT} {{ user(id: "nobody") {{ id }} }}'),
    "users": ("frontend", f"query {ACCOUNT} {{ users {{ edges {{ node {{ id email }} }} }} }}"),
    "a page's place": ("frontend", f"query {ACCOUNT} {{ users {{ pageInfo {{ hasNextPage }} }} }}"),
    "a user and a register": (
        "frontend",
        f"query($id: ID!) {ACCOUNT} {{ user(id: $id) {{ id }} purposes {{ id }} }}",
    ),
    "an employer's user": (
        "employer-a",
        'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id email } }',
    ),
    "accesses": ("auditor", f"query {SECURITY} {{ accesses(first: 1) {{ edges {{ node {{ id }} }} }} }}"),
    "provisions": ("auditor", f"query {SECURITY} {{ provisions(first: 1) {{ edges {{ node {{ id }} }} }} }}"),
    "a consent": ("frontend", CONSENT),
    "a refusal": ("frontend", '{ user(id: "x") { id } }'),
    "a refused register": ("employer-a", "{ recipients { id } }"),
    "a refused filter": (
        "frontend",
        'query @purpose(id: "service.matching") { users(filter: {phone: {eq: "1"}}) { edges { node { id } } } }',
    ),
}
OWN = {
    "me": f"query {ACCOUNT} {{ me {{ id email }} }}",
    "one's own history": f"query {ACCOUNT} {{ me {{ accesses(first: 1) {{ edges {{ node {{ id }} }} }} }} }}",
}
REGISTERS = [
    "{ purposes { id } }",
    "{ fields { path } edition { id rules { id } } }",
    '{ explain(purpose: "service.account", role: "employer", recipient: "employer-a", field: "User.email") { allowed } }',
    "{ __schema { queryType { name } } __typename }",
]


@pytest.fixture(autouse=True)
def logged() -> Iterator[None]:
    """Each refusal is logged with its cause; told at length, that takes longer than the refusals do."""
    with capture_logs():
        yield


@asynccontextmanager
async def locked(url: str, *, whole: bool, table: str = "accesses") -> AsyncIterator[None]:
    """A table, or all of SQLite, held by somebody else; `whole` keeps others from reading too, where that can be."""
    if url.startswith(SQLITE):
        file = sqlite3.connect(
            url.removeprefix(SQLITE), isolation_level=None, timeout=10, check_same_thread=False
        )
        await asyncio.to_thread(file.execute, "BEGIN EXCLUSIVE" if whole else "BEGIN IMMEDIATE")
        try:
            yield
        finally:
            file.rollback()
            file.close()
        return
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            mode = "ACCESS EXCLUSIVE" if whole else "EXCLUSIVE"
            await connection.execute(f"LOCK TABLE {table} IN {mode} MODE")
            yield
    finally:
        await connection.close()


async def sent(world: World, client: str, query: str, user: str | None = None) -> httpx.Response:
    """The answer, which never lets itself be waited for without end."""
    plain = world.demo.users["consented-employer-a"]
    given = {
        "user": plain,
        "purpose": "service.application",
        "recipient": "employer-b",
        "noticeVersion": "1",
        "language": "en",
        "method": "CLICK",
    }
    variables = {"i": given} if "$i:" in query else {"id": plain} if "$id" in query else {}
    async with asyncio.timeout(PATIENCE):
        return await world.send(client, query, variables, user=user)


def unavailable(response: httpx.Response, *codes: str) -> bool:
    body = response.json()
    (error,) = body["errors"]
    return (
        response.status_code == 503
        and set(body) == {"errors"}
        and error["extensions"]["code"] in codes
        and "@example" not in response.text
    )


async def everything(world: World) -> list[httpx.Response]:
    """All operations on people, at once."""
    user = world.demo.users["plain"]
    others = [sent(world, client, query) for client, query in PERSONAL.values()]
    return list(
        await asyncio.gather(*others, *(sent(world, "frontend", query, user) for query in OWN.values()))
    )


@pytest.mark.parametrize("whole", [False, True])
async def test_while_the_ledger_is_locked_nobody_is_answered_and_afterwards_everybody(
    a_world: World,
    database_url: str,
    whole: bool,
) -> None:
    before = await a_world.house.store.fetch("SELECT count(*) FROM consent_events", {})
    async with locked(database_url, whole=whole):
        refused = await everything(a_world)
        for _ in range(2):
            for query in REGISTERS:
                response = await sent(a_world, "employer-a", query)
                assert "errors" not in response.json()
    for response in refused:
        assert unavailable(response, "LEDGER_UNAVAILABLE"), response.text
    assert await a_world.house.store.fetch("SELECT count(*) FROM consent_events", {}) == before
    for name, response in zip([*PERSONAL, *OWN], await everything(a_world), strict=True):
        assert ("data" in response.json()) is not name.startswith("a refus"), name


async def test_many_changes_that_wait_for_the_ledger_do_not_wait_for_each_other(
    a_world: World, database_url: str
) -> None:
    async with locked(database_url, whole=False):
        began = time.monotonic()
        alone = await sent(a_world, "frontend", CONSENT)
        once = time.monotonic() - began
        refused = [alone, *await asyncio.gather(*(sent(a_world, "frontend", CONSENT) for _ in range(8)))]
        assert time.monotonic() - began < 5 * once
    for response in refused:
        assert unavailable(response, "LEDGER_UNAVAILABLE")
    response = await sent(a_world, "frontend", CONSENT)
    assert response.json()["data"]["recordConsent"]["user"]["email"]


async def test_an_operation_that_waits_is_answered_when_the_ledger_is_let_go(
    a_world: World, database_url: str
) -> None:
    client, query = PERSONAL["a user"]
    async with locked(database_url, whole=False):
        asked = asyncio.create_task(sent(a_world, client, query))
        await asyncio.wait([asked], timeout=0.3)
        assert not asked.done()
    response = await asked
    assert response.json()["data"]["user"]["email"]


_THROW_OUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"


@asynccontextmanager
async def gone(server: Server, name: str) -> AsyncIterator[None]:
    """The database lets nobody in and has thrown out all who were."""
    connection = await asyncpg.connect(server.dsn)
    try:
        await connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        while await connection.fetch(_THROW_OUT, name):
            """Until nobody is left."""
        try:
            yield
        finally:
            await connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    finally:
        await connection.close()


@asynccontextmanager
async def own_world(server: Server, edition: Edition, var: Path) -> AsyncIterator[tuple[World, str]]:
    name = f"gone_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(server.dsn)
    try:
        await connection.execute(f'CREATE DATABASE "{name}"')
        try:
            async with world(server.database(name), var, edition) as made:
                yield made, name
        finally:
            await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


async def recovered(world: World) -> bool:
    """Whether every operation is answered again."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        answers = await everything(world)
        if all(response.status_code == 200 for response in answers):
            return True
    return False


async def test_without_a_database_nobody_is_answered_and_when_it_is_back_everybody(
    postgres_server: Server, edition: Edition, tmp_path: Path
) -> None:
    async with own_world(postgres_server, edition, tmp_path) as (made, name):
        assert await recovered(made)
        async with gone(postgres_server, name):
            for _ in range(3):
                for response in await everything(made):
                    assert unavailable(response, "LEDGER_UNAVAILABLE", "POLICY_UNAVAILABLE"), response.text
            assert (await made.http.get("/healthz")).status_code == 200
            assert (await made.http.get("/readyz")).status_code == 503
            until = time.monotonic() + PATIENCE
            while True:
                response = await sent(made, "employer-a", REGISTERS[0])
                if response.status_code == 503:
                    break
                assert time.monotonic() < until
            assert unavailable(response, "POLICY_UNAVAILABLE")
        assert await recovered(made)


async def test_connections_that_were_cut_once_are_made_anew(
    postgres_server: Server, edition: Edition, tmp_path: Path
) -> None:
    async with own_world(postgres_server, edition, tmp_path) as (made, name):
        for _ in range(2):
            async with gone(postgres_server, name):
                pass
            assert await recovered(made)
