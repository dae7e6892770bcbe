"""Attacks by lists: values named many times, mistakes made many times, names without end."""

import time
import unicodedata
from collections.abc import Sequence
from typing import Any

import pytest
from graphql.execution.values import get_variable_values

from api.gateway.changes.mistakes import MOST as MOST_MISTAKES
from api.gateway.documents.fitting import MOST as MOST_MISFITS
from api.gateway.limits import MOST_LISTED
from models.database.dialect import Dialect, numbered
from models.database.store import WrongValue
from models.formats.given import unknown
from policies.banned import LONGEST, banned
from tests.api.test_register import REGISTER, body
from tests.world import World

ACCOUNT = '@purpose(id: "service.account")'
MANY = 1500


def filtered(key: str, kind: str) -> str:
    return (
        f"query($in: [{kind}!]) {ACCOUNT} {{ users(filter: {{{key}: {{in: $in}}}})"
        " { edges { node { id } } } }"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("key", "kind", "value"),
    [
        ("ageBand", "String", "25-29"),
        ("workEligibility", "WorkEligibility", "ELIGIBLE"),
        ("phone", "String", "+819012345678"),
        ("email", "String", "nobody@mail.example"),
    ],
)
async def test_a_value_named_many_times_is_looked_for_once(
    a_world: World, key: str, kind: str, value: str
) -> None:
    asked: list[tuple[str, str]] = []
    rows = a_world.house.store.rows

    async def watched(text: str, args: Sequence[Any]) -> Sequence[Any]:
        if "FROM users u" in text:
            asked.append((text, repr([each for each in args if isinstance(each, str | list)])))
        return await rows(text, args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(a_world.house.store, "rows", watched)
        once = await a_world.ask("frontend", filtered(key, kind), {"in": [value]})
        many = await a_world.ask("frontend", filtered(key, kind), {"in": [value] * MANY})
    assert "errors" not in once
    assert many == once
    assert asked[0] == asked[1]


def test_the_work_of_numbering_grows_with_the_names_and_not_with_their_square() -> None:
    def seconds(count: int) -> float:
        sql = " ".join(f":f{each}" for each in range(count))
        began = time.process_time()
        _, names = numbered(sql, Dialect.SQLITE)
        assert len(names) == count
        return time.process_time() - began

    assert min(seconds(20_000) for _ in range(3)) < 60 * min(seconds(1_000) for _ in range(3))


async def test_a_statement_too_complex_is_the_fault_of_who_asked(a_world: World) -> None:
    deep = 100_000
    with pytest.raises(WrongValue):
        await a_world.house.store.rows("SELECT 1" + " + 1" * deep, [])
    async with a_world.house.store.transaction() as transaction:
        assert await transaction.fetch("SELECT 1", {})


@pytest.mark.parametrize("wrong", [[{}] * 20_000, [[]] * 20_000, [{"a": 1}, *[None] * 20_000]])
async def test_of_many_mistakes_in_variables_few_are_put_into_words(
    a_world: World, wrong: list[object]
) -> None:
    told: list[int] = []

    def watched(*args: Any, **more: Any) -> Any:
        found = get_variable_values(*args, **more)
        told.append(len(found))
        return found

    query = f"query($ids: [ID!]) {ACCOUNT} {{ users(filter: {{ids: $ids}}) {{ __typename }} }}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.gateway.documents.operation.get_variable_values", watched)
        answer = await a_world.ask("frontend", query, {"ids": wrong})
    assert set(a_world.codes(answer)) == {"BAD_INPUT"}
    assert told
    assert max(told) <= 2
    assert len(str(answer)) < 10_000


def test_a_name_without_end_is_none_of_ours_and_is_not_normalized(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def watched(form: Any, text: str) -> str:
        read.append(len(text))
        return unicodedata.normalize(form, text)

    class Watched:
        normalize = staticmethod(watched)

    monkeypatch.setattr("policies.banned.unicodedata", Watched)
    assert banned("a" + "\u0301\u0327" * 2_000) is None
    assert banned("mynumber".rjust(LONGEST + 1, "_")) is None
    assert read == []
    assert banned("mynumber".rjust(LONGEST, "_")) == banned("mynumber")


async def test_the_keys_of_answers_are_counted_and_no_more_than_so_many(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    names = " ".join(f"a{each}: answers(keys: $k) {{ key }}" for each in range(90))
    query = f"query($k: [ID!]) {ACCOUNT} {{ me {{ {names} }} }}"
    answer = await a_world.ask("frontend", query, {"k": ["x"] * MOST_LISTED}, user=user)
    assert "errors" not in answer
    answer = await a_world.ask("frontend", query, {"k": ["x"] * (MOST_LISTED + 1)}, user=user)
    told = answer["errors"][0]["extensions"]
    assert (told["code"], told["limit"], told["asked"]) == ("LIMIT_EXCEEDED", "listed", MOST_LISTED + 1)
    assert told["argument"] == "answers.keys"


async def test_the_keys_of_answers_cost_for_each_person_and_name(a_world: World) -> None:
    names = " ".join(f"a{each}: answers(keys: $k) {{ key }}" for each in range(90))
    query = f"query($k: [ID!]) {ACCOUNT} {{ users(first: 100) {{ edges {{ node {{ {names} }} }} }} }}"
    answer = await a_world.ask("frontend", query, {"k": ["x"] * 100})
    told = answer["errors"][0]["extensions"]
    assert (told["limit"], told["asked"]) == ("cost", 1 + 100 * (2 + 90 * (1 + 100 + 10)))


async def test_the_facts_of_an_explanation_are_counted(a_world: World) -> None:
    asked = 'purpose: "service.account", role: "frontend", recipient: "internal", field: "User.email"'
    query = f"query($f: [ID!]) {{ explain({asked}, facts: $f) {{ allowed }} }}"
    answer = await a_world.ask("policy-admin", query, {"f": ["noticed"] * 3})
    assert "errors" not in answer
    answer = await a_world.ask("policy-admin", query, {"f": ["noticed"] * (MOST_LISTED + 1)})
    (error,) = answer["errors"]
    assert error["extensions"]["argument"] == "explain.facts"
    assert (error["extensions"]["code"], error["extensions"]["limit"]) == ("LIMIT_EXCEEDED", "listed")
    assert "data" not in answer


async def test_of_many_misfits_the_first_are_told_and_the_rest_is_not_read(a_world: World) -> None:
    read: list[str] = []

    def watched(parent: str, name: object, names: Any) -> Any:
        read.append(parent)
        return unknown(parent, name, names)

    query = f"query($f: UserFilter) {ACCOUNT} {{ users(filter: $f) {{ __typename }} }}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.gateway.documents.fitting.unknown", watched)
        answer = await a_world.ask("frontend", query, {"f": {f"k{each}": 1 for each in range(5_000)}})
    assert len(answer["errors"]) == MOST_MISFITS
    assert len(read) == MOST_MISFITS


async def test_a_form_with_mistakes_without_end_is_told_some_and_how_many_more(a_world: World) -> None:
    given = body({"answers": [{"key": f"no{each}", "value": "x"} for each in range(500)]})
    answer = await a_world.ask("frontend", REGISTER, given)
    assert len(answer["errors"]) == MOST_MISTAKES
    assert answer["errors"][-1]["extensions"]["more"] >= 500 - MOST_MISTAKES
    assert all("more" not in each["extensions"] for each in answer["errors"][:-1])
