"""Fair use, once: an operation that is decided again counts nobody again, and the mark of coming near is never lost."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from api.fair.fair import Fair
from api.fair.memory import MemoryWindows
from api.fair.quotas import Quotas
from api.fair.window import Limit, Taken
from api.gateway.counted import Counted
from api.gateway.deadline import Deadline
from api.gateway.quota import begin, grant
from models.registry import Registry
from tests.api.fair_use import APPLICATION, Clock, agree, listing, on_record
from tests.api.test_register import REGISTER, body, people
from tests.world import World

STRICT = APPLICATION.replace(")", ", strict: true)")


class Late(MemoryWindows):
    """Counts, and something happens once, right after it."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__(now=Clock())
        self._then = then
        self.times = 1

    async def take(self, key: str, limits: Sequence[Limit], cost: int) -> Taken:
        taken = await super().take(key, limits, cost)
        if self.times:
            self.times -= 1
            self._then()
        return taken


def overtaken(world: World) -> Late:
    """Windows at which the lease of what is in force runs out, right after the people were counted."""

    def end() -> None:
        world.house.inforce._until = 0.0  # noqa: SLF001 - the lease, run out

    return Late(end)


async def hour_of(world: World, client: str) -> tuple[int, int]:
    """How many are counted in the hour and in the day."""
    *_, hour, day = await world.house.fair.used(world.house.inforce.registry, client)
    return hour.used, day.used


async def test_a_change_that_is_decided_again_after_counting_counts_once(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = overtaken(a_world)
    agree(a_world, monkeypatch, people=windows, company_people_per_hour=1, company_people_per_day=10)
    before = await people(a_world)
    email = f"counted-once-{a_world.house.store.dialect.value}@mail.example"
    made = await a_world.send("frontend", REGISTER, body({"email": email}))
    assert (made.status_code, windows.times) == (200, 0)
    assert await hour_of(a_world, "frontend") == (1, 1)
    assert "people-hour" in made.headers["ratelimit"]
    over = await a_world.send("frontend", REGISTER, body({"email": f"two-{email}"}))
    assert over.status_code == 429
    monkeypatch.undo()
    assert await people(a_world) == before + 1


@pytest.mark.parametrize(("told", "used"), [((2, 5), 5), ((5, 2), 5), ((3, 3), 3)])
async def test_what_is_decided_again_counts_only_whom_it_tells_of_more(
    told: tuple[int, int], used: int
) -> None:
    fair = Fair(Quotas(people_per_hour=5), requests=MemoryWindows(), people=MemoryWindows())
    registry, counted = Registry({}, {}), Counted()
    for many in told:
        running: Any = SimpleNamespace(
            requester=SimpleNamespace(client="a", user=None),
            force=SimpleNamespace(registry=registry),
            record=SimpleNamespace(people=many),
            counted=counted,
        )
        await begin(fair, running)
        await grant(fair, running)
    hour, day = (await fair.used(registry, "a"))[1:]
    assert (hour.used, day.used, counted.people) == (used, used, used)


async def test_the_mark_of_a_change_that_is_decided_again_stands_on_its_record(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people=overtaken(a_world), company_people_per_hour=1)
    email = f"marked-once-{a_world.house.store.dialect.value}@mail.example"
    with capture_logs() as logged:
        made = await a_world.send("frontend", REGISTER, body({"email": email}))
    assert [line["event"] for line in logged if line["event"].startswith("quota")] == ["quota.near"]
    monkeypatch.undo()
    kept = await on_record(a_world, made.headers["x-request-id"])
    assert (kept["outcome"], kept["reason"]) == ("RELEASED", "PEOPLE_QUOTA_NEAR")


async def test_a_strict_refusal_that_comes_near_is_marked_once(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = listing(1000, STRICT, "id email")
    agree(a_world, monkeypatch)
    await a_world.send("employer-a", query)
    told, _ = await hour_of(a_world, "employer-a")
    agree(a_world, monkeypatch, people_per_hour=2 * told, people_per_day=100 * told, people_near=50)
    answers = [await a_world.send("employer-a", query) for _ in range(3)]
    kept = [await on_record(a_world, each.headers["x-request-id"]) for each in answers]
    assert [(each["outcome"], each["code"], each["reason"]) for each in kept] == [
        ("REFUSED", "FIELD_WITHHELD", "PEOPLE_QUOTA_NEAR"),
        ("REFUSED", "FIELD_WITHHELD", None),
        ("REFUSED", "RATE_LIMITED", "PEOPLE_QUOTA"),
    ]
    assert "reason" not in answers[0].json()["errors"][0]["extensions"]


async def test_an_operation_that_fails_after_it_came_near_is_marked(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people_per_hour=2)

    async def end(_: Deadline) -> None:
        raise RuntimeError("it fails behind the counting")

    with monkeypatch.context() as failing, capture_logs():
        failing.setattr(Deadline, "end", end)
        failed = await a_world.send("employer-a", listing(2))
    assert failed.status_code == 500
    kept = await on_record(a_world, failed.headers["x-request-id"])
    assert (kept["outcome"], kept["code"], kept["reason"]) == ("REFUSED", "INTERNAL", "PEOPLE_QUOTA_NEAR")
