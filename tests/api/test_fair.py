"""Fair use: what goes over a quota is refused whole and on record, and what was released before stays there."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from structlog.testing import capture_logs

from api.fair.quotas import Quotas, allowance
from api.fair.shared import SharedWindows
from api.fair.window import Windows
from api.gateway.gateway import Gateway
from models.clients.client import Client
from models.database.store import StoreUnavailable
from models.ledger.ledger import Ledger, LedgerUnavailable
from models.ledger.usage import Usages
from models.registry import KnownClient
from tests.api.fair_use import ACCOUNT, APPLICATION, agree, listing, on_record
from tests.api.test_register import REGISTER, body, people
from tests.redis_server import Server, redis
from tests.world import World

RESPONSE = {"Accept": "application/graphql-response+json"}
STRICT = APPLICATION.replace(")", ", strict: true)")


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


async def test_over_the_quota_of_people_nothing_is_released_and_what_was_stays_on_record(
    a_world: World, counted: Windows | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people=counted, people_per_hour=10, people_per_day=100)
    first = await a_world.send("employer-a", listing(6), headers=RESPONSE)
    over = await a_world.send("employer-a", listing(5), headers=RESPONSE)
    assert (first.status_code, len(first.json()["data"]["users"]["edges"])) == (200, 6)
    assert over.status_code == 429
    assert "data" not in over.json()
    (error,) = over.json()["errors"]
    told = error["extensions"]
    assert (told["code"], told["reason"], told["limit"]) == ("RATE_LIMITED", "PEOPLE_QUOTA", "people-hour")
    assert ("asked" in told, told["most"]) == (False, 10)
    assert 0 < told["retryAfter"] <= 7_200
    assert over.headers["retry-after"] == str(told["retryAfter"])
    assert "5 people" not in error["message"]
    kept = await on_record(a_world, first.headers["x-request-id"])
    assert (kept["outcome"], kept["users"]) == ("RELEASED", 6)
    parts = [edge["node"] for edge in kept["releases"]["edges"]]
    assert [part["released"] for part in parts] == [["User.id"]] * 6
    assert all(part["provision"] for part in parts)
    refused = await on_record(a_world, over.headers["x-request-id"])
    assert (refused["outcome"], refused["code"], refused["reason"]) == (
        "REFUSED",
        "RATE_LIMITED",
        "PEOPLE_QUOTA",
    )
    assert [edge["node"]["released"] for edge in refused["releases"]["edges"]] == [[]] * 5
    assert not any(edge["node"]["provision"] for edge in refused["releases"]["edges"])


async def test_what_was_refused_before_it_was_read_uses_nothing(
    a_world: World, counted: Windows | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people=counted, people_per_hour=10, people_per_day=11)
    withheld = await a_world.send("employer-a", listing(3, STRICT, "id residenceCard { number }"))
    assert withheld.json()["errors"][0]["extensions"]["code"] == "FIELD_FORBIDDEN"
    statuses = [(await a_world.send("employer-a", listing(first))).status_code for first in (6, 5, 4, 1)]
    assert statuses == [200, 429, 200, 429]


async def test_the_day_is_told_apart_from_the_hour(a_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = agree(a_world, monkeypatch, people_per_hour=10, people_per_day=12)
    assert (await a_world.send("employer-a", listing(10))).status_code == 200
    clock.now += 7_200
    over = await a_world.send("employer-a", listing(3))
    told = over.json()["errors"][0]["extensions"]
    assert (told["reason"], told["limit"], told["most"]) == ("PEOPLE_QUOTA", "people-day", 12)
    assert told["retryAfter"] > 3_600
    clock.now += told["retryAfter"]
    assert (await a_world.send("employer-a", listing(3))).status_code == 200


async def test_who_race_are_told_of_no_more_people_than_agreed(
    a_world: World, counted: Windows | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people=counted, people_per_hour=12, people_per_day=100)
    answers = await asyncio.gather(*(a_world.send("employer-a", listing(5)) for _ in range(8)))
    released = sum(len(each.json()["data"]["users"]["edges"]) for each in answers if each.status_code == 200)
    assert released <= 12
    assert {each.status_code for each in answers} == {200, 429}


async def test_each_person_of_an_answer_counts_once_and_nobody_counts_nothing(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people_per_hour=10, people_per_day=100)
    user = a_world.demo.users["consented-employer-a"]
    twice = f"query($id: ID!) {APPLICATION} {{ a: user(id: $id) {{ id }} b: user(id: $id) {{ email }} }}"
    assert (await a_world.send("employer-a", twice, {"id": user})).status_code == 200
    nobody = await a_world.send("employer-a", twice, {"id": "nobody"})
    assert nobody.headers["ratelimit"].count("people") == 0
    plain = a_world.house.fair
    _, hour, _ = await plain.used(a_world.house.inforce.registry, "employer-a")
    assert hour.used == 1


async def test_people_of_whom_only_refused_fields_are_asked_count(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people_per_hour=3, people_per_day=100)
    answers = [
        await a_world.send("employer-a", listing(3, fields="residenceCard { number }")) for _ in range(2)
    ]
    assert [each.status_code for each in answers] == [200, 429]
    kept = await on_record(a_world, answers[0].headers["x-request-id"])
    assert (kept["outcome"], kept["users"]) == ("PARTLY", 3)
    parts = [edge["node"] for edge in kept["releases"]["edges"]]
    assert [part["released"] for part in parts] == [["User.id"]] * 3
    assert all(part["withheld"] and part["provision"] for part in parts)


async def test_with_nothing_left_no_question_about_people_is_answered_by_its_refusal(
    a_world: World, counted: Windows | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people=counted, people_per_hour=1, people_per_day=100)
    user = a_world.demo.users["consented-employer-a"]
    one = f"query($id: ID!) {APPLICATION} {{ user(id: $id) {{ id }} }}"
    stage = f"mutation($i: SetApplicationStageInput!) {APPLICATION} {{ setApplicationStage(input: $i) {{ __typename }} }}"
    assert (await a_world.send("employer-a", one, {"id": user})).status_code == 200
    answers = [
        await a_world.send("employer-a", one, {"id": user}),
        await a_world.send("employer-a", one, {"id": "nobody"}),
        await a_world.send("employer-a", listing(1, STRICT, "id phone")),
        await a_world.send("employer-a", listing(1000)),
        await a_world.send("employer-a", stage, {"i": {"user": user, "stage": "OFFER_ACCEPTED"}}),
    ]
    told = [each.json()["errors"][0] for each in answers]
    for each in told:
        each["extensions"].pop("requestId", None)
        each["extensions"]["retryAfter"] = each["extensions"]["retryAfter"] // 60
    assert [each.status_code for each in answers[:2]] == [429, 429]
    assert told[0] == told[1] == told[3] == told[4]
    register = await a_world.send("employer-a", "{ purposes { id } }")
    assert register.status_code == 200


async def test_a_refusal_for_the_quota_tells_the_same_however_many_were_asked(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people_per_hour=4, people_per_day=6)
    assert (await a_world.send("employer-a", listing(2))).status_code == 200
    answers = [await a_world.send("employer-a", listing(first)) for first in (3, 4, 5)]
    told = [each.json()["errors"][0] for each in answers]
    for each in told:
        each["extensions"].pop("requestId", None)
    assert [each.status_code for each in answers] == [429] * 3
    assert told[0] == told[1] == told[2]


async def test_whom_a_strict_refusal_tells_of_is_counted(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people_per_hour=1_000, people_per_day=9_000)
    usages, now = Usages(a_world.house.store), a_world.house.inforce._clock()  # noqa: SLF001 - the house's own
    before = sum(await usages.people_by_window("employer-a", 86_400, now))
    strict = await a_world.send("employer-a", listing(1000, STRICT, "id email"))
    assert strict.json()["errors"][0]["extensions"]["code"] == "FIELD_WITHHELD"
    _, hour, _ = await a_world.house.fair.used(a_world.house.inforce.registry, "employer-a")
    assert hour.used > 0
    assert sum(await usages.people_by_window("employer-a", 86_400, now)) == before + hour.used


async def test_a_change_that_asks_for_nothing_of_the_person_counts(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, company_people_per_hour=5, company_people_per_day=10)
    blind = REGISTER[: REGISTER.index("{", REGISTER.index("register("))] + "{ __typename } }"
    assert (
        await a_world.send("frontend", blind, body({"email": "quota-blind@mail.example"}))
    ).status_code == 200
    _, hour, _ = await a_world.house.fair.used(a_world.house.inforce.registry, "frontend")
    assert hour.used == 1


async def test_who_reads_about_themself_is_not_counted(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, company_people_per_hour=1, company_people_per_day=1)
    user = a_world.demo.users["plain"]
    for _ in range(3):
        response = await a_world.send("frontend", f"query {ACCOUNT} {{ me {{ id }} }}", user=user)
        assert response.json()["data"]["me"]["id"] == user
    _, hour, day = await a_world.house.fair.used(a_world.house.inforce.registry, "frontend")
    assert (hour.used, day.used) == (0, 0)


async def test_people_shown_in_the_ledger_are_counted_too(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, company_people_per_hour=3, company_people_per_day=10)
    user = a_world.demo.users["busy"]
    query = 'query($u: ID) @purpose(id: "compliance.security") { accesses(user: $u, first: 1) { edges { node { id releases(user: $u) { edges { node { user } } } } } } }'
    statuses = [(await a_world.send("auditor", query, {"u": user})).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


async def test_a_change_whose_answer_goes_over_is_undone(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, company_people_per_hour=1, company_people_per_day=10)
    before = await people(a_world)
    one = await a_world.send("frontend", REGISTER, body({"email": "quota-one@mail.example"}))
    two = await a_world.send("frontend", REGISTER, body({"email": "quota-two@mail.example"}))
    assert (one.status_code, two.status_code) == (200, 429)
    monkeypatch.undo()
    assert await people(a_world) == before + 1


async def test_the_access_that_comes_near_is_marked_once(
    a_world: World, counted: Windows | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people=counted, people_per_hour=10, people_per_day=100, people_near=80)
    metric = 'mokuteki_quota_near_total{limit="people-hour"}'
    before = _count(a_world, metric)
    with capture_logs() as logged:
        answers = [await a_world.send("employer-a", listing(first)) for first in (7, 1, 1, 1)]
    told = [await on_record(a_world, each.headers["x-request-id"]) for each in answers]
    assert [(each["outcome"], each["reason"]) for each in told] == [
        ("RELEASED", None),
        ("RELEASED", "PEOPLE_QUOTA_NEAR"),
        ("RELEASED", None),
        ("RELEASED", None),
    ]
    assert _count(a_world, metric) == before + 1
    assert [line for line in logged if line["event"] == "quota.near"] == [
        {
            "event": "quota.near",
            "log_level": "warning",
            "client": "employer-a",
            "limit": "people-hour",
            "users": 8,
        }
    ]


async def test_those_who_race_are_marked_once(
    a_world: World, counted: Windows | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people=counted, people_per_hour=8, people_per_day=100, people_near=80)
    answers = await asyncio.gather(*(a_world.send("employer-a", listing(1)) for _ in range(8)))
    agree(a_world, monkeypatch)
    told = [await on_record(a_world, each.headers["x-request-id"]) for each in answers]
    assert [each["reason"] for each in told].count("PEOPLE_QUOTA_NEAR") == 1


def _count(world: World, metric: str) -> float:
    lines = world.house.metrics.text().decode().splitlines()
    return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(metric)), 0.0)


async def test_without_redis_nobody_is_told_of_and_the_rest_is_answered(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with redis() as running:
        shared = SharedWindows(running.url)
    agree(a_world, monkeypatch, people=shared)
    refused = await a_world.send("employer-a", listing(1))
    assert refused.status_code == 503
    assert "data" not in refused.json()
    told = refused.json()["errors"][0]["extensions"]
    assert (told["code"], told["reason"]) == ("RATE_LIMITED", "QUOTA_UNAVAILABLE")
    assert refused.headers["retry-after"] == "1"
    kept = await on_record_later(a_world, monkeypatch, refused.headers["x-request-id"])
    assert (kept["outcome"], kept["reason"]) == ("REFUSED", "QUOTA_UNAVAILABLE")
    await shared.close()


async def on_record_later(world: World, patch: pytest.MonkeyPatch, request_id: str) -> dict[str, object]:
    register = await world.send("employer-a", "{ purposes { id } }")
    assert register.status_code == 200
    patch.undo()
    return await on_record(world, request_id)


async def test_what_the_ledger_does_not_keep_is_not_released_and_stays_counted(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, people_per_hour=10, people_per_day=100)

    async def record(_self: Ledger, _entry: object) -> None:
        raise LedgerUnavailable("no room")

    with pytest.MonkeyPatch.context() as patch, capture_logs():
        patch.setattr(Ledger, "record", record)
        failed = await a_world.send("employer-a", listing(6))
    assert failed.status_code == 503
    assert "data" not in failed.json()
    assert (await a_world.send("employer-a", listing(5))).status_code == 429


async def test_a_minute_holds_so_many_requests_of_a_client_or_a_person(
    a_world: World, counted: Windows | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, requests=counted, requests_per_minute=3)
    user = a_world.demo.users["plain"]
    register = "{ purposes { id } }"
    answers = [await a_world.send("frontend", register) for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert (
        await a_world.send("frontend", f"query {ACCOUNT} {{ me {{ id }} }}", user=user)
    ).status_code == 200
    assert (await a_world.send("employer-a", register)).status_code == 200
    (error,) = answers[-1].json()["errors"]
    told = error["extensions"]
    assert (told["code"], told["reason"], told["limit"]) == ("RATE_LIMITED", "REQUEST_QUOTA", "requests")
    assert answers[-1].headers["retry-after"] == str(told["retryAfter"])
    assert 0 < told["retryAfter"] <= 120


async def test_a_request_over_the_quota_costs_no_decision_and_no_record(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, requests_per_minute=1)
    assert (await a_world.send("frontend", "{ purposes { id } }")).status_code == 200

    async def answer(*_: object) -> None:
        raise AssertionError("it was decided")

    monkeypatch.setattr(Gateway, "answer", answer)
    assert (await a_world.send("frontend", "{ purposes { id } }")).status_code == 429


async def test_the_headers_tell_every_limit_and_what_remains_of_those_that_were_used(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, requests_per_minute=9, people_per_hour=10, people_per_day=100)
    policy = (
        '"requests";q=9;w=60, "people-hour";q=10;qu="people";w=3600, "people-day";q=100;qu="people";w=86400'
    )
    register = await a_world.send("employer-a", "{ purposes { id } }")
    released = await a_world.send("employer-a", listing(6))
    refused = await a_world.send("employer-a", listing(6))
    assert {each.headers["ratelimit-policy"] for each in (register, released, refused)} == {policy}
    assert register.headers["ratelimit"] == '"requests";r=8;t=120'
    assert released.headers["ratelimit"] == (
        '"requests";r=7;t=90, "people-hour";r=4;t=4200, "people-day";r=94;t=100800'
    )
    assert refused.headers["ratelimit"].startswith('"requests";r=6;t=80, "people-hour";r=4;t=4200')
    assert int(refused.headers["retry-after"]) >= 4_200
    unknown = await a_world.http.post("/graphql", json={"query": "{ purposes { id } }"})
    assert unknown.status_code == 401
    assert not [name for name in unknown.headers if name.startswith("ratelimit")]


async def test_no_limit_on_requests_is_told_as_none(a_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    agree(a_world, monkeypatch, requests_per_minute=0)
    told = await a_world.send("frontend", "{ purposes { id } }")
    assert '"requests"' not in told.headers["ratelimit-policy"]
    assert "ratelimit" not in told.headers


async def test_what_was_agreed_with_a_client_counts_before_the_installation(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch)
    row = Client.filter(name="employer-a")
    await row.update(people_per_hour=2, requests_per_minute=0)
    inforce = a_world.house.inforce
    try:
        while inforce.registry.clients["employer-a"].people_per_hour != 2:
            await a_world.house.store.fetch("SELECT 1", {})
        assert (await a_world.send("employer-a", listing(3))).status_code == 429
        told = await a_world.send("employer-a", listing(2))
        assert told.status_code == 200
        assert told.headers["ratelimit-policy"].startswith('"people-hour";q=2;')
    finally:
        await row.update(people_per_hour=None, requests_per_minute=None)
        while inforce.registry.clients["employer-a"].people_per_hour is not None:
            await a_world.house.store.fetch("SELECT 1", {})


async def test_a_process_that_begins_counts_what_the_ledger_tells(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fair = a_world.house.fair
    usages, now = Usages(a_world.house.store), a_world.house.inforce._clock()  # noqa: SLF001 - the house's own
    assert (await a_world.send("employer-a", listing(6))).status_code == 200
    before, told = await usages.people_by_window("employer-a", 3_600, now)
    recall = fair._recall  # noqa: SLF001 - what a process begins with
    here = a_world.house.counting._here  # noqa: SLF001
    agree(a_world, monkeypatch, people=here, people_per_hour=before + told + 5, people_per_day=999_999)
    monkeypatch.setattr(fair, "_recall", recall)
    monkeypatch.setattr(fair, "_recalled", set())
    monkeypatch.setattr(here, "_kept", {})
    registry = a_world.house.inforce.registry
    _, hour, _ = await fair.used(registry, "employer-a")
    assert (hour.previous, hour.current) == (before, told)
    assert (await a_world.send("employer-a", listing(1))).status_code == 200
    _, hour, day = await fair.used(registry, "employer-a")
    assert hour.current == told + 1
    assert day.used >= hour.current


async def test_a_ledger_that_does_not_tell_is_asked_again_and_counted_once(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fair, here = a_world.house.fair, a_world.house.counting._here  # noqa: SLF001 - what a process begins with
    monkeypatch.setattr(fair, "_recalled", set())
    monkeypatch.setattr(here, "_kept", {})

    async def told(_usages: Usages, _client: str, seconds: int, _now: object) -> tuple[int, int]:
        if seconds == 86_400 and not asked:
            asked.append(seconds)
            raise StoreUnavailable("it rests")
        return 0, 7

    asked: list[int] = []
    monkeypatch.setattr(Usages, "people_by_window", told)
    with capture_logs():
        refused = await a_world.send("employer-b", listing(1))
    assert (refused.status_code, asked) == (503, [86_400])
    _, hour, day = await fair.used(a_world.house.inforce.registry, "employer-b")
    assert (hour.used, day.used) == (7, 7)


def test_the_company_s_own_clients_have_quotas_of_their_own() -> None:
    quotas = Quotas()
    own = KnownClient("frontend", "frontend", ("internal", "person"))
    partner = KnownClient("employer-a", "employer", ("employer-a",))
    both = KnownClient("desk", "privacy_officer", ("internal", "employer-a"))
    assert [limit.most for limit in allowance(quotas, own, 1).people] == [100_000, 1_000_000]
    for client in (partner, both, None):
        assert [limit.most for limit in allowance(quotas, client, 1).people] == [2_000, 10_000]


def test_processes_that_count_alone_share_a_quota() -> None:
    divided = allowance(Quotas(requests_per_minute=2, people_per_hour=10, people_per_day=11), None, 4)
    assert [limit.most for limit in (*divided.requests, *divided.people)] == [1, 2, 2]
    agreed = KnownClient("a", "employer", ("a",), people_per_hour=0, people_per_day=8)
    assert [limit.most for limit in allowance(Quotas(), agreed, 4).people] == [0, 2]
