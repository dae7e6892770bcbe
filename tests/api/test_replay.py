"""The proofs that serve once, in one process and in several."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest

from api.settings import CHECKOUT
from api.tokens.replay import EVERY, MemoryReplays, Replays, StoreReplays, digest_of
from models.database.dialect import Dialect
from models.database.opening import migrate, opened
from models.database.store import Store, StoreUnavailable, WrongValue

NOW = 1_800_000_000.0
SEEN = "SELECT digest, expires_at FROM seen_proofs"
ANOTHER = """
import asyncio, sys, time
from api.tokens.replay import StoreReplays
from models.database.opening import opened

async def main(url, until):
    async with opened(url, pool_size=2) as store:
        replays = StoreReplays(store, time.time, durable=False)
        print("ready", flush=True)
        for key in sys.stdin:
            print(await replays.first(key.strip(), float(until)), flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
async def store(database_url: str) -> AsyncIterator[Store]:
    await migrate(database_url)
    async with opened(database_url, pool_size=10) as made:
        yield made


def of_each_kind(store: Store, clock: Clock) -> list[Replays]:
    return [
        MemoryReplays(clock),
        StoreReplays(store, clock, durable=True),
        StoreReplays(store, clock, durable=False),
    ]


async def test_a_proof_is_the_first_once(store: Store) -> None:
    for number, replays in enumerate(of_each_kind(store, Clock())):
        seen = [await replays.first(f"{number} {key}", NOW + 60) for key in "aababb"]
        assert seen == [True, False, True, False, False, False]


async def test_of_many_at_once_one_is_the_first(store: Store, database_url: str) -> None:
    async with opened(database_url, pool_size=10) as beside:
        for durable in (True, False):
            several = [StoreReplays(each, Clock(), durable=durable) for each in (store, beside)]
            key = f"at once {durable}"
            seen = await asyncio.gather(*(each.first(key, NOW + 60) for each in several * 10))
            assert sorted(seen) == [False] * 19 + [True]


async def test_of_several_processes_one_is_the_first(store: Store, database_url: str) -> None:
    assert store
    assert await asyncio.to_thread(raced, database_url) == [["False", "True"]] * 20


def raced(url: str) -> list[list[str]]:
    """What two processes say of one proof after the other, sorted."""
    both = [
        subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-c", ANOTHER, url, str(NOW + 60)],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        assert [heard(each) for each in both] == ["ready", "ready"]
        said = []
        for number in range(20):
            for each in both:
                assert each.stdin is not None
                each.stdin.write(f"process {number}\n")
                each.stdin.flush()
            said.append(sorted(map(heard, both)))
        return said
    finally:
        for each in both:
            each.communicate(timeout=60)


def heard(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


async def rows(store: Store) -> dict[str, Any]:
    return {row[0]: row[1] for row in await store.fetch(SEEN, {})}


async def test_what_is_kept_is_a_digest_and_until_when_and_no_longer_than_that(store: Store) -> None:
    clock = Clock()
    replays = StoreReplays(store, clock, durable=False)
    await replays.first("dpop canary", NOW + 60)
    kept = await rows(store)
    digest = digest_of("dpop canary")
    assert (len(digest), "canary" in str(kept)) == (43, False)
    until = kept[digest]
    assert (until if isinstance(until, datetime) else datetime.fromisoformat(until)).timestamp() == NOW + 60

    clock.now = NOW + EVERY - 1
    await replays.first("another", NOW + 600)
    assert digest in await rows(store)
    clock.now = NOW + 61
    await replays.first("a third", NOW + 600)
    left = await rows(store)
    assert (digest in left, digest_of("another") in left) == (False, True)


async def test_the_memory_of_a_process_forgets_what_is_over() -> None:
    clock = Clock()
    replays = MemoryReplays(clock)
    assert await replays.first("a", NOW + 60)
    assert await replays.first("b", NOW + 600)
    clock.now = NOW + 61
    assert [await replays.first(key, NOW + 600) for key in "ab"] == [True, False]


class Failing:
    """A database that always fails so."""

    dialect = Dialect.POSTGRES

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def fetch(self, _sql: str, _values: object) -> object:
        raise self.error


async def test_no_fault_makes_a_proof_the_first() -> None:
    away: Any = Failing(StoreUnavailable("the database did not answer"))
    with pytest.raises(StoreUnavailable):
        await StoreReplays(away, Clock(), durable=False).first("a", NOW + 60)
    wrong: Any = Failing(WrongValue("DataError"))
    assert not await StoreReplays(wrong, Clock(), durable=False).first("a", NOW + 60)


async def test_a_look_for_what_is_over_that_fails_refuses_nobody() -> None:
    class Half:
        dialect = Dialect.POSTGRES

        async def fetch(self, sql: str, _values: object) -> list[tuple[int]]:
            if sql.startswith("DELETE"):
                raise StoreUnavailable("the database did not answer")
            return [(1,)]

    half: Any = Half()
    assert await StoreReplays(half, Clock(), durable=False).first("a", NOW + 60)


async def test_what_waits_for_no_disk_leaves_nothing_behind_that_others_would_lose_by(store: Store) -> None:
    await StoreReplays(store, Clock(), durable=False).first("quick", NOW + 60)
    asked = "SHOW synchronous_commit" if store.dialect is Dialect.POSTGRES else "PRAGMA synchronous"
    assert {(await store.fetch(asked, {}))[0][0] for _ in range(20)} <= {"on", 2}
