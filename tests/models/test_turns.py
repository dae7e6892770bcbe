import asyncio

import pytest

from models.database.turns import Turns


async def _soon() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_a_place_goes_to_whoever_came_first() -> None:
    turns, order = Turns(1, 1), []
    await turns.take()

    async def one(name: int) -> None:
        await turns.take()
        order.append(name)
        turns.leave()

    tasks = [asyncio.create_task(one(name)) for name in range(3)]
    await _soon()
    assert order == []
    turns.leave()
    await asyncio.gather(*tasks)
    assert order == [0, 1, 2]


async def test_who_waits_too_long_gets_no_place() -> None:
    turns = Turns(1, 0.01)
    await turns.take()
    with pytest.raises(TimeoutError):
        await turns.take()
    turns.leave()
    await turns.take()


@pytest.mark.parametrize("given", [False, True], ids=["while it waits", "when its turn has come"])
async def test_who_is_given_up_leaves_its_place_to_the_next(given: bool) -> None:
    turns = Turns(1, 1)
    await turns.take()
    first, second = asyncio.create_task(turns.take()), asyncio.create_task(turns.take())
    await _soon()
    if given:
        turns.leave()
    first.cancel()
    if not given:
        turns.leave()
    await asyncio.wait_for(second, 1)
    assert first.cancelled()
    turns.leave()
    await asyncio.wait_for(turns.take(), 1)


async def test_who_is_given_up_when_it_waited_too_long_leaves_no_place_it_never_had() -> None:
    turns = Turns(1, 0.01)
    await turns.take()
    waits = asyncio.create_task(turns.take())
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0.01, waits.cancel)
    await asyncio.gather(waits, return_exceptions=True)
    with pytest.raises(TimeoutError):
        await turns.take()
