"""Attacks by asking for people who may not be found: each who was named finds it in their history."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest

from tests.api.test_attack_invisible import plainly
from tests.world import World

APPLICATION = '@purpose(id: "service.application")'
HISTORY = """query($id: ID!) @purpose(id: "compliance.security") { accesses(user: $id, first: 1000) { edges { node {
  requestId outcome code users releases { edges { node { user released withheld } } } } } } }"""
SHOWN = 'noticeVersion: "1", language: "en", method: CLICK'
NAMED = 'purpose: "service.application", recipient: "employer-b"'
TABLES = ("accesses", "access_people", "access_tail", "provisions")


async def in_history(world: World, user: str, response: httpx.Response) -> dict[str, Any] | None:
    """What one person's history holds of an operation."""
    answer = await world.ask("auditor", HISTORY, {"id": user})
    number = response.headers["x-request-id"]
    nodes = [edge["node"] for edge in answer["data"]["accesses"]["edges"]]
    return next((node for node in nodes if node["requestId"] == number), None)


def people(world: World, *situations: str) -> list[str]:
    return [world.demo.users[each] for each in situations]


def of_nobody(node: Mapping[str, Any] | None) -> bool:
    """The access is there, and says nothing of anybody."""
    return node is not None and (node["users"], node["releases"]) == (0, {"edges": []})


async def test_each_of_several_who_were_asked_for_in_vain_is_on_record(a_world: World) -> None:
    hidden = people(a_world, "plain", "held", "erased")
    query = f"""query($a: ID!, $b: ID!, $c: ID!) {APPLICATION} {{
      a: user(id: $a) {{ id }} nobody: user(id: "nobody") {{ id }} b: user(id: $b) {{ id }} c: user(id: $c) {{ id }} }}"""
    response = await a_world.send("employer-a", query, dict(zip("abc", hidden, strict=True)))
    assert set(response.json()["data"].values()) == {None}
    for user in hidden:
        node = await in_history(a_world, user, response)
        assert of_nobody(node)
        assert node is not None
        assert (node["outcome"], node["code"]) == ("REFUSED", None)


LISTS = {
    "by their id alone": "filter: {ids: [$id]}",
    "with another filter": 'filter: {ids: [$id], ageBand: {eq: "25-29"}}',
    "with a filter that nobody meets": "filter: {ids: [$id], ageBand: {in: []}}",
    "beside nobody": 'filter: {ids: ["nobody", $id, $id]}',
    "on a page of none": "first: 0, filter: {ids: [$id]}",
}
SELECTIONS = {
    "edges": "{ edges { node { id } } }",
    "cursors": "{ edges { cursor } }",
    "its place": "{ pageInfo { hasNextPage } }",
    "its name": "{ __typename }",
}


@pytest.mark.parametrize("arguments", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("situation", ["plain", "withdrawn-employer-a", "erased"])
async def test_whoever_is_named_in_a_list_that_does_not_show_them_is_on_record(
    a_world: World, arguments: str, situation: str
) -> None:
    (user,) = people(a_world, situation)
    for selection in SELECTIONS.values():
        query = f"query($id: ID!) {APPLICATION} {{ users({arguments}) {selection} }}"
        hidden = await a_world.send("employer-a", query, {"id": user})
        nobody = await a_world.send("employer-a", query, {"id": "n" * len(user)})
        assert plainly(hidden) == plainly(nobody)
        assert of_nobody(await in_history(a_world, user, hidden))


async def test_a_visible_person_whom_another_filter_leaves_out_is_on_record_with_that_filter(
    a_world: World,
) -> None:
    (user,) = people(a_world, "busy")
    query = f"""query($id: ID!) {APPLICATION} {{
      users(filter: {{ids: [$id], ageBand: {{in: []}}}}) {{ edges {{ node {{ id }} }} }} }}"""
    response = await a_world.send("employer-a", query, {"id": user})
    assert response.json() == {"data": {"users": {"edges": []}}}
    assert of_nobody(await in_history(a_world, user, response))
    own = """query @purpose(id: "service.account") { me { accesses(first: 1000) { edges { node {
      requestId client } } } } }"""
    mine = await a_world.ask("frontend", own, user=user)
    seen = {edge["node"]["requestId"]: edge["node"] for edge in mine["data"]["me"]["accesses"]["edges"]}
    assert seen[response.headers["x-request-id"]]["client"] == "employer-a"


async def test_of_those_named_some_are_shown_and_the_others_on_record(a_world: World) -> None:
    shown, hidden = people(a_world, "busy", "plain")
    query = (
        f"query($ids: [ID!]) {APPLICATION} {{ users(filter: {{ids: $ids}}) {{ edges {{ node {{ id }} }} }} }}"
    )
    response = await a_world.send("employer-a", query, {"ids": [hidden, shown]})
    assert response.json()["data"]["users"]["edges"] == [{"node": {"id": shown}}]
    released = [{"node": {"user": shown, "released": ["User.id"], "withheld": []}}]
    for user in (shown, hidden):
        node = await in_history(a_world, user, response)
        assert node is not None
        assert (node["users"], node["releases"]["edges"]) == (1, released)


async def test_many_who_were_named_at_once_are_each_on_record(a_world: World) -> None:
    rows = await a_world.house.store.fetch("SELECT id FROM users", {})
    everybody = [row[0] for row in rows]
    query = f"query($ids: [ID!]) {APPLICATION} {{ users(filter: {{ids: $ids}}, first: 0) {{ __typename }} }}"
    response = await a_world.send("employer-b", query, {"ids": everybody})
    assert len(everybody) == 60
    for user in everybody:
        assert of_nobody(await in_history(a_world, user, response))


async def test_who_was_merely_in_no_list_is_not_on_record(a_world: World) -> None:
    (user,) = people(a_world, "plain")
    query = f"query {APPLICATION} {{ users(first: 1000) {{ edges {{ node {{ id }} }} }} }}"
    assert await in_history(a_world, user, await a_world.send("employer-a", query)) is None


CHANGES = {
    "a consent of one who may not be found": (
        [f"a: recordConsent(input: {{user: $a, {NAMED}, {SHOWN}}}) {{ user {{ id }} }}"],
        ["held"],
    ),
    "a withdrawal of what was never given": (
        [f"a: withdrawConsent(input: {{user: $a, {NAMED}}}) {{ user {{ id }} }}"],
        ["plain"],
    ),
    "a consent to nobody": (
        [
            f"""a: recordConsent(input: {{user: $a, purpose: "service.application", recipient: "nobody", {SHOWN}}})
        {{ user {{ id }} }}"""
        ],
        ["plain"],
    ),
    "a change undone by the next": (
        [
            f"a: recordConsent(input: {{user: $a, {NAMED}, {SHOWN}}}) {{ user {{ id }} }}",
            f"b: withdrawConsent(input: {{user: $b, {NAMED}}}) {{ user {{ id }} }}",
        ],
        ["plain", "erased"],
    ),
}


@pytest.mark.parametrize(("changes", "situations"), CHANGES.values(), ids=CHANGES)
async def test_a_refused_change_is_in_the_history_of_whom_it_named(
    a_world: World, changes: Sequence[str], situations: Sequence[str]
) -> None:
    named = dict(zip("ab", people(a_world, *situations), strict=False))
    variables = ", ".join(f"${name}: ID!" for name in named)
    query = f'mutation({variables}) @purpose(id: "service.account") {{ {" ".join(changes)} }}'
    response = await a_world.send("frontend", query, named)
    assert a_world.codes(response.json()) == ["BAD_INPUT"]
    assert "data" not in response.json()
    for user in named.values():
        node = await in_history(a_world, user, response)
        assert node is not None
        assert (node["outcome"], node["code"]) == ("REFUSED", "BAD_INPUT")
        assert [each for edge in node["releases"]["edges"] for each in edge["node"]["released"]] == []


async def test_a_change_that_no_rule_allows_is_in_the_history_of_whom_it_named(a_world: World) -> None:
    (user,) = people(a_world, "plain")
    query = f"mutation($id: ID!) {APPLICATION} {{ withdrawConsent(input: {{user: $id, {NAMED}}}) {{ user {{ id }} }} }}"
    response = await a_world.send("employer-a", query, {"id": user})
    assert a_world.codes(response.json()) == ["OPERATION_FORBIDDEN"]
    assert of_nobody(await in_history(a_world, user, response))


async def test_nobody_who_was_asked_for_stands_in_the_ledger_by_their_id(a_world: World) -> None:
    (user,) = people(a_world, "plain")
    named = (user, "nobody0nobody")
    query = f"""query($ids: [ID!], $one: ID!) {APPLICATION} {{
      user(id: $one) {{ id }} users(filter: {{ids: $ids}}) {{ edges {{ node {{ id }} }} }} }}"""
    for one in named:
        await a_world.ask("employer-a", query, {"ids": named, "one": one})
    for table in TABLES:
        text = repr([tuple(each) for each in await a_world.house.store.fetch(f"SELECT * FROM {table}", {})])
        assert not [each for each in named if each in text], table
