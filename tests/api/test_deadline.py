"""The deadline: one timer for all, which gives up those whose time is over and nobody else."""

import asyncio

import pytest

from api.gateway.deadline import Deadlines


async def late(deadlines: Deadlines, began: asyncio.Event) -> str:
    with deadlines.begin():
        began.set()
        await asyncio.Event().wait()
    return "never"


async def test_what_takes_too_long_is_given_up_each_in_its_turn() -> None:
    deadlines = Deadlines(0.05)
    for _ in range(2):
        tasks = []
        for _ in range(3):
            began = asyncio.Event()
            tasks.append(asyncio.create_task(late(deadlines, began)))
            await began.wait()
        ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
        assert [type(each) for each in ended] == [TimeoutError] * 3
    assert deadlines._open == {}  # noqa: SLF001 - nobody is watched over any more


async def test_what_ended_or_will_not_be_given_up_takes_the_time_it_needs() -> None:
    deadlines = Deadlines(0.05)
    with deadlines.begin() as quick:
        await asyncio.sleep(0)
    with deadlines.begin() as kept:
        await kept.end()
        with pytest.raises(TimeoutError):
            await late(deadlines, asyncio.Event())
    assert (quick.expired, kept.expired) == (False, False)


async def test_what_is_over_cannot_be_kept() -> None:
    over = Deadlines(10).begin()

    async def kept() -> None:
        with over:
            over.expire()
            await over.end()

    with pytest.raises(TimeoutError):
        await kept()
    assert over.expired


async def test_a_task_that_is_cancelled_by_another_is_cancelled_and_not_late() -> None:
    deadlines, began = Deadlines(10), asyncio.Event()
    task = asyncio.create_task(late(deadlines, began))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert deadlines._open == {}  # noqa: SLF001 - the same
