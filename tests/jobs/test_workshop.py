"""The workshop: another process works, and whoever waits is told how it ended."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from api.workshop import Workshop, WorkshopClosed, WorkshopLate
from models.asker import asker
from tests.jobs.works import doubled, dying, endless, failing, process


@pytest.fixture
async def workshop() -> AsyncIterator[Workshop]:
    made = Workshop()
    yield made
    made.close()


async def test_it_answers_from_another_process(workshop: Workshop) -> None:
    assert await workshop.run(doubled, 21) == 42
    assert await workshop.run(process) != os.getpid()


async def test_what_the_function_raises_is_raised(workshop: Workshop) -> None:
    with pytest.raises(ValueError, match="this went wrong"):
        await workshop.run(failing)


async def test_whoever_waits_for_a_process_that_died_is_told_and_the_next_is_answered(
    workshop: Workshop,
) -> None:
    with pytest.raises(WorkshopClosed):
        await workshop.run(dying)
    assert await workshop.run(doubled, 2) == 4


async def test_closing_ends_what_is_at_work(workshop: Workshop) -> None:
    number = await workshop.run(process)
    work = asyncio.ensure_future(workshop.run(endless))
    await asyncio.sleep(0)
    workshop.close()
    with pytest.raises((WorkshopClosed, asyncio.CancelledError)):
        await work
    assert await workshop.run(process) != number


async def test_work_that_takes_too_long_is_ended_and_the_next_is_done_by_another_process() -> None:
    strict = Workshop(seconds=5)
    first = await strict.run(process)
    strict.seconds = 0.01
    with pytest.raises(WorkshopLate):
        await strict.run(endless)
    strict.seconds = None
    assert await strict.run(process) != first
    strict.close()


async def test_work_for_which_nobody_waits_any_more_is_ended(workshop: Workshop) -> None:
    first = await workshop.run(process)
    work = asyncio.ensure_future(workshop.run(endless))
    await asyncio.sleep(0)
    next_ = asyncio.ensure_future(workshop.run(process))
    await asyncio.sleep(0)
    work.cancel()
    assert await next_ != first


async def test_those_it_works_for_take_turns(workshop: Workshop) -> None:
    done: list[str] = []

    async def ask(who: str) -> None:
        asker.set(who)
        await workshop.run(doubled, 1)
        done.append(who)

    work = [asyncio.create_task(ask(who)) for who in ("much", "much", "much", "little", "other")]
    await asyncio.gather(*work)
    assert done == ["much", "little", "other", "much", "much"]


async def test_a_workshop_at_rest_ends_its_process() -> None:
    ended = asyncio.Event()
    resting = Workshop(idle=0.0, on_rest=ended.set)
    first = await resting.run(process)
    await ended.wait()
    assert await resting.run(process) != first
    resting.close()
