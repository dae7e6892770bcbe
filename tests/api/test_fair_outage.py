"""An outage of what counts: told once a second however many ask, with how many lines were left out."""

import asyncio

import pytest
from structlog.testing import capture_logs

from api.fair.lenient import LenientWindows
from api.fair.memory import MemoryWindows
from api.fair.outage import Outage
from api.fair.shared import SharedWindows
from api.fair.window import Limit
from tests.api.fair_use import Clock, agree, listing
from tests.api.test_oauth_journey import exchanged
from tests.redis_server import redis
from tests.world import World


def gone() -> SharedWindows:
    with redis() as running:
        return SharedWindows(running.url)


def test_an_outage_is_told_at_once_and_then_once_a_second_with_how_many_were_left_out() -> None:
    clock = Clock()
    outage = Outage(clock=clock)
    with capture_logs() as logged:
        for passed in (0.0, 0.0, 0.5, 0.4, 0.1, 0.0, 60.0, 1.0):
            clock.now += passed
            outage.tell("r1")
    assert [line["left_out"] for line in logged] == [0, 3, 1, 0]
    assert {(line["event"], line["log_level"], line["request_id"]) for line in logged} == {
        ("quota.unreachable", "error", "r1")
    }


async def test_reading_people_and_exchanges_tell_of_an_outage_together(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, clock = gone(), Clock()
    agree(a_world, monkeypatch, people=shared)
    monkeypatch.setattr(a_world.house.fair, "outage", Outage(clock=clock))
    user = a_world.demo.users["plain"]
    with capture_logs() as logged:
        answers = [await a_world.send("employer-a", listing(1)) for _ in range(3)]
        answers += [await exchanged(a_world, user) for _ in range(2)]
        clock.now += 1
        answers.append(await exchanged(a_world, user))
    assert {each.status_code for each in answers} == {503}
    told = [line for line in logged if line["event"] == "quota.unreachable"]
    assert [(line["left_out"], bool(line["exc_info"])) for line in told] == [(0, True), (4, True)]
    await shared.close()


async def test_requests_that_meet_an_outage_together_tell_of_it_once() -> None:
    shared = gone()
    lenient = LenientWindows(shared, MemoryWindows(now=Clock()))
    minute = (Limit("token", 9, 60),)
    with capture_logs() as logged:
        taken = await asyncio.gather(*(lenient.take("a", minute, 1) for _ in range(20)))
    assert sum(each.done for each in taken) == 9
    assert [line["event"] for line in logged] == ["quota.unreachable"]
    await shared.close()
