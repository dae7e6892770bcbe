"""Several workers on PostgreSQL: one gateway to whoever asks, whichever of them answers."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx
import pytest

from api.settings import CHECKOUT
from benchmarks.postgres import Server, execute
from models.database.opening import opened
from models.inforce import LEASE
from models.publish import publish_shipped
from policies.edition import Edition
from tests.cli.fleet import Fleet, fleet, state
from tests.served import PATIENCE, environment, free_port
from tests.test_docs import ASKED, README, shown, text

TWO = ("--workers", "2")
PERSON = 'query @purpose(id: "service.account") {{ user(id: "{user}") {{ email }} }}'


@pytest.fixture(scope="module")
def database(postgres_server: Server) -> Iterator[str]:
    name = f"test_{secrets.token_hex(6)}"
    asyncio.run(execute(postgres_server.dsn, f'CREATE DATABASE "{name}"'))
    yield postgres_server.database(name)
    asyncio.run(execute(postgres_server.dsn, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def two(database: str, var: Path) -> Iterator[Fleet]:
    """Two workers, started on an empty database."""
    with fleet(var, database, *TWO) as made:
        yield made


def plain(var: Path) -> str:
    found: str = json.loads((var / "demo.json").read_text(encoding="utf-8"))["users"]["plain"]
    return found


def of_each(made: Fleet, token: str, query: str) -> list[httpx.Response]:
    """The answer of each worker."""
    answers = []
    for worker in sorted(made.workers()):
        with made.only(worker):
            answers.append(made.ask(token, query))
    assert len(answers) == 2
    return answers


@pytest.fixture
async def beside(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


def test_the_readme_gets_the_answers_it_shows_from_two_workers(two: Fleet) -> None:
    assert "with 2 workers; Ctrl+C stops it" in two.told
    assert "each worker counts alone and grants 1/2 of every quota" in two.told
    assert two.told.count("migrated 0001") == 1
    for each in ASKED.finditer(text(README)):
        answer = two.ask(two.command("token", each["client"]), each["query"])
        assert answer.status_code == 200
        assert shown(answer.text) == json.loads(each["answer"]), each["client"]


def test_each_worker_obeys_a_changed_registry_and_a_changed_policy_within_the_lease(
    two: Fleet, var: Path, database: str, edition: Edition
) -> None:
    two.command("client", "add", "another", "--role", "frontend", "--recipient", "internal")
    token, query = two.command("token", "another"), PERSON.format(user=plain(var))
    time.sleep(LEASE)  # the promise is a time: what changed is obeyed when it is over
    assert [each.status_code for each in of_each(two, token, query)] == [200, 200]

    changed = replace(edition, rules=tuple(rule for rule in edition.rules if rule.id != "account"))
    publish(database, changed)
    time.sleep(LEASE)
    for answer in of_each(two, token, query):
        assert answer.json()["data"] is None or answer.json()["data"]["user"] in (None, {"email": None})
        assert answer.json()["errors"]
    publish(database, edition)
    time.sleep(LEASE)
    assert all("errors" not in each.json() for each in of_each(two, token, query))

    two.command("client", "revoke", "another")
    time.sleep(LEASE)
    assert [each.status_code for each in of_each(two, token, query)] == [401, 401]


def publish(database: str, edition: Edition) -> None:
    async def put() -> None:
        async with opened(database, pool_size=1) as store:
            assert await publish_shipped(store, edition, datetime.now(UTC))

    asyncio.run(put())


def test_a_consent_that_is_withdrawn_counts_for_neither_worker_from_then_on(
    two: Fleet, var: Path, database: str
) -> None:
    users = json.loads((var / "demo.json").read_text(encoding="utf-8"))["users"]
    token = two.command("token", "employer-a")
    query = f'query @purpose(id: "service.application") {{ user(id: "{users["offered-employer-a"]}") {{ email }} }}'
    assert all(each.json()["data"]["user"] for each in of_each(two, token, query))
    withdrawn = (
        "UPDATE consents SET state = 'WITHDRAWN', withdrawn_at = now()"
        f" WHERE user_id = '{users['offered-employer-a']}' AND recipient = 'employer-a'"
    )
    asyncio.run(execute(database, withdrawn))
    assert [each.json()["data"] for each in of_each(two, token, query)] == [{"user": None}, {"user": None}]


def test_each_worker_refuses_a_stopped_recipient_within_the_lease_and_serves_it_when_reopened(
    two: Fleet, var: Path
) -> None:
    user = json.loads((var / "demo.json").read_text(encoding="utf-8"))["users"]["consented-employer-a"]
    token = two.command("token", "employer-a")
    query = f'query @purpose(id: "service.application") {{ user(id: "{user}") {{ email }} }}'
    assert all(each.json()["data"]["user"]["email"] for each in of_each(two, token, query))
    two.command("recipient", "stop", "employer-a")
    time.sleep(LEASE)  # the promise is a time
    told = [each.json()["errors"][0]["extensions"]["reason"] for each in of_each(two, token, query)]
    assert told == ["RECIPIENT_STOPPED", "RECIPIENT_STOPPED"]
    two.command("recipient", "reopen", "employer-a")
    time.sleep(LEASE)
    assert all(each.json()["data"]["user"]["email"] for each in of_each(two, token, query))


def test_metrics_are_the_sum_of_all_workers_whichever_is_asked(two: Fleet) -> None:
    def counted() -> float:
        lines = two.request("GET", "/metrics").text.splitlines()
        return sum(
            float(line.split()[-1]) for line in lines if line.startswith("mokuteki_unauthenticated_total")
        )

    before = counted()
    of_each(two, "none", "{ purposes { id } }")
    for worker in two.workers():
        with two.only(worker):
            assert counted() == before + 2


async def test_accesses_of_both_workers_are_all_recorded_and_none_outside_its_month(
    two: Fleet, var: Path, beside: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    token, query = two.command("token", "frontend"), PERSON.format(user=plain(var))
    count = "SELECT count(*) FROM accesses WHERE client = (SELECT id FROM clients WHERE name = 'frontend')"
    before = await beside.fetchval(count)
    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda _: two.ask(token, query).status_code, range(80)))
    assert answers == [200] * 80
    assert await beside.fetchval(count) == before + 80
    assert await beside.fetchval("SELECT count(*) FROM accesses_default") == 0


def test_a_worker_that_dies_is_replaced_while_the_other_answers(two: Fleet, var: Path) -> None:
    killed = min(two.workers())
    token, query = two.command("token", "frontend"), PERSON.format(user=plain(var))
    replaced = two.told.count("server.worker_ended")
    os.kill(killed, signal.SIGKILL)
    assert two.ask(token, query).status_code == 200
    two.until("server.worker_ended", replaced + 1)
    two.until('"event":"server.started"', 3)
    assert killed not in two.workers()
    assert [each.status_code for each in of_each(two, token, query)] == [200, 200]


@pytest.mark.usefixtures("two")
async def test_an_operation_in_flight_is_finished_before_the_workers_end(
    var: Path, database: str, beside: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'accesses'::regclass"
    with fleet(var, database, *TWO) as ending:
        token, query = ending.command("token", "frontend"), PERSON.format(user=plain(var))
        async with beside.transaction():
            await beside.execute("LOCK TABLE accesses IN EXCLUSIVE MODE")
            asked = asyncio.create_task(asyncio.to_thread(ending.ask, token, query))
            while not await beside.fetchval(waiting):  # noqa: ASYNC110 - it waits in another process
                await asyncio.sleep(0)
            ending.process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(ending.until, "server.stopping", 2)
            assert not asked.done()
        answer = await asked
        assert (answer.status_code, "@" in answer.json()["data"]["user"]["email"]) == (200, True)
        assert await asyncio.to_thread(ending.end) == 0
        assert ending.workers() == set()


@pytest.mark.usefixtures("two")
def test_workers_leave_when_the_first_process_is_gone(var: Path, database: str) -> None:
    with fleet(var, database, *TWO) as orphaned:
        workers = orphaned.workers()
        assert len(workers) == 2
        orphaned.process.kill()
        orphaned.process.wait()
        end = time.monotonic() + PATIENCE
        while any(state(worker)[0] not in "XZ" for worker in workers):
            assert time.monotonic() < end, orphaned.told
            time.sleep(0.05)
        assert orphaned.told.count("server.stopped") == 2


def test_several_workers_on_sqlite_are_refused_in_one_sentence_and_nothing_is_made(tmp_path: Path) -> None:
    ended = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "api", "serve", *TWO],
        cwd=CHECKOUT,
        env=environment(tmp_path, free_port()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert ended.stderr.startswith("mokuteki: 2 workers need PostgreSQL, as SQLite serves one")
    assert not (tmp_path / "mokuteki.db").exists()
