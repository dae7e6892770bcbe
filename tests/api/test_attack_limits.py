"""Attacks by size: a small text that asks for a lot is refused before anything is read, and quickly."""

import time
from typing import Any

import pytest
from graphql import get_introspection_query

from api.gateway.documents import document
from api.gateway.documents.document import Document, Documents, check
from api.gateway.limits import USUAL
from api.schema.build import core
from tests.world import World

ACCOUNT = '@purpose(id: "service.account")'
PATIENCE = 30
"""Seconds in which a refusal must come, with much to spare for a slow machine."""


def multiplied(aliases: int) -> str:
    """Each level of the history asks for the next under several names."""
    levels = (
        ("User", "accesses", "AccessConnection"),
        ("AccessConnection", "edges", "AccessEdge"),
        ("AccessEdge", "node", "Access"),
        ("Access", "releases", "ReleaseConnection"),
        ("ReleaseConnection", "edges", "ReleaseEdge"),
        ("ReleaseEdge", "node", "Release"),
        ("Release", "provision", "Provision"),
    )
    fragments = [
        f"fragment on{parent} on {parent} {{ "
        + " ".join(f"a{each}: {field} {{ ...on{child} }}" for each in range(aliases))
        + " }"
        for parent, field, child in levels
    ]
    return f"query {ACCOUNT} {{ me {{ ...onUser }} }} {' '.join(fragments)} fragment onProvision on Provision {{ id }}"


def introspected(aliases: int) -> str:
    names = [f"fragment t{depth} on __Type {{ " for depth in range(4)]
    texts = [
        name + " ".join(f"a{each}: ofType {{ ...t{depth + 1} }}" for each in range(aliases)) + " }"
        for depth, name in enumerate(names)
    ]
    return f"{{ __schema {{ types {{ fields {{ type {{ ...t0 }} }} }} }} }} {' '.join(texts)} fragment t4 on __Type {{ name }}"


CHAIN = 450
BOMBS = {
    "tokens": ("query " + ACCOUNT + " { " + "me { id } " * USUAL.tokens + "}", "LIMIT_EXCEEDED"),
    "length": ("{ purposes { id } } #" + "x" * USUAL.characters, "LIMIT_EXCEEDED"),
    "aliases of aliases": (multiplied(12), "LIMIT_EXCEEDED"),
    "aliases of introspection": (introspected(30), "LIMIT_EXCEEDED"),
    "introspection of introspection": (
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
        "DOCUMENT_INVALID",
    ),
    "fields in fields": ("{ " + "purposes { " * 50 + "id" + " }" * 50 + " }", "LIMIT_EXCEEDED"),
    "fragments in fragments": ("{ " + "... { " * 900 + "purposes { id }" + " }" * 900 + " }", "DOCUMENT_INVALID"),
    "lists in lists": (f"query {ACCOUNT} {{ users(filter: {{ids: {'[' * 900}{']' * 900}}}) {{ __typename }} }}", "DOCUMENT_INVALID"),
    "objects in objects": (f"query {ACCOUNT} {{ users(filter: {'{a: ' * 900}1{'}' * 900}) {{ __typename }} }}", "DOCUMENT_INVALID"),
    "one field many times": (f"query {ACCOUNT} {{ me {{ {'id ' * 3900} }} }}", "LIMIT_EXCEEDED"),
    "many conflicting fields": (
        f"query {ACCOUNT} {{ me {{ {' '.join(f'a: {name}' for name in ('id', 'email') * 600)} }} }}",
        "LIMIT_EXCEEDED",
    ),
    "a chain of fragments": (
        f"query {ACCOUNT} {{ ...f0 }} "
        + " ".join(f"fragment f{each} on Query {{ ...f{each + 1} }}" for each in range(CHAIN))
        + f" fragment f{CHAIN} on Query {{ me {{ id }} }}",
        "LIMIT_EXCEEDED",
    ),
    "a ring of fragments": (
        f"query {ACCOUNT} {{ ...a }} fragment a on Query {{ ...b }} fragment b on Query {{ ...a }}",
        "DOCUMENT_INVALID",
    ),
    "a fragment in itself": (f"query {ACCOUNT} {{ me {{ ...a }} }} fragment a on User {{ id ...a }}", "DOCUMENT_INVALID"),
    "many variables": (
        f"query({' '.join(f'$v{each}: ID' for each in range(900))}) {ACCOUNT} {{ me {{ id }} }}",
        "DOCUMENT_INVALID",
    ),
    "many directives": (f"query {ACCOUNT} {{ me {{ id {'@skip(if: false) ' * 500} }} }}", "LIMIT_EXCEEDED"),
}  # fmt: skip


@pytest.mark.parametrize(("document", "code"), BOMBS.values(), ids=BOMBS)
async def test_a_document_that_asks_too_much_is_refused_quickly(
    a_world: World, document: str, code: str
) -> None:
    began = time.perf_counter()
    response = await a_world.send("frontend", document, user=a_world.demo.users["plain"])
    assert time.perf_counter() - began < PATIENCE
    assert a_world.codes(response.json()) == [code]
    assert "data" not in response.json()
    assert len(response.text) < 1000


async def test_a_document_of_many_aliases_is_answered_up_to_the_limit(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    for count in (USUAL.aliases, USUAL.aliases + 1):
        asked = " ".join(f"a{each}: id b{each}: phone c{each}: email" for each in range(count))
        answer = await a_world.ask("frontend", f"query {ACCOUNT} {{ me {{ {asked} }} }}", user=user)
        if count == USUAL.aliases:
            assert a_world.codes(answer) == []
            assert len(answer["data"]["me"]) == 3 * count
            continue
        told = answer["errors"][0]["extensions"]
        assert told["code"] == "LIMIT_EXCEEDED"
        assert (told["limit"], told["asked"], told["most"]) == ("aliases", count, USUAL.aliases)


async def test_deep_variables_are_refused_as_what_they_are_not(a_world: World) -> None:
    deep: list[object] = []
    for _ in range(300):
        deep = [deep]
    query = f"query($ids: [ID!]) {ACCOUNT} {{ users(filter: {{ids: $ids}}) {{ edges {{ node {{ id }} }} }} }}"
    answer = await a_world.ask("frontend", query, {"ids": deep})
    assert a_world.codes(answer) == ["BAD_INPUT"]


async def test_a_hundred_thousand_ids_are_a_filter_like_any_other(a_world: World) -> None:
    ids = [f"u{each}" for each in range(60_000)] + [a_world.demo.users["plain"]]
    query = f"query($ids: [ID!]) {ACCOUNT} {{ users(filter: {{ids: $ids}}) {{ edges {{ node {{ id }} }} }} }}"
    answer = await a_world.ask("frontend", query, {"ids": ids})
    assert answer["data"]["users"]["edges"] == [{"node": {"id": ids[-1]}}]


async def test_the_standard_introspection_of_tools_is_within_the_limits(a_world: World) -> None:
    response = await a_world.ask("employer-a", get_introspection_query(input_value_deprecation=True))
    assert "errors" not in response
    assert response["data"]["__schema"]["queryType"]["name"] == "Query"


async def test_of_many_documents_the_oldest_are_forgotten(a_world: World) -> None:
    documents = a_world.house.gateway._documents  # noqa: SLF001 - its memory is the point
    for each in range(1100):
        documents.get(f"{{ purposes {{ a{each}: id }} }}", "en")
    assert len(documents._kept) == 1000  # noqa: SLF001 - the same


def asking(number: int) -> str:
    return f"{{ purposes {{ a{number}: id }} }}"


async def test_a_document_that_is_asked_for_again_stays_and_no_client_pushes_out_anothers(
    a_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def watched(text: str, *more: Any) -> Document:
        checked.append(text)
        return check(text, *more)

    monkeypatch.setattr(document, "check", watched)
    monkeypatch.setattr(document, "MOST_KEPT", 10)
    documents = Documents(core(a_world.house.schema))
    for each in range(3):
        documents.get(asking(each), "en", "quiet")
    for each in range(100, 130):
        documents.get(asking(100), "en", "loud")
        documents.get(asking(each), "en", "loud")
    checked.clear()
    for each in (0, 1, 2, 100):
        documents.get(asking(each), "en", "loud")
    assert checked == []
    assert len(documents._kept) == 10  # noqa: SLF001 - its memory is the point
