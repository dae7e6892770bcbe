"""The box of jobs: the same question is one job, nobody fills it alone, and those who ask take turns."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.database.opening import opened
from models.database.store import Store
from models.jobs import box, carrying
from models.jobs.job import JobKind, JobState

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
REPLAY: dict[str, Any] = {"draft": "d", "hash": "h", "days": 30}
QUESTIONS: dict[JobKind, dict[str, Any]] = {
    JobKind.IMPACT: {"draft": "d", "hash": "h"},
    JobKind.REPLAY: REPLAY,
    JobKind.EVIDENCE: {"days": 30},
}
UNCHANGED = {"old": "a", "new": "b", "changes": [], "categories": []}
"""The impact of a draft that changes nothing."""


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    async with opened(database_url, pool_size=4) as made:
        async with made.transaction() as transaction:
            await transaction.execute("DELETE FROM policy_jobs", {})
        yield made


async def ask(
    store: Store, kind: JobKind = JobKind.REPLAY, by: str = "yamada", *, late: int = 0, **about: Any
) -> str:
    at = NOW + timedelta(seconds=late)
    async with store.transaction() as transaction:
        return await box.ask(transaction, kind, by=by, now=at, base="b", **about)


async def finish(store: Store, *, state: JobState = JobState.DONE, late: int = 0) -> str:
    """Carry the next job to its end; its id."""
    at = NOW + timedelta(seconds=late)
    taken = await carrying.take(store, at)
    assert taken is not None
    assert await carrying.end(store, taken[0].id, taken[1], state, at, result={})
    return taken[0].id


@pytest.mark.parametrize("kind", JobKind)
async def test_the_same_question_is_one_job_while_it_is_open(store: Store, kind: JobKind) -> None:
    about = QUESTIONS[kind]
    first = await ask(store, kind, **about)
    assert await ask(store, kind, "suzuki", **about) == first
    taken = await carrying.take(store, NOW)
    assert taken is not None
    assert await ask(store, kind, **about) == first
    assert await carrying.end(store, first, taken[1], JobState.DONE, NOW, result=UNCHANGED)
    again = await ask(store, kind, **about)
    assert (again == first) is (kind is JobKind.IMPACT)


async def test_what_cannot_be_read_back_is_worked_out_again(store: Store) -> None:
    about = QUESTIONS[JobKind.IMPACT]
    first = await ask(store, JobKind.IMPACT, **about)
    taken = await carrying.take(store, NOW)
    assert taken is not None
    assert await carrying.end(store, first, taken[1], JobState.DONE, NOW, result={"changes": "all"})
    assert await ask(store, JobKind.IMPACT, **about) != first


@pytest.mark.parametrize("kind", JobKind)
async def test_another_question_is_another_job(store: Store, kind: JobKind) -> None:
    about = QUESTIONS[kind]
    others = [{**about, name: 31 if name == "days" else "other"} for name in about]
    assert len({await ask(store, kind, **each) for each in (about, *others)}) == 1 + len(about)


async def test_the_same_question_at_once_is_one_job(store: Store) -> None:
    assert len(set(await asyncio.gather(*(ask(store, **REPLAY) for _ in range(4))))) == 1


async def test_one_asker_has_few_open_jobs_and_others_theirs(store: Store) -> None:
    for days in range(1, box.MOST_OPEN + 1):
        await ask(store, **{**REPLAY, "days": days})
    with pytest.raises(box.Crowded):
        await ask(store, **REPLAY)
    assert await ask(store, **{**REPLAY, "days": 1})
    assert await ask(store, by="suzuki", late=1, **REPLAY)
    await finish(store)
    assert await ask(store, **{**REPLAY, "days": 31})
    with pytest.raises(box.Crowded):
        await ask(store, **{**REPLAY, "days": 32})


async def test_those_who_ask_take_turns(store: Store) -> None:
    asked = {
        await ask(store, by=by, late=late, **{**REPLAY, "days": late + 1}): by
        for late, by in enumerate(("much", "much", "much", "little", "other", "little"))
    }
    served = [asked[await finish(store, late=10 + late)] for late in range(len(asked))]
    assert served == ["much", "little", "other", "much", "little", "much"]
