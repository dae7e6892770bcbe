"""The gate: places to run and to wait, taken in turns, so that nobody's flood keeps others out."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from api.gateway.http.gate import Gate, Left
from api.gateway.limits import Limits
from api.gateway.refusal import Code, Refusal

LIMITS = Limits(running=4, waiting=8, client_running=2, client_waiting=3, waiting_seconds=60)


@dataclass
class Counts:
    away: Counter[str] = field(default_factory=Counter)
    waits: int = 0

    def turned_away(self, why: str) -> None:
        self.away[why] += 1

    def waiting(self, change: int) -> None:
        self.waits += change


@dataclass
class Yard:
    """A gate, and what happens at it."""

    limits: Limits = LIMITS
    counts: Counts = field(default_factory=Counts)
    log: list[str] = field(default_factory=list)
    ends: dict[str, asyncio.Event] = field(default_factory=dict)
    leaves: dict[str, asyncio.Event] = field(default_factory=dict)
    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.gate = Gate(self.limits, self.counts)

    async def come(self, *names: str) -> None:
        """Requests arrive; the asker is the first letter of each."""
        for name in names:
            self.ends[name], self.leaves[name] = asyncio.Event(), asyncio.Event()
            self.tasks[name] = asyncio.create_task(self._ask(name))
        await settled()

    async def _ask(self, name: str) -> None:
        async def receive() -> dict[str, str]:
            await self.leaves[name].wait()
            return {"type": "http.disconnect"}

        try:
            with self.gate.enter(name[0]) as seat:
                await seat.turn(receive)
                self.log.append(name)
                await self.ends[name].wait()
        except Refusal as refusal:
            told = f"{name} {refusal.status} {refusal.extensions['limit']}"
            self.log.append(told if refusal.code is Code.RATE_LIMITED else f"{name} {refusal.code}")
        except Left:
            self.log.append(f"{name} left")

    async def end(self, *names: str) -> None:
        for name in names:
            self.ends[name].set()
            await settled()

    def told(self) -> list[str]:
        told, self.log = self.log, []
        return told


async def settled() -> None:
    """Every task has run as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


@asynccontextmanager
async def yard(limits: Limits = LIMITS) -> AsyncIterator[Yard]:
    """At the end nobody waits, nobody runs, and nobody is remembered."""
    made = Yard(limits)
    yield made
    for _ in range(20):
        await made.end(*made.ends)
    await asyncio.wait_for(asyncio.gather(*made.tasks.values(), return_exceptions=True), 10)
    gate = made.gate
    assert (gate._askers, gate._line, gate._present, gate._running) == ({}, {}, 0, 0)  # noqa: SLF001 - nothing stays
    assert made.counts.waits == 0


async def test_a_client_runs_some_at_once_and_the_next_when_one_ends() -> None:
    async with yard() as at:
        await at.come("a1", "a2", "a3", "a4")
        assert at.told() == ["a1", "a2"]
        assert at.counts.waits == 2
        await at.end("a2")
        assert at.told() == ["a3"]
        await at.end("a1", "a3")
        assert at.told() == ["a4"]


async def test_beyond_its_places_to_wait_a_client_is_told_429_and_others_are_served() -> None:
    async with yard() as at:
        await at.come(*(f"a{each}" for each in range(7)), "b1", "b2")
        assert at.told() == ["a0", "a1", "a5 429 client_waiting", "a6 429 client_waiting", "b1", "b2"]
        assert at.counts.away == {"client": 2}
        await at.end("a0")
        await at.come("a7")
        assert at.told() == ["a2"]


async def test_a_place_that_comes_free_goes_round_among_those_who_wait() -> None:
    async with yard(Limits(running=1, waiting=20, client_running=1, client_waiting=9)) as at:
        await at.come("a1", "a2", "a3", "a4", "b1", "b2", "c1")
        order = [at.told()[0]]
        while at.counts.waits:
            await at.end(order[-1])
            order += at.told()
        assert order == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]


async def test_a_full_gateway_turns_the_crowded_away_and_lets_in_who_has_nothing_at_hand() -> None:
    async with yard(Limits(running=1, waiting=2, client_running=1, client_waiting=9)) as at:
        await at.come("a1", "a2", "a3", "a4", "b1", "b2")
        assert at.told() == ["a1", "a4 503 waiting", "b2 503 waiting"]
        await at.end("a1", "a2")
        assert at.told() == ["a2", "b1"]
        assert at.counts.away == {"gateway": 2}


async def test_who_leaves_while_waiting_gives_up_the_place_and_never_runs() -> None:
    async with yard() as at:
        await at.come("a1", "a2", "a3", "a4")
        at.leaves["a3"].set()
        await settled()
        assert at.told() == ["a1", "a2", "a3 left"]
        await at.end("a1")
        assert at.told() == ["a4"]
        assert at.counts.away == {"left": 1}


async def test_who_leaves_at_the_moment_of_the_turn_hands_it_on() -> None:
    async with yard(Limits(running=1, waiting=20, client_running=1, client_waiting=9)) as at:
        await at.come("a1", "a2", "b1")
        at.leaves["a2"].set()
        at.ends["a1"].set()
        await settled()
        assert sorted(at.told()) == ["a1", "a2 left", "b1"]


async def test_a_request_that_is_cancelled_while_it_waits_gives_up_its_place() -> None:
    async with yard() as at:
        await at.come("a1", "a2", "a3", "a4")
        at.tasks["a3"].cancel()
        await settled()
        await at.end("a1")
        assert at.told() == ["a1", "a2", "a4"]


async def test_a_turn_that_does_not_come_in_time_is_a_503() -> None:
    async with yard(
        Limits(running=1, waiting=9, client_running=1, client_waiting=9, waiting_seconds=1)
    ) as at:
        await at.come("a1", "b1")
        await asyncio.wait_for(at.tasks["b1"], 10)
        assert at.told() == ["a1", "b1 503 waiting_seconds"]
        assert at.counts.away == {"late": 1}


async def test_one_client_that_waits_for_itself_holds_up_nobody() -> None:
    async with yard(Limits(running=3, waiting=20, client_running=1, client_waiting=9)) as at:
        await at.come(*(f"a{each}" for each in range(9)))
        await at.come("b1", "c1")
        assert at.told() == ["a0", "b1", "c1"]


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
async def test_of_two_who_wait_for_the_last_place_the_first_gets_it(order: tuple[str, str]) -> None:
    async with yard(Limits(running=1, waiting=9, client_running=1, client_waiting=9)) as at:
        await at.come("x1", *(f"{each}1" for each in order))
        await at.end("x1")
        assert at.told() == ["x1", f"{order[0]}1"]
