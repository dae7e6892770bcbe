"""Fair use of exchanges: whom a frontend gets tokens for is counted as whom it is told of, or there is no token."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from api.fair.fair import Fair
from api.fair.memory import MemoryWindows
from api.fair.quotas import Quotas
from api.fair.shared import SharedWindows
from api.fair.subjects import Subjects, TooManyPeople
from api.fair.window import Windows
from models.ledger.access import Outcome
from models.ledger.entry import Entry
from models.ledger.usage import Usages
from models.registry import KnownClient, Registry
from tests.api.fair_use import ACCOUNT, agree, listing, on_record
from tests.api.oauth import refused
from tests.api.test_fair_once import hour_of
from tests.api.test_oauth_journey import EXCHANGE, USER, exchanged, proof_of
from tests.redis_server import Server, redis
from tests.world import World

ACCESS = "urn:ietf:params:oauth:token-type:access_token"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with redis() as running:
        yield running


@pytest.fixture(params=("memory", "redis"))
async def counted(request: pytest.FixtureRequest) -> AsyncIterator[Windows | None]:
    """Where people are counted: in the process, or in Redis."""
    if request.param == "memory":
        yield None
        return
    running: Server = request.getfixturevalue("server")
    running.forget()
    windows = SharedWindows(running.url)
    yield windows
    await windows.close()


async def narrowed(world: World, token: str, client: str = "frontend") -> httpx.Response:
    asked = {"grant_type": EXCHANGE, "subject_token": token, "subject_token_type": ACCESS}
    return await world.http.post("/oauth/token", data={**proof_of(world, client), **asked})


async def kept_of(world: World, response: httpx.Response) -> dict[str, Any]:
    return await on_record(world, response.headers["x-request-id"])


async def test_over_the_quota_of_people_a_frontend_gets_nobody_s_token(
    a_world: World, counted: Windows | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people=counted, company_people_per_hour=2, company_people_per_day=9)
    users = [a_world.demo.users[name] for name in ("plain", "busy", "newsletter")]
    answers = [await exchanged(a_world, user) for user in users]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert refused(answers[2]) == (429, "temporarily_unavailable")
    assert 0 < int(answers[2].headers["retry-after"]) <= 7_200
    assert "people" in answers[2].json()["error_description"]
    assert await hour_of(a_world, "frontend") == (2, 2)
    kept = [await kept_of(a_world, each) for each in answers]
    assert [(each["outcome"], each["code"]) for each in kept] == [
        ("RELEASED", None),
        ("RELEASED", None),
        ("REFUSED", "RATE_LIMITED"),
    ]
    assert kept[2]["reason"] == "PEOPLE_QUOTA"


async def test_reading_people_and_getting_their_tokens_count_together(
    a_world: World, counted: Windows | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people=counted, company_people_per_hour=4, company_people_per_day=9)
    user = a_world.demo.users["plain"]
    assert (await a_world.send("frontend", listing(3, ACCOUNT))).status_code == 200
    assert (await exchanged(a_world, user)).status_code == 200
    assert (await exchanged(a_world, user)).status_code == 429
    assert (await a_world.send("frontend", listing(1, ACCOUNT))).status_code == 429
    assert await hour_of(a_world, "frontend") == (4, 4)


async def test_with_nothing_left_a_refusal_is_the_same_for_whoever_is_named(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, company_people_per_hour=1)
    plain = a_world.demo.users["plain"]
    token = (await exchanged(a_world, plain)).json()["access_token"]
    named = [plain, a_world.demo.users["erased"], "canary0000000000000000000"]
    answers = [*[await exchanged(a_world, each) for each in named], await narrowed(a_world, token)]
    assert {refused(each) for each in answers} == {(429, "temporarily_unavailable")}
    assert len({each.text for each in answers}) == 1


async def test_who_is_nobody_counts_nothing(a_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    agree(a_world, monkeypatch)
    nobody = await exchanged(a_world, a_world.demo.users["erased"])
    assert refused(nobody) == (400, "invalid_request")
    assert await hour_of(a_world, "frontend") == (0, 0)


@pytest.mark.parametrize("who", ["plain", "erased", None])
async def test_whatever_else_is_refused_tells_of_nobody_and_counts_nothing(
    a_world: World, monkeypatch: pytest.MonkeyPatch, who: str | None
) -> None:
    agree(a_world, monkeypatch)
    user = a_world.demo.users[who] if who else "canary0000000000000000000"
    asked = {"grant_type": EXCHANGE, "subject_token": user, "subject_token_type": USER}
    faults = {"scope": "purpose:canary"}, {"authorization_details": "[]canary"}
    for more in faults:
        data = {**proof_of(a_world, "frontend"), **asked, **more}
        error = refused(await a_world.http.post("/oauth/token", data=data))[1]
        assert error == f"invalid_{next(iter(more))}"
    assert await hour_of(a_world, "frontend") == (0, 0)


async def test_the_person_of_a_token_that_is_narrowed_counts_as_well(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch)
    token = (await exchanged(a_world, a_world.demo.users["plain"])).json()["access_token"]
    assert (await narrowed(a_world, token)).status_code == 200
    assert await hour_of(a_world, "frontend") == (2, 2)


async def test_a_client_s_own_tokens_are_of_no_person(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people_per_hour=1)
    assert (await a_world.send("employer-a", listing(1))).status_code == 200
    own = {**proof_of(a_world, "employer-a"), "grant_type": "client_credentials"}
    token = (await a_world.http.post("/oauth/token", data=own)).json()["access_token"]
    assert (await narrowed(a_world, token, "employer-a")).status_code == 200
    assert (await hour_of(a_world, "employer-a"))[0] == 1


async def test_the_exchange_that_comes_near_is_marked_once(
    a_world: World, counted: Windows | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people=counted, company_people_per_hour=5, people_near=80)
    with capture_logs() as logged:
        answers = [await exchanged(a_world, a_world.demo.users["plain"]) for _ in range(5)]
    kept = [await kept_of(a_world, each) for each in answers]
    assert [each["reason"] for each in kept] == [None, None, None, "PEOPLE_QUOTA_NEAR", None]
    (line,) = [line for line in logged if line["event"] == "quota.near"]
    assert (line["client"], line["limit"], line["users"]) == ("frontend", "people-hour", 4)


async def test_those_who_race_get_no_more_tokens_than_agreed(
    a_world: World, counted: Windows | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people=counted, company_people_per_hour=3, company_people_per_day=99)
    answers = await asyncio.gather(*(exchanged(a_world, a_world.demo.users["plain"]) for _ in range(9)))
    tokens = [each for each in answers if "access_token" in each.json()]
    assert len(tokens) == 3
    assert {each.status_code for each in answers} == {200, 429}
    assert await hour_of(a_world, "frontend") >= (3, 3)


async def test_a_clock_that_is_turned_back_gives_no_more_tokens(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = agree(a_world, monkeypatch, company_people_per_hour=2, company_people_per_day=4)
    user, statuses = a_world.demo.users["plain"], []
    for turned in (0, 0, -1, -3_601, -90_000, 90_000 + 3_602, 7_200):
        clock.now += turned
        statuses.append((await exchanged(a_world, user)).status_code)
    assert statuses == [200, 200, 429, 429, 429, 429, 200]


async def test_without_a_record_there_is_no_token_and_the_person_stays_counted(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch)
    monkeypatch.setattr(a_world.house.ledger, "_writer", None)
    with capture_logs():
        response = await exchanged(a_world, a_world.demo.users["plain"])
    assert refused(response) == (503, "temporarily_unavailable")
    assert await hour_of(a_world, "frontend") == (1, 1)


async def test_a_refusal_that_cannot_be_recorded_tells_nothing_of_the_quota(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, company_people_per_hour=1)
    assert (await exchanged(a_world, a_world.demo.users["plain"])).status_code == 200
    monkeypatch.setattr(a_world.house.ledger, "_writer", None)
    with capture_logs():
        response = await exchanged(a_world, a_world.demo.users["plain"])
    assert refused(response) == (503, "temporarily_unavailable")


async def test_without_redis_nobody_s_token_is_given(a_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with redis() as running:
        shared = SharedWindows(running.url)
    agree(a_world, monkeypatch, people=shared)
    with capture_logs() as logged:
        known = await exchanged(a_world, a_world.demo.users["plain"])
        nobody = await exchanged(a_world, "canary")
    assert refused(known) == refused(nobody) == (503, "temporarily_unavailable")
    assert known.json() == nobody.json()
    assert "quota.unreachable" in {line["event"] for line in logged}
    agree(a_world, monkeypatch)
    kept = await kept_of(a_world, known)
    assert (kept["outcome"], kept["code"], kept["reason"]) == (
        "REFUSED",
        "RATE_LIMITED",
        "QUOTA_UNAVAILABLE",
    )
    await shared.close()


async def test_a_process_that_begins_counts_the_exchanges_of_before(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    usages, now = Usages(a_world.house.store), a_world.house.inforce._clock()  # noqa: SLF001 - the house's own
    recall = a_world.house.fair._recall  # noqa: SLF001 - what a process begins with
    here = a_world.house.counting._here  # noqa: SLF001
    before = sum(await usages.people_by_window("frontend", 86_400, now))
    agree(a_world, monkeypatch, people=here, company_people_per_hour=10**6, company_people_per_day=10**6)
    answers = [await exchanged(a_world, a_world.demo.users[name]) for name in ("plain", "erased", "busy")]
    assert [each.status_code for each in answers] == [200, 400, 200]
    assert sum(await usages.people_by_window("frontend", 86_400, now)) == before + 2
    monkeypatch.setattr(a_world.house.fair, "_recall", recall)
    monkeypatch.setattr(a_world.house.fair, "_recalled", set())
    monkeypatch.setattr(here, "_kept", {})
    assert (await hour_of(a_world, "frontend"))[1] == before + 2
    monkeypatch.setattr(a_world.house.fair, "_recalled", set())
    monkeypatch.setattr(here, "_kept", {})
    assert (await exchanged(a_world, a_world.demo.users["plain"])).status_code == 200
    assert (await hour_of(a_world, "frontend"))[1] == before + 3


async def test_what_a_frontend_reads_of_its_usage_holds_its_exchanges(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch)
    query = "{ usage { people limits { name remaining } } }"
    before = (await a_world.ask("frontend", query))["data"]["usage"]
    await exchanged(a_world, a_world.demo.users["plain"])
    after = (await a_world.ask("frontend", query))["data"]["usage"]
    assert after["people"] == before["people"] + 1
    assert after["limits"][1]["remaining"] == before["limits"][1]["remaining"] - 1


async def test_two_processes_give_no_more_tokens_than_agreed_together(server: Server) -> None:
    server.forget()
    registry = Registry({}, {"site": KnownClient("site", "frontend", ("internal",))})

    async def in_force() -> Registry:
        return registry

    entries: list[Entry] = []

    async def record(entry: Entry) -> None:
        entries.append(entry)

    places = [SharedWindows(server.url), SharedWindows(server.url)]
    processes = [
        Subjects(
            Fair(Quotas(company_people_per_hour=7), requests=MemoryWindows(), people=place), in_force, record
        )
        for place in places
    ]
    entry = Entry(
        at=datetime.now(UTC),
        request_id="r",
        client="site",
        role="user",
        purpose=None,
        recipient="person",
        operation="token exchange",
        edition="e",
        outcome=Outcome.RELEASED,
    )
    fates = await asyncio.gather(
        *(each.enter(entry) for _ in range(12) for each in processes), return_exceptions=True
    )
    assert fates.count(None) == 7
    assert [each.outcome for each in entries].count(Outcome.RELEASED) == 7
    assert [each.reason for each in entries].count("PEOPLE_QUOTA_NEAR") == 1
    with pytest.raises(TooManyPeople):
        await processes[0].check(entry)
    for place in places:
        await place.close()
