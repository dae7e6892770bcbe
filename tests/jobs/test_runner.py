"""The runner: a job is carried once, told while it goes, and ends as it should whatever happens to its process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from structlog.testing import capture_logs

from api.jobs.runner import Bench, JobChanged, Runner
from api.workshop import WorkshopLate
from models.database.opening import opened
from models.database.store import Store, StoreUnavailable
from models.jobs import box, carrying
from models.jobs.job import Job, JobKind, JobState, JobTrouble
from tests.jobs.works import doubled, endless

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
Work = Callable[[Job, Bench], Awaitable[object]]


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    async with opened(database_url, pool_size=4) as made:
        async with made.transaction() as transaction:
            await transaction.execute("DELETE FROM policy_jobs", {})
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def asked(store: Store, kind: JobKind = JobKind.IMPACT, *, draft: str = "d1") -> str:
    async with store.transaction() as transaction:
        return await box.put(transaction, kind, by="admin", now=NOW, draft=draft, base="b", hash="h")


async def job(store: Store, name: str) -> Job:
    found = await box.read_job(store, name)
    assert found is not None
    return found


async def result(store: Store, name: str) -> object:
    """What it found, as it is kept."""
    return orjson.loads(await box.read_result(store, name) or "null")


async def until(store: Store, name: str, state: JobState, *, done: int = 0) -> Job:
    """The job once it is in this state, and so far."""
    async with asyncio.timeout(30):
        async for found in looks(store, name):
            if found.state is state and found.done >= done:
                return found
    raise AssertionError


async def looks(store: Store, name: str) -> AsyncIterator[Job]:
    """The job, again and again."""
    while True:
        yield await job(store, name)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def running(store: Store, work: Work, clock: Clock) -> AsyncIterator[Runner]:
    runner = Runner(store, dict.fromkeys(JobKind, work), clock=clock, rest=0.01)
    runner.start()
    try:
        yield runner
    finally:
        await runner.stop()


async def test_a_job_ends_with_its_result(store: Store, clock: Clock) -> None:
    async def work(_job: Job, bench: Bench) -> object:
        bench.total = 3
        return {"found": await bench.workshop.run(doubled, 4)}

    name = await asked(store)
    async with running(store, work, clock):
        done = await until(store, name, JobState.DONE)
    assert (await result(store, name), done.result) == ({"found": 8}, None)
    assert (done.done, done.total, done.trouble) == (3, 3, None)
    assert (done.started_at, done.ended_at) == (NOW, NOW)


async def test_how_far_it_is_can_be_seen_while_it_goes(store: Store, clock: Clock) -> None:
    seen = asyncio.Event()

    async def work(_job: Job, bench: Bench) -> object:
        bench.done, bench.total = 2, 5
        await seen.wait()
        return {}

    name = await asked(store)
    async with running(store, work, clock):
        assert (await until(store, name, JobState.RUNNING, done=2)).total == 5
        seen.set()
        await until(store, name, JobState.DONE)


async def test_a_cancelled_job_stops_at_work_and_the_next_is_carried(store: Store, clock: Clock) -> None:
    async def work(one: Job, bench: Bench) -> object:
        return await (bench.workshop.run(endless) if one.draft == "d1" else bench.workshop.run(doubled, 1))

    first, second = await asked(store), await asked(store, draft="d2")
    async with running(store, work, clock):
        await until(store, first, JobState.RUNNING)
        async with store.transaction() as transaction:
            assert await box.cancel(transaction, first, NOW)
        await until(store, second, JobState.DONE)
    assert await result(store, second) == 2
    assert (await job(store, first)).state is JobState.CANCELLED
    async with store.transaction() as transaction:
        assert not await box.cancel(transaction, first, NOW)


@pytest.mark.parametrize(
    ("fault", "trouble"), [(JobChanged(), JobTrouble.CHANGED), (ValueError("no"), JobTrouble.FAULT)]
)
async def test_a_job_that_fails_says_why(
    store: Store, clock: Clock, fault: Exception, trouble: JobTrouble
) -> None:
    async def work(_job: Job, _bench: Bench) -> object:
        raise fault

    name = await asked(store)
    async with running(store, work, clock):
        failed = await until(store, name, JobState.FAILED)
    assert (failed.trouble, await result(store, name)) == (trouble, None)


async def test_two_processes_never_carry_one_job_at_once(store: Store, clock: Clock) -> None:
    carried: list[str] = []

    async def work(one: Job, _bench: Bench) -> object:
        carried.append(one.id)
        await asyncio.sleep(0)
        return {}

    names = [await asked(store, draft=f"d{n}") for n in range(20)]
    async with running(store, work, clock), running(store, work, clock):
        for name in names:
            await until(store, name, JobState.DONE)
    assert sorted(carried) == sorted(names)


async def test_a_job_of_a_process_that_ended_is_taken_when_its_lease_is_over(
    store: Store, clock: Clock
) -> None:
    async def work(_job: Job, _bench: Bench) -> object:
        return {"whole": True}

    name = await asked(store)
    taken = await carrying.take(store, NOW)
    assert taken is not None
    async with running(store, work, clock):
        assert await carrying.take(store, NOW) is None
        clock.now += carrying.LEASE
        done = await until(store, name, JobState.DONE)
    assert (done.tries, await result(store, name)) == (2, {"whole": True})
    assert not await carrying.end(store, name, taken[1], JobState.FAILED, clock.now)


@pytest.mark.parametrize("where", ["at work", "at its end"])
async def test_a_job_that_the_database_interrupts_is_taken_again_at_once(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    began: list[str] = []
    end = carrying.end

    async def fail_once(*_given: object, **_named: object) -> bool:
        monkeypatch.setattr(carrying, "end", end)
        raise StoreUnavailable("gone")

    async def work(one: Job, _bench: Bench) -> object:
        began.append(one.id)
        if len(began) == 1 and where == "at work":
            raise StoreUnavailable("gone")
        return {"whole": True}

    if where == "at its end":
        monkeypatch.setattr(carrying, "end", fail_once)
    name = await asked(store)
    with capture_logs() as logs:
        async with running(store, work, clock):
            done = await until(store, name, JobState.DONE)
    assert (began, done.tries, await result(store, name)) == ([name] * 2, 2, {"whole": True})
    assert [each["job"] for each in logs if each["event"] == "job.left"] == [name]


async def test_a_job_that_the_database_interrupts_each_time_is_given_up(store: Store, clock: Clock) -> None:
    async def work(_job: Job, _bench: Bench) -> object:
        raise StoreUnavailable("gone")

    name = await asked(store)
    async with running(store, work, clock):
        assert (await until(store, name, JobState.FAILED)).trouble is JobTrouble.GIVEN_UP


async def test_a_job_of_a_process_that_stops_is_taken_at_once_and_was_not_tried(
    store: Store, clock: Clock
) -> None:
    async def work(_job: Job, bench: Bench) -> object:
        return await bench.workshop.run(endless)

    async def finish(_job: Job, _bench: Bench) -> object:
        return {"whole": True}

    name = await asked(store)
    async with running(store, work, clock):
        await until(store, name, JobState.RUNNING)
    left = await job(store, name)
    assert (left.state, left.tries) == (JobState.WAITING, 0)
    async with running(store, finish, clock):
        assert (await until(store, name, JobState.DONE)).tries == 1


async def test_a_job_that_takes_too_long_is_told_in_the_log(store: Store, clock: Clock) -> None:
    async def work(_job: Job, _bench: Bench) -> object:
        raise WorkshopLate

    name = await asked(store)
    with capture_logs() as logs:
        async with running(store, work, clock):
            assert (await until(store, name, JobState.FAILED)).trouble is JobTrouble.GIVEN_UP
    assert [(each["event"], each["job"]) for each in logs] == [("job.failed", name)]


async def test_a_job_that_takes_every_process_down_is_given_up(store: Store) -> None:
    name, now = await asked(store), NOW
    for _ in range(carrying.MOST_TRIES):
        assert await carrying.take(store, now)
        now += carrying.LEASE
    assert await carrying.take(store, now) is None
    assert (await job(store, name)).trouble is JobTrouble.GIVEN_UP


async def test_the_same_question_is_not_worked_out_twice(store: Store) -> None:
    name = await asked(store)
    found = await box.same(store, JobKind.IMPACT, "b", draft="d1", hash="h")
    assert found is not None
    assert found.id == name
    for draft, base, hash_ in (("d1", "b", "g"), ("d1", "a", "h"), ("d2", "b", "h")):
        assert await box.same(store, JobKind.IMPACT, base, draft=draft, hash=hash_) is None
    async with store.transaction() as transaction:
        await box.cancel(transaction, name, NOW)
    assert await box.same(store, JobKind.IMPACT, "b", draft="d1", hash="h") is None


async def test_jobs_that_ended_long_ago_go(store: Store) -> None:
    old = await asked(store)
    async with store.transaction() as transaction:
        await box.cancel(transaction, old, NOW - box.KEPT - timedelta(days=1))
    new = await asked(store)
    assert [each.id for each in await box.read_jobs(store)] == [new]
