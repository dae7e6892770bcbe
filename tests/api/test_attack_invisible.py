"""Attacks on existence: whoever may not be seen cannot be told from nobody."""

import re
from typing import Any

import httpx
import pytest

from tests.world import World

QUERY = """query($id: ID!) @purpose(id: "service.application") {
  user(id: $id) { id email name { roman } residenceCard { number } consents { state } }
  users(filter: {ids: [$id]}) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } }
}"""
HIDDEN = ["plain", "withdrawn-employer-a", "held", "erased", "unnoticed", "newsletter"]
LEDGER = """query($r: ID!) @purpose(id: "compliance.security") { accesses(requestId: $r) { edges { node {
  outcome code users releases { edges { node { user } } } } } } }"""

COUNTED = re.compile(r'(?<="requests");r=\d+|;t=\d+')
"""What tells two like requests apart: how many came before, and the clock."""


def plainly(response: httpx.Response) -> tuple[Any, ...]:
    """Everything a requester sees of an answer, but for the request's own number, its turn and the seconds left."""
    number = response.headers["x-request-id"]
    headers = {name: value for name, value in response.headers.items() if name != "x-request-id"}
    headers["ratelimit"] = COUNTED.sub("", headers["ratelimit"])
    return response.status_code, response.text.replace(number, ""), headers


def test_what_is_left_of_the_people_is_a_part_of_what_is_compared() -> None:
    told = '"requests";r=7;t=42, "people-hour";r=5;t=3600, "people-day";r=9;t=60'
    assert COUNTED.sub("", told) == '"requests", "people-hour";r=5, "people-day";r=9'


@pytest.mark.parametrize("situation", HIDDEN)
async def test_an_invisible_person_is_answered_as_nobody_is(a_world: World, situation: str) -> None:
    hidden = await a_world.send("employer-a", QUERY, {"id": a_world.demo.users[situation]})
    nobody = await a_world.send("employer-a", QUERY, {"id": "n" * len(a_world.demo.users[situation])})
    assert plainly(hidden) == plainly(nobody)
    assert hidden.json()["data"]["user"] is None


@pytest.mark.parametrize("situation", [*HIDDEN, None])
async def test_the_ledger_keeps_one_access_of_nobody_for_each(a_world: World, situation: str | None) -> None:
    user = a_world.demo.users[situation] if situation else "nobody"
    response = await a_world.send("employer-a", QUERY, {"id": user})
    ledger = await a_world.ask("auditor", LEDGER, {"r": response.headers["x-request-id"]})
    assert ledger["data"]["accesses"]["edges"] == [
        {"node": {"outcome": "REFUSED", "code": None, "users": 0, "releases": {"edges": []}}}
    ]


@pytest.mark.parametrize("situation", ["held", "erased", "unnoticed"])
async def test_a_frontend_cannot_tell_the_held_the_erased_and_the_unnoticed_from_nobody(
    a_world: World, situation: str
) -> None:
    query = QUERY.replace("service.application", "service.matching")
    hidden = await a_world.send("frontend", query, {"id": a_world.demo.users[situation]})
    nobody = await a_world.send("frontend", query, {"id": "n" * len(a_world.demo.users[situation])})
    assert plainly(hidden) == plainly(nobody)


async def test_an_invisible_persons_consent_is_answered_as_nobodys(a_world: World) -> None:
    mutation = """mutation($i: WithdrawConsentInput!) @purpose(id: "service.account") {
      withdrawConsent(input: $i) { user { id } } }"""
    given = {"purpose": "service.application", "recipient": "employer-a"}
    for situation in ("held", "erased"):
        user = a_world.demo.users[situation]
        hidden = await a_world.send("frontend", mutation, {"i": {**given, "user": user}})
        nobody = await a_world.send("frontend", mutation, {"i": {**given, "user": "n" * len(user)}})
        assert plainly(hidden) == plainly(nobody)
        assert a_world.codes(hidden.json()) == ["BAD_INPUT"]


async def test_a_next_page_is_promised_only_where_a_visible_person_is_on_it(a_world: World) -> None:
    whole = "users(first: 1000) { edges { node { id } } pageInfo { hasNextPage } }"
    answer = await a_world.ask("employer-b", f'query @purpose(id: "service.application") {{ {whole} }}')
    count = len(answer["data"]["users"]["edges"])
    assert 0 < count < 60
    assert not answer["data"]["users"]["pageInfo"]["hasNextPage"]
    for first, more in ((count, False), (count + 1, False), (count - 1, True), (0, True)):
        asked = f"users(first: {first}) {{ pageInfo {{ hasNextPage }} }}"
        page = await a_world.ask("employer-b", f'query @purpose(id: "service.application") {{ {asked} }}')
        assert page["data"]["users"]["pageInfo"]["hasNextPage"] is more, first


@pytest.mark.parametrize(
    ("asked", "people"),
    [
        ("users(first: 2) { pageInfo { hasNextPage endCursor } }", 3),
        ("users(first: 0) { pageInfo { hasNextPage } }", 1),
        ("users(first: 2) { edges { cursor } }", 2),
        ("users(first: 2) { a: edges { cursor } b: edges { __typename } pageInfo { startCursor } }", 2),
    ],
)
async def test_to_learn_how_many_people_there_are_is_an_access_to_each(
    a_world: World, asked: str, people: int
) -> None:
    response = await a_world.send("employer-a", f'query @purpose(id: "service.application") {{ {asked} }}')
    assert "errors" not in response.json()
    ledger = await a_world.ask("auditor", LEDGER, {"r": response.headers["x-request-id"]})
    (edge,) = ledger["data"]["accesses"]["edges"]
    assert edge["node"]["users"] == people


async def test_a_page_of_which_nothing_is_asked_reads_nobody(a_world: World) -> None:
    response = await a_world.send(
        "employer-a",
        'query @purpose(id: "service.application") { users(first: 0) { edges { node { id } } } }',
    )
    assert response.json() == {"data": {"users": {"edges": []}}}


async def test_a_role_that_nobody_is_visible_to_gets_an_empty_page_or_a_refusal(a_world: World) -> None:
    for client, purpose in (("ad-network", "promotion.ads"), ("analytics", "insight.analytics")):
        response = await a_world.send(
            client, f'query @purpose(id: "{purpose}") {{ users {{ edges {{ node {{ id }} }} }} }}'
        )
        assert a_world.codes(response.json()) == ["PURPOSE_NOT_ALLOWED"]
        assert "data" not in response.json()


async def test_erased_people_are_nowhere_for_anybody(a_world: World) -> None:
    erased = a_world.demo.users["erased"]
    for client, purpose in (
        ("frontend", "service.account"),
        ("frontend", "service.matching"),
        ("employer-a", "service.application"),
        ("support-org", "service.support"),
        ("privacy-desk", "compliance.requests"),
        ("auditor", "compliance.security"),
        ("mail-sender", "promotion.newsletter"),
        ("payment-processor", "service.billing"),
        ("authority", "compliance.authority"),
    ):
        query = f"""query($id: ID!) @purpose(id: "{purpose}") {{ user(id: $id) {{ id }}
          users(first: 1000) {{ edges {{ node {{ id }} }} }} }}"""
        response = await a_world.send(client, query, {"id": erased})
        assert response.json()["data"]["user"] is None
        assert erased not in response.text
    own = await a_world.ask("frontend", 'query @purpose(id: "service.account") { me { id } }', user=erased)
    assert own == {"data": {"me": None}}
