"""Attacks by the shape of a selection: a field is decided by what it is, not by where or how it is asked."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.world import World

MATCHING = '@purpose(id: "service.matching")'
ACCOUNT = '@purpose(id: "service.account")'


async def phone_of(world: World, situation: str = "plain") -> str:
    rows = await world.house.store.fetch(
        "SELECT phone FROM users WHERE id = :id", {"id": world.demo.users[situation]}
    )
    return str(rows[0][0])


async def ask(world: World, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Ask about the plain person, whose telephone number must not be in the answer."""
    given = {"id": world.demo.users["plain"], **(variables or {})}
    response = await world.send("frontend", query, given)
    assert await phone_of(world) not in response.text
    answer: dict[str, Any] = response.json()
    return answer


PHONES = {
    "an alias of an allowed field": "{ user(id: $id) { ageBand: phone } }",
    "two aliases": "{ user(id: $id) { a: phone b: phone } }",
    "the alias `id`": "{ user(id: $id) { id: phone } }",
    "the alias `__typename`": "{ user(id: $id) { __typename: phone } }",
    "an alias of the door": "{ purposes: user(id: $id) { phone } }",
    "an inline fragment": "{ user(id: $id) { ... { phone } } }",
    "an inline fragment on the type": "{ user(id: $id) { ... on User { phone } } }",
    "nested inline fragments": "{ user(id: $id) { ... { ... on User { ... { phone } } } } }",
    "a fragment at the root": "{ ... on Query { user(id: $id) { phone } } }",
    "a list": "{ users(filter: {ids: [$id]}) { edges { node { phone } } } }",
    "a list by an alias": "{ users(filter: {ids: [$id]}) { e: edges { n: node { ageBand: phone } } } }",
    "beside an introspection": "{ __schema { queryType { name } } user(id: $id) { phone } }",
    "beside a type's introspection": '{ user(id: $id) { phone } __type(name: "User") { name } }',
    "beside a register": "{ purposes { id } user(id: $id) { phone } }",
    "beside its typename": "{ user(id: $id) { __typename phone } }",
    "an inclusion that is true": "{ user(id: $id) { phone @include(if: true) @skip(if: false) } }",
}


@pytest.mark.parametrize("asked", PHONES.values(), ids=PHONES)
async def test_a_refused_field_stays_refused_however_it_is_asked(a_world: World, asked: str) -> None:
    answer = await ask(a_world, f"query($id: ID!) {MATCHING} {asked}")
    assert set(a_world.codes(answer)) == {"FIELD_FORBIDDEN"}
    assert {error["extensions"]["field"] for error in answer["errors"]} == {"User.phone"}


async def test_an_error_names_the_alias_in_its_path_and_the_field_beside_it(a_world: World) -> None:
    answer = await ask(a_world, f"query($id: ID!) {MATCHING} {{ who: user(id: $id) {{ ageBand: phone }} }}")
    assert answer["data"] == {"who": {"ageBand": None}}
    (error,) = answer["errors"]
    assert error["path"] == ["who", "ageBand"]
    assert error["extensions"]["field"] == "User.phone"


async def test_a_named_fragment_is_decided_where_it_is_spread(a_world: World) -> None:
    document = f"""
    query($id: ID!) {MATCHING} {{ user(id: $id) {{ ...outer }} }}
    fragment outer on User {{ ageBand ...inner }}
    fragment inner on User {{ phone }}
    """
    answer = await ask(a_world, document)
    assert answer["data"]["user"]["ageBand"]
    assert answer["data"]["user"]["phone"] is None
    assert a_world.codes(answer) == ["FIELD_FORBIDDEN"]


@pytest.mark.parametrize("wrong", ["Access", "Query", "Name", "Nothing", "UserFilter", "ID"])
async def test_a_fragment_on_a_wrong_type_makes_the_document_invalid(a_world: World, wrong: str) -> None:
    answer = await ask(
        a_world, f"query($id: ID!) {MATCHING} {{ user(id: $id) {{ ... on {wrong} {{ phone }} }} }}"
    )
    assert a_world.codes(answer) == ["DOCUMENT_INVALID"]
    assert "data" not in answer


async def test_the_typename_is_told_at_every_level_and_opens_nothing(a_world: World) -> None:
    answer = await ask(
        a_world,
        f"""query($id: ID!) {MATCHING} {{ __typename user(id: $id) {{ __typename
          address {{ __typename }} name {{ t: __typename }} answers(keys: ["station"]) {{ __typename }} }}
          users(first: 1) {{ __typename pageInfo {{ __typename }} edges {{ __typename node {{ __typename }} }} }} }}""",
    )
    assert answer["data"]["__typename"] == "Query"
    assert answer["data"]["user"]["__typename"] == "User"
    assert answer["data"]["user"]["address"] == {"__typename": "Address"}
    assert answer["data"]["user"]["name"] is None
    users = answer["data"]["users"]
    assert users["edges"] == [{"__typename": "UserEdge", "node": {"__typename": "User"}}]
    assert (users["__typename"], users["pageInfo"]) == ("UserConnection", {"__typename": "PageInfo"})


async def test_a_nested_object_of_which_nothing_may_be_read_is_null_and_holds_no_key(a_world: World) -> None:
    answer = await ask(
        a_world, f"query($id: ID!) {MATCHING} {{ user(id: $id) {{ name {{ roman kanji }} }} }}"
    )
    assert answer["data"]["user"] == {"name": None}
    assert [error["path"] for error in answer["errors"]] == [
        ["user", "name", "roman"],
        ["user", "name", "kanji"],
    ]


async def test_selections_under_one_response_key_are_merged_and_each_part_is_decided(a_world: World) -> None:
    document = f"""query($id: ID!) {MATCHING} {{
      user(id: $id) {{ address {{ prefecture }} }}
      user(id: $id) {{ address {{ town }} }}
      ...more
    }}
    fragment more on Query {{ user(id: $id) {{ address {{ city }} phone }} }}
    """
    answer = await ask(a_world, document)
    address = answer["data"]["user"]["address"]
    assert set(address) == {"prefecture", "town", "city"}
    assert address["prefecture"]
    assert (address["town"], address["city"]) == (None, None)
    assert {tuple(error["path"]) for error in answer["errors"]} == {
        ("user", "address", "town"),
        ("user", "address", "city"),
        ("user", "phone"),
    }


async def test_one_response_key_cannot_stand_for_two_fields_or_two_people(a_world: World) -> None:
    two_fields = await ask(
        a_world, f"query($id: ID!) {MATCHING} {{ user(id: $id) {{ x: ageBand x: phone }} }}"
    )
    assert a_world.codes(two_fields) == ["DOCUMENT_INVALID"]
    two_people = await ask(
        a_world,
        f"query($id: ID!, $other: ID!) {MATCHING} {{ user(id: $id) {{ id }} user(id: $other) {{ phone }} }}",
        {"other": a_world.demo.users["busy"]},
    )
    assert a_world.codes(two_people) == ["DOCUMENT_INVALID"]


@pytest.mark.parametrize("first", [True, False])
async def test_what_a_variable_includes_is_decided_for_the_value_of_this_run(
    a_world: World, first: bool
) -> None:
    document = f"""query($id: ID!, $with: Boolean!, $nonce: ID = "{first}") {MATCHING} {{
      user(id: $id) {{ id phone @include(if: $with) ... @skip(if: $with) {{ ageBand }} }}
      other: user(id: $nonce) {{ id }}
    }}"""
    for with_phone in (first, not first, first):
        answer = await ask(a_world, document, {"with": with_phone})
        assert set(answer["data"]["user"]) == ({"id", "phone"} if with_phone else {"id", "ageBand"})
        assert a_world.codes(answer) == (["FIELD_FORBIDDEN"] if with_phone else [])


async def test_a_door_that_is_skipped_is_neither_opened_nor_recorded(a_world: World) -> None:
    document = f"""query($id: ID!, $on: Boolean!) {MATCHING} {{
      __typename user(id: $id) @include(if: $on) {{ id }}
    }}"""
    assert (await ask(a_world, document, {"on": False}))["data"] == {"__typename": "Query"}
    assert "user" in (await ask(a_world, document, {"on": True}))["data"]


async def test_a_plan_kept_for_one_role_does_not_serve_another(a_world: World) -> None:
    user = a_world.demo.users["offered-employer-a"]
    document = "query($id: ID!) { user(id: $id) { id phone email } }"
    headers = {"Purpose": "service.account"}
    seen = await a_world.ask("frontend", document, {"id": user}, headers=headers)
    assert seen["data"]["user"]["phone"]
    at_employer = await a_world.ask(
        "employer-b", document, {"id": user}, headers={"Purpose": "service.application"}
    )
    assert at_employer == {"data": {"user": None}}
    under_matching = await a_world.ask(
        "frontend", document, {"id": user}, headers={"Purpose": "service.matching"}
    )
    assert under_matching["data"]["user"] == {"id": user, "phone": None, "email": None}


async def test_several_doors_are_decided_one_by_one_and_recorded_together(a_world: World) -> None:
    other = a_world.demo.users["busy"]
    document = f"""query($id: ID!, $other: ID!) {MATCHING} {{
      a: user(id: $id) {{ ageBand }} b: user(id: $other) {{ phone }} nobody: user(id: "nobody") {{ id }}
    }}"""
    given = {"id": a_world.demo.users["plain"], "other": other}
    response = await a_world.send("frontend", document, given)
    answer = response.json()
    assert answer["data"]["a"]["ageBand"]
    assert (answer["data"]["b"], answer["data"]["nobody"]) == ({"phone": None}, None)
    ledger = await a_world.ask(
        "auditor",
        """query($r: ID!) @purpose(id: "compliance.security") { accesses(requestId: $r) { edges { node {
          outcome users releases { edges { node { user released withheld } } } } } } }""",
        {"r": response.headers["x-request-id"]},
    )
    (edge,) = ledger["data"]["accesses"]["edges"]
    assert (edge["node"]["outcome"], edge["node"]["users"]) == ("PARTLY", 2)
    parts = {each["node"]["user"]: each["node"] for each in edge["node"]["releases"]["edges"]}
    assert parts[given["id"]]["released"] == ["User.ageBand"]
    assert (parts[other]["released"], parts[other]["withheld"]) == (["User.id"], ["User.phone"])


@pytest.mark.parametrize("strict", ["true", "false"])
async def test_one_refused_door_refuses_all_of_a_strict_operation(a_world: World, strict: str) -> None:
    purpose = f'@purpose(id: "service.matching", strict: {strict})'
    answer = await ask(
        a_world,
        f"query($id: ID!) {purpose} {{ a: user(id: $id) {{ ageBand }} b: user(id: $id) {{ phone email }} }}",
    )
    assert a_world.codes(answer) == ["FIELD_FORBIDDEN", "FIELD_FORBIDDEN"]
    assert ("data" in answer) is (strict == "false")


async def test_a_strict_operation_is_refused_when_a_single_person_withholds(a_world: World) -> None:
    asked = "users(first: 1000) { edges { node { id email } } }"
    loose = await a_world.ask("employer-a", f'query @purpose(id: "service.application") {{ {asked} }}')
    assert a_world.codes(loose) == ["FIELD_WITHHELD"]
    strict = await a_world.send(
        "employer-a", f'query @purpose(id: "service.application", strict: true) {{ {asked} }}'
    )
    assert a_world.codes(strict.json()) == ["FIELD_WITHHELD"]
    assert "data" not in strict.json()
    assert "@example" not in strict.text


@pytest.mark.parametrize("keys", ['["nothing"]', "[]", '["email", "User.phone", "*"]'])
async def test_unknown_answers_are_not_there_and_say_nothing(a_world: World, keys: str) -> None:
    answer = await ask(
        a_world, f"query($id: ID!) {ACCOUNT} {{ user(id: $id) {{ answers(keys: {keys}) {{ key value }} }} }}"
    )
    assert answer == {"data": {"user": {"answers": None}}}


async def test_each_refused_answer_is_refused_by_its_own_field(a_world: World) -> None:
    questions = a_world.house.inforce.edition_in_force.questions
    text = next(key for key, question in questions.items() if question.category == "form-text")
    choice = next(key for key, question in questions.items() if question.category == "form")
    answer = await ask(
        a_world,
        f"query($id: ID!, $keys: [ID!]) {MATCHING} {{ user(id: $id) {{ answers(keys: $keys) {{ key value }} }} }}",
        {"keys": [choice, text, choice, "nothing"]},
    )
    assert [each["key"] for each in answer["data"]["user"]["answers"]] == [choice]
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["field"]) == (["user", "answers"], f"User.answers.{text}")


async def test_an_unknown_field_is_not_answered_with_a_suggestion(a_world: World) -> None:
    answer = await ask(a_world, f"query($id: ID!) {MATCHING} {{ user(id: $id) {{ phon }} }}")
    assert a_world.codes(answer) == ["DOCUMENT_INVALID"]
    assert "phone" not in str(answer)


async def test_neither_subscriptions_nor_deferred_parts_are_served(a_world: World) -> None:
    for document in (
        "subscription { user }",
        f"query($id: ID!) {MATCHING} {{ user(id: $id) {{ ... @defer {{ phone }} }} }}",
        f"query {MATCHING} {{ users {{ edges @stream(initialCount: 0) {{ node {{ phone }} }} }} }}",
    ):
        assert a_world.codes(await ask(a_world, document)) == ["DOCUMENT_INVALID"]
