"""A stop beside a reading: what a stop, an end or a closing was answered about is given to nobody afterwards."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models.casefile import CaseFile
from tests.api.desks import DESK, REQUESTS, asked_by_law, case, open_case
from tests.world import World

AUTHORITY = '@purpose(id: "compliance.authority")'
BY_LAW = f"query($id: ID!) {AUTHORITY} {{ user(id: $id) {{ id name {{ roman }} }} }}"
LISTING = f"query {REQUESTS} {{ cases(first: 1000) {{ edges {{ node {{ id state }} }} }} }}"


async def held_up(
    world: World, part: Any, name: str, stop: Callable[[], Awaitable[None]], *asked: Any
) -> Any:
    """The answer to a reading that came as far as this part, and went on once `stop` was answered."""
    came, go_on, works = asyncio.Event(), asyncio.Event(), getattr(part, name)
    reader = asked[0]

    async def waits(first: Any, *more: Any, **named: Any) -> Any:
        asker = getattr(first, "requester", first)
        if not came.is_set() and asker.client == reader:
            came.set()
            await go_on.wait()
        return await works(first, *more, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(part, name, waits)
        reading = asyncio.create_task(world.ask(*asked))
        await asyncio.wait_for(came.wait(), 30)
        await stop()
        go_on.set()
        return await reading


async def closed(world: World, number: str) -> None:
    answer = await world.ask(DESK, case("closeCase"), {"i": {"case": number}})
    assert answer["data"]["closeCase"]["case"]["state"] == "CLOSED", answer


async def test_a_reading_that_began_before_a_case_file_was_closed_and_read_after_it_gives_nothing(
    a_world: World,
) -> None:
    user = a_world.demo.users["plain"]
    number = await open_case(a_world, asked_by_law(user))
    fulfilment = a_world.house.gateway._fulfilment  # noqa: SLF001 - between what was decided and the reading
    asked = ("authority", BY_LAW, {"id": user})
    answer = await held_up(a_world, fulfilment, "_read", lambda: closed(a_world, number), *asked)
    assert answer == {"data": {"user": None}}


async def test_a_case_file_that_was_closed_by_a_clock_ahead_is_closed(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    number = await open_case(a_world, asked_by_law(user))
    await closed(a_world, number)
    file = await CaseFile.get(id=number)
    file.closed_at = file.valid_until
    await file.save()
    assert await a_world.ask("authority", BY_LAW, {"id": user}) == {"data": {"user": None}}
    edges = (await a_world.ask(DESK, LISTING))["data"]["cases"]["edges"]
    assert [each["node"]["state"] for each in edges if each["node"]["id"] == number] == ["CLOSED"]
