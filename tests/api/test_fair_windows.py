"""The windows: what is counted, in one process and in a real Redis alike."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.fair.flood import Flood
from api.fair.lenient import LenientWindows
from api.fair.memory import FEW, MemoryWindows
from api.fair.shared import SharedWindows
from api.fair.window import Limit, QuotaUnavailable, State, Windows
from tests.redis_server import Server, redis

NOON = 1_795_000_000.0 // 86_400 * 86_400
HOUR = Limit("people-hour", 100, 3_600)
DAY = Limit("people-day", 250, 86_400)
BOTH = (HOUR, DAY)


@dataclass
class Clock:
    now: float = NOON

    def __call__(self) -> float:
        return self.now


@dataclass
class Place:
    """Somewhere that counts, and how time passes there."""

    windows: Windows
    pass_time: Callable[[float], None]

    async def used(self, *limits: Limit) -> list[int]:
        return [state.used for state in await self.windows.look("a", limits or BOTH)]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with redis() as running:
        yield running


@pytest.fixture(params=("memory", "redis"))
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    if request.param == "memory":
        clock = Clock()

        def later(seconds: float) -> None:
            clock.now += seconds

        yield Place(MemoryWindows(now=clock), later)
        return
    running: Server = request.getfixturevalue("server")
    running.forget()
    windows = SharedWindows(running.url)
    yield Place(windows, running.pass_time)
    await windows.close()


async def test_what_fits_is_counted_and_what_does_not_counts_nothing(place: Place) -> None:
    assert (await place.windows.take("a", BOTH, 60)).done
    refused = await place.windows.take("a", BOTH, 41)
    assert not refused.done
    assert [state.remaining for state in refused.states] == [40, 190]
    assert await place.used() == [60, 60]
    exact = await place.windows.take("a", BOTH, 40)
    assert exact.done
    assert [state.remaining for state in exact.states] == [0, 150]
    assert not (await place.windows.take("a", BOTH, 1)).done


async def test_the_day_refuses_without_using_the_hour(place: Place) -> None:
    small = (Limit("people-hour", 100, 3_600), Limit("people-day", 30, 86_400))
    assert (await place.windows.take("a", small, 30)).done
    assert not (await place.windows.take("a", small, 1)).done
    assert await place.used() == [30, 30]


async def test_more_than_the_whole_quota_never_fits(place: Place) -> None:
    taken = await place.windows.take("a", (HOUR,), 101)
    assert not taken.done
    assert taken.states[0].wait(101) == HOUR.seconds


async def test_each_key_has_its_own(place: Place) -> None:
    assert (await place.windows.take("a", (HOUR,), 100)).done
    assert (await place.windows.take("b", (HOUR,), 100)).done


async def test_a_quota_that_is_raised_does_not_forget(place: Place) -> None:
    assert (await place.windows.take("a", (HOUR,), 100)).done
    raised = Limit(HOUR.name, 120, HOUR.seconds)
    assert not (await place.windows.take("a", (raised,), 21)).done
    assert (await place.windows.take("a", (raised,), 20)).done


async def test_what_was_used_is_free_again_little_by_little(place: Place) -> None:
    assert (await place.windows.take("a", (HOUR,), 100)).done
    place.pass_time(3_600)
    assert not (await place.windows.take("a", (HOUR,), 10)).done
    place.pass_time(1_800)
    (state,) = await place.windows.look("a", (HOUR,))
    assert 48 <= state.used <= 50
    assert not (await place.windows.take("a", (HOUR,), 53)).done
    assert (await place.windows.take("a", (HOUR,), 50)).done
    place.pass_time(3_600)
    place.pass_time(3_700)
    assert await place.used(HOUR) == [0]


async def test_after_the_seconds_that_a_refusal_names_it_fits(place: Place) -> None:
    assert (await place.windows.take("a", (HOUR,), 90)).done
    refused = await place.windows.take("a", (HOUR,), 30)
    wait = ceil(refused.states[0].wait(30))
    assert 3_600 < wait <= 7_200
    place.pass_time(wait - 60)
    assert not (await place.windows.take("a", (HOUR,), 30)).done
    place.pass_time(60)
    assert (await place.windows.take("a", (HOUR,), 30)).done


async def test_the_first_time_in_a_span_is_told_once(place: Place) -> None:
    assert [await place.windows.first("a", HOUR) for _ in range(3)] == [True, False, False]
    assert await place.windows.first("a", DAY)
    place.pass_time(3_601)
    assert await place.windows.first("a", HOUR)


async def test_who_race_for_the_last_ones_are_never_granted_more_than_there_are(place: Place) -> None:
    taken = await asyncio.gather(*(place.windows.take("a", BOTH, 7) for _ in range(60)))
    granted = 7 * sum(each.done for each in taken)
    hour, day = await place.used()
    assert granted <= hour <= 100
    assert granted <= day <= 250
    assert granted >= 7


async def test_two_processes_count_together_in_one_redis(server: Server) -> None:
    server.forget()
    one, other = SharedWindows(server.url), SharedWindows(server.url)
    assert (await one.take("a", BOTH, 60)).done
    assert not (await other.take("a", BOTH, 60)).done
    assert (await other.take("a", BOTH, 40)).done
    assert not (await one.take("a", BOTH, 1)).done
    await one.close()
    await other.close()


async def gone() -> SharedWindows:
    """The counts of a Redis that ended while they were used."""
    with redis() as running:
        windows = SharedWindows(running.url)
        assert (await windows.take("a", BOTH, 1)).done
        assert await windows.reachable()
    return windows


async def test_a_redis_that_is_gone_grants_nothing() -> None:
    windows = await gone()
    asked: tuple[Callable[[], Awaitable[object]], ...] = (
        lambda: windows.take("a", BOTH, 1),
        lambda: windows.look("a", BOTH),
        lambda: windows.first("a", HOUR),
    )
    for ask in asked:
        with pytest.raises(QuotaUnavailable, match="Redis did not answer"):
            await ask()
    assert not await windows.reachable()
    await windows.close()


async def test_a_redis_that_comes_back_counts_again() -> None:
    with redis() as running:
        windows = SharedWindows(running.url)
        assert (await windows.take("a", BOTH, 1)).done
        running.stop()
        with pytest.raises(QuotaUnavailable):
            await windows.take("a", BOTH, 1)
        running.start()
        assert (await windows.take("a", BOTH, 1)).done
        await windows.close()


async def test_floods_are_counted_here_while_redis_is_gone() -> None:
    shared = await gone()
    flood = Flood(LenientWindows(shared, MemoryWindows(now=Clock())), {"token": 2, "free": 0})
    assert [await flood.take("token", "a") for _ in range(3)] == [0, 0, 90]
    assert await flood.take("token", "b") == 0
    assert [await flood.take("free", "a"), await flood.take("other", "a")] == [0, 0]
    await shared.close()


async def test_a_key_of_a_flood_is_kept_as_a_hash_alone(server: Server) -> None:
    server.forget()
    shared = SharedWindows(server.url)
    await Flood(shared, {"token": 2}).take("token", "canary\ud800")
    with server.asked() as asked:
        keys: list[bytes] = list(asked.keys())
    assert keys
    assert not [key for key in keys if b"canary" in key]
    await shared.close()


async def test_a_flood_of_keys_is_forgotten_from_its_oldest() -> None:
    windows = MemoryWindows(now=Clock(), most=FEW)
    minute = (Limit("token", 1, 60),)
    for number in range(3 * FEW):
        assert (await windows.take(str(number), minute, 1)).done
    assert not (await windows.take(str(3 * FEW - 1), minute, 1)).done
    assert (await windows.take("0", minute, 1)).done


async def test_keys_that_count_no_more_are_forgotten_and_others_never() -> None:
    clock = Clock()
    windows = MemoryWindows(now=clock)
    minute = (Limit("requests", 1, 60),)
    assert (await windows.take("a", (HOUR,), 100)).done
    for number in range(FEW):
        await windows.take(str(number), minute, 1)
    clock.now += 180
    for number in range(FEW, 2 * FEW):
        await windows.take(str(number), minute, 1)
    assert len(windows._kept) <= FEW + 1  # noqa: SLF001 - the memory itself is the point
    assert not (await windows.take("a", (HOUR,), 1)).done


STATES = st.builds(
    lambda most, previous, current, part: State(
        Limit("people-hour", most, 3_600), min(previous, most), min(current, most), part * 36
    ),
    st.integers(1, 1_000),
    st.integers(0, 1_000),
    st.integers(0, 1_000),
    st.floats(1, 100),
)


def later(state: State, seconds: float) -> State:
    if seconds < state.left:
        return State(state.limit, state.previous, state.current, state.left - seconds)
    rest = state.limit.seconds - (seconds - state.left)
    return State(state.limit, state.current, 0, max(0.0, rest))


@given(STATES, st.integers(1, 1_000))
def test_what_a_state_tells_to_wait_is_enough(state: State, cost: int) -> None:
    wait = state.wait(cost)
    if cost > state.limit.most:
        assert wait == state.limit.seconds
        return
    assert 0 <= wait <= 2 * state.limit.seconds
    assert later(state, wait + 0.001).fits(cost)
    assert (wait == 0) is state.fits(cost)


@given(STATES)
def test_the_reset_is_when_one_more_is_free(state: State) -> None:
    if state.remaining == state.limit.most:
        assert state.reset == 0
    else:
        assert state.reset >= 1
        assert later(state, state.reset + 0.001).remaining > state.remaining


@given(st.lists(st.tuples(st.floats(0, 4_000), st.integers(1, 60)), max_size=40))
def test_no_window_of_the_clock_ever_holds_more_than_the_quota(steps: list[tuple[float, int]]) -> None:
    async def run() -> dict[int, int]:
        clock = Clock()
        windows = MemoryWindows(now=clock)
        granted: dict[int, int] = {}
        for seconds, cost in steps:
            clock.now += seconds
            if (await windows.take("a", (HOUR,), cost)).done:
                window = int(clock.now // 3_600)
                granted[window] = granted.get(window, 0) + cost
        return granted

    assert all(told <= HOUR.most for told in asyncio.run(run()).values())
