"""The line: whoever asks much waits behind all others who wait, and a place that nobody wants any more is not lost."""

import asyncio

import pytest

from api.line import Line


async def asked(line: Line, who: str, served: list[str], leave: asyncio.Event) -> None:
    async with line.turn(who):
        served.append(who)
        await leave.wait()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_the_place_goes_round() -> None:
    line, served, leave = Line(), list[str](), asyncio.Event()
    work = [asyncio.create_task(asked(line, who, served, leave)) for who in "aaaabbc"]
    await settle()
    assert served == ["a"]
    leave.set()
    await asyncio.gather(*work)
    assert "".join(served) == "abcabaa"


@pytest.mark.parametrize("came", [False, True], ids=["while it waits", "as its turn comes"])
async def test_who_goes_away_leaves_the_place_to_the_next(*, came: bool) -> None:
    line, served, leave = Line(), list[str](), asyncio.Event()
    first, gone, last = [asyncio.create_task(asked(line, who, served, leave)) for who in "abc"]
    await settle()
    if came:
        leave.set()
        await asyncio.sleep(0)
    gone.cancel()
    leave.set()
    await asyncio.gather(first, last)
    await asyncio.gather(gone, return_exceptions=True)
    assert served[0] == "a"
    assert served[-1] == "c"
    async with asyncio.timeout(1), line.turn("d"):
        served.append("d")
