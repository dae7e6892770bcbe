"""Attacks by cursors: a place in a list is of that list, for the one it was given to, or it is nothing."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest

from tests.world import World

PAGE = """query($first: Int, $after: String, $filter: UserFilter, $order: UserOrder) {
  users(first: $first, after: $after, filter: $filter, orderBy: $order) {
    edges { cursor node { id } } pageInfo { hasNextPage startCursor endCursor }
  }
}"""
ACCESSES = """query($after: String, $client: ID) @purpose(id: "compliance.security") {
  accesses(first: 1, after: $after, client: $client) { edges { cursor node { id } } pageInfo { endCursor } } }"""
OWN = """query($after: String) @purpose(id: "service.account") {
  me { accesses(first: 1, after: $after) { edges { cursor node { id } } pageInfo { endCursor } } } }"""


async def page(
    world: World,
    after: str | None = None,
    *,
    client: str = "frontend",
    purpose: str = "service.account",
    user: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    answer: dict[str, Any] = await world.ask(
        client, PAGE, {"first": 3, "after": after, **more}, user=user, headers={"Purpose": purpose}
    )
    return answer


async def cursor(world: World, **more: Any) -> str:
    answer = await page(world, **more)
    found = answer["data"]["users"]["pageInfo"]["endCursor"]
    assert isinstance(found, str)
    return found


def foreign(answer: dict[str, Any]) -> bool:
    (error,) = answer["errors"]
    return "data" not in answer and error["extensions"]["code"] == "BAD_INPUT"


@pytest.mark.parametrize("order", ["ID_ASC", "ID_DESC", "REGISTERED_AT_ASC", "REGISTERED_AT_DESC"])
async def test_paging_shows_everybody_once_and_in_order(a_world: World, order: str) -> None:
    seen: list[str] = []
    after: str | None = None
    for _ in range(100):
        users = (await page(a_world, after, order=order, first=7))["data"]["users"]
        seen += [edge["node"]["id"] for edge in users["edges"]]
        after = users["pageInfo"]["endCursor"]
        assert after == users["edges"][-1]["cursor"]
        if not users["pageInfo"]["hasNextPage"]:
            break
    whole = (await page(a_world, order=order, first=1000))["data"]["users"]["edges"]
    assert seen == [edge["node"]["id"] for edge in whole]
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    "other",
    [
        {"purpose": "service.matching"},
        {"filter": {"ids": ["x"]}},
        {"filter": {"prefecture": {"eq": "JP-13"}}},
        {"order": "ID_DESC"},
        {"order": "REGISTERED_AT_ASC"},
        {"client": "employer-a", "purpose": "service.application"},
        {"client": "auditor", "purpose": "compliance.security"},
    ],
)
async def test_a_cursor_serves_no_other_list(a_world: World, other: dict[str, Any]) -> None:
    ours = await cursor(a_world)
    assert "errors" not in await page(a_world, ours)
    assert foreign(await page(a_world, ours, **other))


async def test_a_cursor_serves_no_other_client_of_the_same_role(a_world: World) -> None:
    theirs = await cursor(a_world, client="employer-a", purpose="service.application", first=1)
    assert foreign(await page(a_world, theirs, client="employer-b", purpose="service.application"))


async def test_a_cursor_serves_no_other_person(a_world: World) -> None:
    users = a_world.demo.users
    theirs = await cursor(a_world, user=users["plain"])
    assert "errors" not in await page(a_world, theirs, user=users["plain"])
    assert foreign(await page(a_world, theirs, user=users["busy"]))
    assert foreign(await page(a_world, theirs))


async def test_a_cursor_tells_nothing_of_the_place_it_stands_for(a_world: World) -> None:
    answer = await page(a_world)
    for edge in answer["data"]["users"]["edges"]:
        sealed = urlsafe_b64decode(edge["cursor"] + "==")
        assert edge["node"]["id"].encode() not in sealed
        assert edge["node"]["id"] not in edge["cursor"]


async def test_a_cursor_with_any_bit_changed_is_refused(a_world: World) -> None:
    sealed = bytearray(urlsafe_b64decode((await cursor(a_world)) + "=="))
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1 << place % 8
        forged = urlsafe_b64encode(bytes(changed)).rstrip(b"=").decode()
        assert foreign(await page(a_world, forged)), place


@pytest.mark.parametrize(
    "forged",
    [
        "",
        " ",
        "a",
        "AAAA",
        "====",
        "x" * 100_000,
        "\u3042" * 20,
        "0kdccht5tbc3refk88sdsr8r4n",
        "é",
        "-_-_" * 30,
        "null",
        "WyJhIl0",
    ],
)
async def test_a_made_up_cursor_is_refused_in_the_words_of_a_foreign_one(a_world: World, forged: str) -> None:
    answer = await page(a_world, forged)
    assert foreign(answer)
    other = await page(a_world, await cursor(a_world), order="ID_DESC")
    assert answer["errors"][0]["message"] == other["errors"][0]["message"]
    assert len(forged) < 5 or forged not in str(answer)


async def test_half_a_cursor_is_none(a_world: World) -> None:
    whole = await cursor(a_world)
    for length in (1, 10, 21, 22, len(whole) // 2, len(whole) - 2):
        assert foreign(await page(a_world, whole[:length]))
        assert foreign(await page(a_world, whole[length:]))


async def test_a_cursor_of_people_is_none_of_the_ledger_and_the_other_way_round(a_world: World) -> None:
    of_people = await cursor(a_world, client="auditor", purpose="compliance.security")
    ledger = await a_world.ask("auditor", ACCESSES, {})
    of_ledger = ledger["data"]["accesses"]["pageInfo"]["endCursor"]
    assert foreign(await a_world.ask("auditor", ACCESSES, {"after": of_people}))
    assert foreign(await page(a_world, of_ledger, client="auditor", purpose="compliance.security"))
    assert foreign(await a_world.ask("auditor", ACCESSES, {"after": of_ledger, "client": "frontend"}))
    assert "errors" not in await a_world.ask("auditor", ACCESSES, {"after": of_ledger})


async def test_a_cursor_of_ones_own_history_opens_nobody_elses(a_world: World) -> None:
    plain, busy = a_world.demo.users["plain"], a_world.demo.users["busy"]
    for user in (plain, busy):
        await a_world.ask("frontend", OWN, {}, user=user)
    mine = await a_world.ask("frontend", OWN, {}, user=busy)
    ours = mine["data"]["me"]["accesses"]["pageInfo"]["endCursor"]
    assert foreign(await a_world.ask("frontend", OWN, {"after": ours}, user=plain))
    assert foreign(await a_world.ask("auditor", ACCESSES, {"after": ours}))
