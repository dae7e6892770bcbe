"""Attacks on memory: what is kept of a client's questions is bounded for all contexts together."""

import itertools
from typing import Any

import pytest

from api.gateway.documents import document
from api.gateway.documents.document import Documents
from api.gateway.documents.operation import LONGEST_SHAPE
from api.gateway.kept import Kept
from api.gateway.limits import LONGEST_ALIAS
from api.gateway.release import context, purpose
from api.gateway.release.reading import LONGEST_TAIL, MOST_STATEMENTS, Reading
from api.schema.build import core
from tests.world import World

ACCOUNT = '@purpose(id: "service.account")'
KEYS = f"query($k: [ID!]) {ACCOUNT} {{ me {{ answers(keys: $k) {{ key }} }} }}"


async def kept(world: World) -> dict[Any, Any]:
    return (await world.house.inforce.current()).kept


async def test_of_long_lists_of_keys_nothing_is_kept(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    await a_world.ask("frontend", KEYS, {"k": ["japaneseLevel"]}, user=user)
    shapes = a_world.house.gateway._documents._shapes  # noqa: SLF001 - its memory
    readings = (await kept(a_world))["readings"]
    before = shapes.size, readings.size
    for each in range(3):
        long = [f"{each}{'x' * LONGEST_SHAPE}", "japaneseLevel"]
        answer = await a_world.ask("frontend", KEYS, {"k": long}, user=user)
        assert "errors" not in answer
    assert (shapes.size, readings.size) == before


async def test_shapes_of_all_documents_have_one_budget_and_go_with_them(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 300
    monkeypatch.setattr(document, "MOST_SHAPED", most)
    monkeypatch.setattr(document, "MOST_KEPT", 10)
    documents = Documents(core(a_world.house.schema))
    sizes = []
    for each in range(30):
        text = f"query($a: Boolean!, $b: Boolean!) {{ purposes {{ id a{each}: id @skip(if: $a) en @skip(if: $b) }} }}"
        operation = documents.get(text, "en").operation(None)
        for a, b in itertools.product((True, False), repeat=2):
            roots = operation.roots(operation.variables({"a": a, "b": b}))
            assert operation.roots(operation.variables({"a": a, "b": b})) is roots
            assert len(roots[0].selected.children) == 1 + (not a) + (not b)
        sizes.append(documents._shapes.size)  # noqa: SLF001 - its memory
    assert 0 < max(sizes) <= most
    monkeypatch.setattr(document, "MOST_KEPT", 0)
    documents.get("{ __typename }", "en")
    assert (documents._shapes.size, len(documents._shapes)) == (0, 0)  # noqa: SLF001 - its memory


async def test_readings_have_one_budget_for_all_contexts(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 500
    monkeypatch.setattr(context, "MOST_READ", most)
    (await kept(a_world)).clear()
    users = "users(first: 1) { edges { node { id %s } } }"
    for client, why in (("frontend", "service.account"), ("employer-a", "service.application")):
        for each in range(40):
            text = f'query @purpose(id: "{why}") {{ {users % f"a{each}: id"} }}'
            assert "errors" not in await a_world.ask(client, text)
    force = await kept(a_world)
    assert 0 < force["readings"].size <= most
    assert len(force["readings"]) < 40
    (await kept(a_world)).clear()


async def test_contexts_are_dropped_one_by_one(a_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purpose, "MOST_CONTEXTS", 6)
    (await kept(a_world)).clear()
    text = 'query @purpose(id: "service.account") { users(first: 1) { edges { node { id } } } }'
    categories = sorted((await a_world.house.inforce.current()).edition.categories)[:10]
    for each in categories:
        await a_world.ask("frontend", text, scope=(f"category:{each}",))
    contexts = (await kept(a_world))["contexts"]
    assert isinstance(contexts, Kept)
    assert len(contexts) == 6
    (await kept(a_world)).clear()


async def test_of_one_reading_few_statements_are_kept_and_none_that_is_long(a_world: World) -> None:
    text = f"query($n: Int) {ACCOUNT} {{ users(first: $n) {{ edges {{ node {{ id phone }} }} }} }}"
    for number in range(1, MOST_STATEMENTS + 5):
        await a_world.ask("frontend", text, {"n": number})
    readings = (await kept(a_world))["readings"]
    found = [each for (_, each), _ in readings._all.values() if isinstance(each, Reading)]  # noqa: SLF001
    assert found
    assert max(len(each.statements) for each in found) <= MOST_STATEMENTS
    before = dict(found[0].statements)
    found[0].statement(" AND 1 = 1" * LONGEST_TAIL, None)
    assert len(found[0].statements) <= len(before)


@pytest.mark.parametrize("field", ["id", "__typename", "phone"])
async def test_an_alias_has_a_length_that_is_refused(a_world: World, field: str) -> None:
    user = a_world.demo.users["plain"]
    for length in (LONGEST_ALIAS, LONGEST_ALIAS + 1):
        answer = await a_world.ask(
            "frontend", f"query {ACCOUNT} {{ me {{ ...f }} }} fragment f on User {{ {'a' * length}: {field} }}", user=user
        )  # fmt: skip
        told = answer.get("errors", [{}])[0].get("extensions", {})
        if length > LONGEST_ALIAS:
            assert (told["code"], told["limit"], told["asked"]) == ("LIMIT_EXCEEDED", "alias", length)
        else:
            assert "code" not in told


async def test_what_validation_gives_up_is_beyond_a_limit(a_world: World) -> None:
    count = 90
    fragments = " ".join(
        f"fragment f{each} on Query {{ {' '.join(f'...f{to}' for to in range(each + 1, min(each + 18, count)))} purposes {{ id }} }}"
        for each in range(count)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graphql.validation.validation_context.MAX_FRAGMENT_WORK", 50)
        answer = await a_world.ask("frontend", "{ ...f0 }" + fragments)
    assert a_world.codes(answer) == ["LIMIT_EXCEEDED"]
