"""Real faults: a disk that is full, sessions ended from outside, a server that goes away, a table that is locked."""

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from structlog.testing import capture_logs

from benchmarks.postgres import Server, answering
from models.database import postgres as store_postgres
from policies.edition import Edition
from tests.api.test_register import NOTICE, USER
from tests.faults.cluster import cluster
from tests.faults.operations import REGISTER
from tests.faults.test_every_call import unavailable
from tests.world import World, world

READ = 'query($id: ID!) @purpose(id: "service.account") { user(id: $id) { id email } }'
_NUMBERS = count(1)
LONGEST = 30
"""Seconds after which an operation, or a recovery, counts as hanging."""


@pytest.fixture(autouse=True)
def logged() -> Iterator[None]:
    with capture_logs():
        yield


async def read(made: World) -> httpx.Response:
    async with asyncio.timeout(LONGEST):
        return await made.send("frontend", READ, {"id": made.demo.users["plain"]})


async def register(made: World, key: str | None = None) -> httpx.Response:
    said = {"i": {"user": {**USER, "email": f"real{key or next(_NUMBERS)}@faults.example"}, "notice": NOTICE}}
    async with asyncio.timeout(LONGEST):
        return await made.send("frontend", REGISTER, said, headers={"Idempotency-Key": key} if key else {})


async def token(made: World) -> httpx.Response:
    shown = made.demo.clients["frontend"]
    form = {"client_id": shown.client_id, "client_secret": shown.client_secret}
    async with asyncio.timeout(LONGEST):
        return await made.http.post("/oauth/token", data={"grant_type": "client_credentials", **form})


async def number(made: World, sql: str) -> int:
    return int((await made.house.store.fetch(sql, {}))[0][0])


END = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = $1 AND application_name = 'mokuteki'"
)
PEOPLE = "SELECT count(*) FROM users"
RECORDS = "SELECT count(*) FROM accesses"


def answered(response: httpx.Response) -> bool:
    return response.status_code == 200 and "errors" not in response.json()


async def test_a_full_file_refuses_everything_and_one_with_room_again_nothing(
    edition: Edition, tmp_path: Path
) -> None:
    async with world(f"sqlite://{tmp_path / 'full.db'}", tmp_path, edition, people=20) as made:
        assert answered(await read(made))
        store = made.house.store
        pages = await _pragma(store, "page_count")
        await _pragma(store, f"max_page_count={pages}")
        refused = told = 0
        while refused < 5:
            before = await number(made, PEOPLE), await number(made, RECORDS)
            response = await register(made)
            grown = await number(made, PEOPLE) - before[0], await number(made, RECORDS) - before[1]
            if answered(response):
                assert grown == (1, 1)
                told += 1
                continue
            assert unavailable(response), response.text
            assert grown == (0, 0)
            refused += 1
        reads = [await read(made) for _ in range(50)]
        assert all(answered(each) or unavailable(each) for each in reads)
        assert await number(made, RECORDS) - before[1] == sum(map(answered, reads))
        await _pragma(store, "max_page_count=1073741823")
        for response in (await register(made), await read(made)):
            assert answered(response)
        print(f"a full file: {told} registered in what was left, {refused} refused,")
        print(f"  then {sum(map(answered, reads))} of {len(reads)} reads answered, each with its record")


async def _pragma(store: Any, words: str) -> int:
    """A setting of the connection that writes, which is where it counts."""
    rows = list(await store._writer.execute_fetchall(f"PRAGMA {words}"))
    return int(rows[0][0])


@asynccontextmanager
async def apart(server: Server, edition: Edition, var: Path) -> AsyncIterator[tuple[World, Server, str]]:
    """A world on a database of its own."""
    name = f"faults_{secrets.token_hex(6)}"
    admin = await asyncpg.connect(server.dsn)
    try:
        await admin.execute(f'CREATE DATABASE "{name}"')
        try:
            async with world(server.database(name), var, edition, people=20) as made:
                yield made, server, name
        finally:
            await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await admin.close()


async def test_sessions_ended_while_changes_are_in_flight_leave_none_by_halves(
    postgres_server: Server, edition: Edition, tmp_path: Path
) -> None:
    async with apart(postgres_server, edition, tmp_path) as (made, server, name):
        await made.token("frontend")  # by a session that is not ended yet
        before = await number(made, PEOPLE)
        admin = await asyncpg.connect(server.dsn)
        ended = refused = 0
        try:
            for turn in range(15):
                keys = [f"cut-{turn}-{each}" for each in range(4)]
                asked = [asyncio.create_task(register(made, key)) for key in keys]
                await asyncio.wait(asked, timeout=0.002 * turn, return_when=asyncio.FIRST_COMPLETED)
                rows = await admin.fetch(END, name)
                ended += len(rows)
                responses = await asyncio.gather(*asked)
                assert [each.text for each in responses if not (answered(each) or unavailable(each))] == []
                refused += sum(map(unavailable, responses))
                for key in keys:
                    assert answered(await until_answered(made, key))
        finally:
            await admin.close()
        print(f"{ended} sessions ended; of 60 registrations {refused} were refused and sent again")
        assert await number(made, PEOPLE) == before + 60
        assert await number(made, "SELECT count(*) FROM acquisitions") >= 60
        assert ended > 0
        assert refused > 0


async def until_answered(made: World, key: str) -> httpx.Response:
    """The answer under this key, as soon as there is one; every one before it is a plain refusal."""
    async with asyncio.timeout(LONGEST):
        while True:
            response = await register(made, key)
            if answered(response):
                return response
            assert unavailable(response), response.text


async def test_a_server_that_goes_down_at_once_and_comes_back_is_found_again(
    edition: Edition, tmp_path: Path
) -> None:
    with cluster() as server:
        server.start()
        await answering(server.dsn)
        async with world(server.dsn, tmp_path, edition, people=20) as made:
            await made.token("frontend")
            received: list[str] = []
            for turn in range(3):
                key = f"down-{turn}"
                async with asyncio.timeout(LONGEST):
                    asked = [asyncio.create_task(register(made, key)), *(_read_on(made) for _ in range(3))]
                    await asyncio.wait(asked, timeout=0.005 * turn, return_when=asyncio.FIRST_COMPLETED)
                    server.stop()
                    before = await asyncio.gather(*asked)
                assert [each.text for each in before if not (answered(each) or unavailable(each))] == []
                for response in (await read(made), await register(made)):
                    assert unavailable(response), response.text
                refused = await token(made)
                assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")
                server.start()
                await answering(server.dsn)
                first = await until_answered(made, key)
                again = await until_answered(made, key)
                assert again.json() == first.json()
                assert (await token(made)).json()["access_token"]
                received += [
                    each.headers["x-request-id"] for each in (*before, first, again) if answered(each)
                ]
            named = ", ".join(f"'{each}'" for each in received)
            assert await number(made, f"{RECORDS} WHERE request_id IN ({named})") == len(received)
            down = f"{PEOPLE} WHERE email LIKE 'realdown-%'"
            assert await number(made, down) == 3
            print(
                f"a server stopped at once and started again 3 times: {len(received)} answers, all on record"
            )


def _read_on(made: World) -> asyncio.Task[httpx.Response]:
    return asyncio.create_task(read(made))


async def test_sessions_that_were_ended_while_nobody_asked_cost_nobody_an_answer(
    postgres_server: Server, edition: Edition, tmp_path: Path
) -> None:
    async with apart(postgres_server, edition, tmp_path) as (made, server, name):
        assert all(map(answered, await asyncio.gather(*(read(made) for _ in range(8)))))
        idle = [*made.house.store._idle]  # type: ignore[attr-defined]
        admin = await asyncpg.connect(server.dsn)
        try:
            ended = len(await admin.fetch(END, name))
        finally:
            await admin.close()
        async with asyncio.timeout(LONGEST):
            while not all(map(store_postgres._gone, idle)):  # noqa: ASYNC110 - the driver tells nobody
                await asyncio.sleep(0)
        print(f"{ended} sessions ended while nobody asked")
        assert ended > 1
        for response in (await read(made), await register(made), await read(made)):
            assert answered(response), response.text


async def test_sessions_that_hang_refuse_whoever_waits_for_them_and_are_replaced(
    edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_postgres, "LONGEST_STATEMENT", 0.5)
    with cluster() as server:
        server.start()
        await answering(server.dsn)
        async with world(server.dsn, tmp_path, edition, people=20) as made:
            assert answered(await register(made, "before"))
            admin = await asyncpg.connect(server.dsn)
            pids = "SELECT pid FROM pg_stat_activity WHERE application_name = 'mokuteki'"
            hanging = [row[0] for row in await admin.fetch(pids)]
            for pid in hanging:
                os.kill(pid, signal.SIGSTOP)
            try:
                keys = [f"hanging{each}" for each in range(8)]
                asked = [*(register(made, key) for key in keys), *(read(made) for _ in range(8))]
                responses = await asyncio.gather(*asked)
                assert all(answered(each) or unavailable(each) for each in responses)
                refused = sum(map(unavailable, responses))
                assert refused > 0
                for key in keys:
                    assert answered(await until_answered(made, key))
            finally:
                for pid in hanging:
                    os.kill(pid, signal.SIGCONT)
                await admin.close()
            print(
                f"{len(hanging)} sessions hung: {refused} of {len(asked)} operations refused, then all answered"
            )
            assert await number(made, f"{PEOPLE} WHERE email LIKE 'realhanging%'") == len(keys)


async def test_a_statement_that_the_server_gives_up_is_refused_and_the_next_is_answered(
    postgres_server: Server, edition: Edition, tmp_path: Path
) -> None:
    async with apart(postgres_server, edition, tmp_path) as (made, server, name):
        admin = await asyncpg.connect(server.database(name))
        try:
            before = await number(made, PEOPLE)
            transaction = admin.transaction()
            await transaction.start()
            await admin.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
            async with asyncio.timeout(LONGEST):
                refused = await asyncio.gather(read(made), register(made), register(made, "locked"))
            assert all(map(unavailable, refused))
            await transaction.rollback()
            for response in (await read(made), await register(made, "locked")):
                assert answered(response), response.text
            assert await number(made, PEOPLE) == before + 1
        finally:
            await admin.close()
