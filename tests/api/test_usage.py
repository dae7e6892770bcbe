"""The usage: a client sees what it asked itself, by the ledger, and nothing of others or of anybody's id."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api.fair.shared import SharedWindows
from models.database.dialect import Dialect
from models.database.store import Store
from models.ledger.access import Outcome
from models.ledger.entry import Entry, Group
from models.ledger.ledger import Ledger
from models.ledger.usage import _DAYS, _RECENT, Usages, since
from policies.vocabulary import Role
from tests.api.fair_use import ACCOUNT, APPLICATION, agree, listing
from tests.redis_server import redis
from tests.world import World

USAGE = """{ usage {
  client since requests released partly refused people
  days { date requests released partly refused people }
  limits { name most window remaining reset }
  accesses(first: 3) { id at requestId purpose recipient operation outcome code users }
} }"""


async def usage(world: World, client: str) -> dict[str, Any]:
    answer = await world.ask(client, USAGE)
    assert "errors" not in answer, answer
    told: dict[str, Any] = answer["data"]["usage"]
    return told


def counts(told: dict[str, Any]) -> dict[str, int]:
    return {name: told[name] for name in ("requests", "released", "partly", "refused", "people")}


async def test_a_partner_sees_its_accesses_people_and_quotas_without_any_id(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch, requests_per_minute=100, people_per_hour=50, people_per_day=200)
    before = counts(await usage(a_world, "employer-a"))
    released = await a_world.send("employer-a", listing(5))
    partly = await a_world.send("employer-a", listing(2, fields="id name { roman } phone"))
    refused = await a_world.send("employer-a", listing(2, '@purpose(id: "service.matching")'))
    told = await usage(a_world, "employer-a")
    assert told["client"] == "employer-a"
    assert counts(told) == {
        "requests": before["requests"] + 3,
        "released": before["released"] + 1,
        "partly": before["partly"] + 1,
        "refused": before["refused"] + 1,
        "people": before["people"] + 7,
    }
    today = datetime.now(UTC) + timedelta(hours=9)
    assert told["days"][-1]["date"] == today.date().isoformat()
    assert counts(told["days"][-1]) == counts(told)
    assert datetime.fromisoformat(told["since"]) + timedelta(hours=9, days=29) <= today
    assert [(each["name"], each["most"], each["remaining"]) for each in told["limits"]] == [
        ("requests", 100, 95),
        ("people-hour", 50, 43),
        ("people-day", 200, 193),
    ]
    assert all(each["reset"] > 0 for each in told["limits"])
    assert [(each["outcome"], each["code"], each["users"]) for each in told["accesses"]] == [
        ("REFUSED", "PURPOSE_NOT_ALLOWED", 0),
        ("PARTLY", None, 2),
        ("RELEASED", None, 5),
    ]
    assert [each["requestId"] for each in told["accesses"]] == [
        each.headers["x-request-id"] for each in (refused, partly, released)
    ]
    whole = (await a_world.send("employer-a", USAGE)).text
    ids = {edge["node"]["id"] for edge in released.json()["data"]["users"]["edges"]}
    assert len(ids) == 5
    assert not [user for user in ids if user in whole]


async def test_how_many_a_refusal_for_the_quota_held_is_not_told(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = await a_world.ask("employer-a", listing(3))
    first, second, third = [edge["node"]["id"] for edge in read["data"]["users"]["edges"]]
    query = f"""query($two: [ID!], $one: [ID!]) {APPLICATION} {{
      p: users(filter: {{ids: $two}}) {{ __typename }} x: users(filter: {{ids: $one}}) {{ __typename }} }}"""
    agree(a_world, monkeypatch, people_per_hour=1)
    told = []
    for one in (third, "nobody"):
        given = {"two": [first, second], "one": [one]}
        assert (await a_world.send("employer-a", query, given)).status_code == 429
        told.append((await usage(a_world, "employer-a"))["accesses"][0])
    assert [(each["outcome"], each["code"], each["users"]) for each in told] == [
        ("REFUSED", "RATE_LIMITED", 0)
    ] * 2


async def test_each_access_tells_as_many_people_as_it_counts(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(a_world, monkeypatch)
    before = await usage(a_world, "employer-a")
    pages = 'p: users(first: 3) { __typename } x: users(after: "nowhere") { __typename }'
    for query in (
        listing(2, APPLICATION.replace(")", ", strict: true)"), "id phone"),
        f"query {APPLICATION} {{ {pages} }}",
        listing(2),
    ):
        await a_world.send("employer-a", query)
    told = await a_world.ask("employer-a", "{ usage { people accesses(first: 3) { code users } } }")
    _, hour, _ = await a_world.house.fair.used(a_world.house.inforce.registry, "employer-a")
    people = [each["users"] for each in told["data"]["usage"]["accesses"]]
    assert told["data"]["usage"]["people"] - before["people"] == sum(people) == hour.used


async def test_what_others_ask_is_not_seen(a_world: World) -> None:
    before = await usage(a_world, "employer-b")
    await a_world.send("employer-a", listing(2))
    after = await usage(a_world, "employer-b")
    assert counts(after) == counts(before)
    assert not any(each["recipient"] == "employer-a" for each in after["accesses"])


async def test_every_role_but_the_person_may_ask(a_world: World) -> None:
    asked = set()
    for client in await a_world.house.store.fetch("SELECT name, role FROM clients WHERE active", {}):
        assert (await usage(a_world, client[0]))["client"] == client[0]
        asked.add(client[1])
    assert asked == set(Role) - {Role.USER}
    answer = await a_world.ask("frontend", "{ usage { client } }", user=a_world.demo.users["plain"])
    assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]
    assert "data" not in answer


async def test_it_may_be_asked_beside_people(a_world: World) -> None:
    query = f"query {ACCOUNT} {{ users(first: 1) {{ edges {{ node {{ id }} }} }} usage {{ client }} }}"
    told = (await a_world.ask("frontend", query))["data"]
    assert told["usage"] == {"client": "frontend"}
    assert len(told["users"]["edges"]) == 1


@pytest.mark.parametrize("first", [-1, 101])
async def test_only_so_many_accesses_are_told(a_world: World, first: int) -> None:
    answer = await a_world.ask("employer-a", f"{{ usage {{ accesses(first: {first}) {{ id }} }} }}")
    assert a_world.codes(answer) == ["BAD_INPUT"]
    assert answer["errors"][0]["extensions"]["argument"] == "first"


async def test_without_redis_what_remains_is_not_known_and_the_ledger_is_told(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with redis() as running:
        shared = SharedWindows(running.url)
    agree(a_world, monkeypatch, people=shared)
    answer = await a_world.ask("employer-a", "{ usage { limits { name } } }")
    assert answer["errors"][0]["extensions"]["reason"] == "QUOTA_UNAVAILABLE"
    assert (await a_world.ask("employer-a", "{ usage { requests } }"))["data"]["usage"]["requests"] >= 0
    await shared.close()


def entry(client: str, at: datetime, outcome: Outcome, people: int, role: str = "employer") -> Entry:
    group = Group(frozenset({"User.id"}), frozenset(), ("CONSENT",), tuple(range(1, people + 1)))
    return Entry(
        at=at,
        request_id="r",
        client=client,
        role=role,
        purpose=None,
        recipient=None,
        operation=None,
        edition="e",
        outcome=outcome,
        groups=(group,) if people else (),
    )


NIGHT = datetime(2026, 11, 20, 14, 59, tzinfo=UTC)
"""A minute before midnight in Japan."""


async def kept(world: World, *entries: Entry) -> None:
    """Each by a ledger of its own, as the numbers of one rise with time."""
    for each in entries:
        async with world.house.store.transaction() as transaction:
            await Ledger(world.house.store, lambda: world.house.inforce.bits).record_within(transaction, each)


async def test_a_day_ends_at_midnight_in_japan_and_is_read_once_when_it_is_over(a_world: World) -> None:
    minute = timedelta(minutes=1)
    await kept(
        a_world,
        entry("by-day", NIGHT, Outcome.RELEASED, 3),
        entry("by-day", NIGHT, Outcome.REFUSED, 2),
        entry("by-day", NIGHT, Outcome.RELEASED, 1, role="user"),
        entry("by-day", NIGHT + minute, Outcome.PARTLY, 4),
    )
    usages = Usages(a_world.house.store)
    told = await usages.days("by-day", NIGHT + 2 * minute)
    assert [(each.day, each.released, each.partly, each.refused, each.people) for each in told] == [
        (date(2026, 11, 20), 2, 0, 1, 3),
        (date(2026, 11, 21), 0, 1, 0, 4),
    ]
    later = NIGHT + timedelta(hours=2)
    assert await usages.days("by-day", later) == told
    await kept(
        a_world,
        entry("by-day", NIGHT, Outcome.RELEASED, 1),
        entry("by-day", NIGHT + timedelta(hours=1), Outcome.RELEASED, 1),
    )
    assert [each.people for each in await usages.days("by-day", later)] == [3, 5]
    assert [each.people for each in await Usages(a_world.house.store).days("by-day", later)] == [4, 5]
    assert await usages.days("by-day", later + timedelta(days=29)) == (
        await Usages(a_world.house.store).days("by-day", later + timedelta(days=29))
    )
    assert await usages.days("by-day", later + timedelta(days=31)) == ()


async def test_a_month_is_thirty_days_with_today() -> None:
    assert since(NIGHT) == datetime(2026, 10, 21, 15, tzinfo=UTC)
    assert since(NIGHT + timedelta(minutes=1)) == datetime(2026, 10, 22, 15, tzinfo=UTC)


async def test_the_people_of_a_window_are_those_told_of_in_it(a_world: World) -> None:
    hour = timedelta(hours=1)
    top = datetime(2026, 11, 21, 10, tzinfo=UTC)
    await kept(
        a_world,
        entry("by-hour", top - 2 * hour, Outcome.RELEASED, 9),
        entry("by-hour", top - hour, Outcome.RELEASED, 5),
        entry("by-hour", top, Outcome.PARTLY, 3),
        entry("by-hour", top, Outcome.REFUSED, 2),
        entry("by-hour", top, Outcome.RELEASED, 1, role="user"),
        entry("by-others", top, Outcome.RELEASED, 7),
    )
    usages = Usages(a_world.house.store)
    assert await usages.people_by_window("by-hour", 3_600, top + hour / 2) == (5, 3)
    assert await usages.people_by_window("by-hour", 86_400, top + hour / 2) == (0, 17)
    assert await usages.people_by_window("nobody", 3_600, top) == (0, 0)


async def plan(store: Store, sql: str) -> str:
    for name, value in ((":client", "'employer-a'"), (":since", "1"), (":limit", "20")):
        sql = sql.replace(name, value)
    if store.dialect is Dialect.SQLITE:
        return " ".join(row[3] for row in await store.fetch(f"EXPLAIN QUERY PLAN {sql}", {}))
    async with store.transaction() as transaction:
        await transaction.execute("SET LOCAL enable_seqscan = off", {})
        return " ".join(row[0] for row in await transaction.fetch(f"EXPLAIN {sql}", {}))


@pytest.mark.parametrize("sql", [_DAYS, _RECENT])
async def test_the_ledger_is_asked_by_the_index_of_its_client(a_world: World, sql: str) -> None:
    told = await plan(a_world.house.store, sql)
    assert "client_id" in told
    assert "SCAN accesses" not in told
    assert "Seq Scan" not in told
