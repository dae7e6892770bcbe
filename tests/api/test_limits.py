"""The limits: each is told by its name, with what was asked and what to do, before anything is read or compared."""

import time
from typing import Any

import pytest
from graphql import GraphQLSchema

from api.gateway.documents.document import check
from api.gateway.limits import MOST_FRAGMENTS, MOST_OPERATIONS, USUAL, Limits
from api.gateway.refusal import Code, Refusal
from api.schema.build import build_schema, core
from tests.world import World

SMALL = Limits(
    characters=1_000, tokens=200, depth=5, fields=30, aliases=3, root_fields=4, directives=2, cost=1_000
)
ACCOUNT = '@purpose(id: "service.account")'
SECURITY = '@purpose(id: "compliance.security")'


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return core(build_schema())


def refusal(text: str, schema: GraphQLSchema, limits: Limits) -> Refusal:
    with pytest.raises(Refusal) as told:
        check(text, schema, "en", limits)
    return told.value


@pytest.mark.parametrize(
    ("text", "limit", "asked", "remedy"),
    [
        ("{ purposes { id } } #" + "x" * 1_000, "characters", 1_021, "ask for less"),
        ("{ " + "purposes { id } " * 60 + "}", "tokens", None, "in several operations"),
        ("{ users { edges { node { accesses { edges { cursor } } } } } }", "depth", None, "ask for less"),
        ("{ users { edges { node { ... { accesses { ...a } } } } } } fragment a on AccessConnection { edges { cursor } }", "depth", None, "ask for less"),
        ("{ " + " ".join(f"{each}: purposes {{ id en ja abstract {each}: id }}" for each in "abc") + " ...f } fragment f on Query { d: edition { " + " ".join(f"x{each}: number y{each}: id z{each}: note" for each in range(3)) + " rules { id effect role action purpose field recipient needs clause noteJa noteEn } } }", "fields", None, "in several operations"),
        ("{ purposes { a: id b: id ... { c: id ...f } } } fragment f on Purpose { d: id }", "aliases", 4, "in several operations"),
        ("{ purposes { id } recipients { id } fields { path } form { key } edition { id } }", "root_fields", 5, "in several operations"),
        ("{ purposes { id @skip(if: false) en @skip(if: false) ja @skip(if: true) } }", "directives", 3, "use fewer"),
    ],
)  # fmt: skip
def test_a_document_that_asks_too_much_is_told_which_limit_and_what_to_do(
    schema: GraphQLSchema, text: str, limit: str, asked: int | None, remedy: str
) -> None:
    told = refusal(text, schema, SMALL)
    assert told.code is Code.LIMIT_EXCEEDED
    assert (told.extensions["limit"], told.extensions.get("asked")) == (limit, asked)
    assert told.extensions["most"] == getattr(SMALL, limit)
    assert remedy in told.message


@pytest.mark.parametrize(
    ("text", "limit", "most"),
    [
        (" ".join(f"query q{each} {{ __typename }}" for each in range(51)), "operations", MOST_OPERATIONS),
        ("{ __typename } " + " ".join(f"fragment f{each} on Query {{ __typename }}" for each in range(101)), "fragments", MOST_FRAGMENTS),
    ],
)  # fmt: skip
def test_operations_and_fragments_of_a_document_are_counted(
    schema: GraphQLSchema, text: str, limit: str, most: int
) -> None:
    told = refusal(text, schema, USUAL)
    assert (told.extensions["limit"], told.extensions["asked"], told.extensions["most"]) == (
        limit,
        most + 1,
        most,
    )


REPEATED = {
    "one key": "{ purposes { " + " ".join(["a: id", "a: en"] * 600) + " } }",
    "one key under merged parents": "{ " + " ".join(["purposes { a: id }", "purposes { a: en }"] * 300) + " }",
    "one key through a fragment": "{ purposes { ...f ...g } } fragment f on Purpose { " + "a: id " * 600 + "} fragment g on Purpose { " + "a: en " * 600 + "}",
    "an unused fragment": "{ __typename } fragment f on Purpose { " + "a: id a: en " * 600 + "}",
}  # fmt: skip


@pytest.mark.parametrize("text", REPEATED.values(), ids=REPEATED)
def test_fields_under_one_key_are_counted_before_validation_compares_them(
    schema: GraphQLSchema, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compare(*_args: object, **_more: object) -> None:
        raise AssertionError("the document was validated")

    monkeypatch.setattr("api.gateway.documents.document.validate", compare)
    told = refusal(text, schema, USUAL)
    assert told.extensions["limit"] == "repeated_fields"
    assert "write each once" in told.message


WORST = {
    "as many repetitions as may be": "{ purposes { " + "id " * 63 + " ".join(f"a{each}: id" for each in range(90)) + " } }",
    "as many in pairs": "{ purposes { " + " ".join(f"a{each}: id a{each}: id" for each in range(100)) + " } }",
    "as many spreads": "{ purposes { " + " ".join(f"...f{each}" for each in range(100)) + " } } " + " ".join(f"fragment f{each} on Purpose {{ a{each}: id b{each}: en c{each}: ja }}" for each in range(100)),
}  # fmt: skip


@pytest.mark.parametrize("text", WORST.values(), ids=WORST)
def test_the_worst_document_that_is_let_through_is_checked_quickly(schema: GraphQLSchema, text: str) -> None:
    began = time.process_time()
    assert check(text, schema).operation(None)
    assert time.process_time() - began < 2


async def cost(world: World, query: str, client: str = "frontend") -> object:
    answer = await world.ask(client, query)
    (error,) = (each for each in answer["errors"] if each["extensions"]["code"] == "LIMIT_EXCEEDED")
    assert "data" not in answer
    assert "ask for fewer of them with `first`" in error["message"]
    assert (error["extensions"]["limit"], error["extensions"]["most"]) == ("cost", USUAL.cost)
    return error["extensions"]["asked"]


async def test_a_thousand_people_with_forty_fields_and_some_doors_beside_are_within_the_limit(
    a_world: World,
) -> None:
    fields = " ".join(f"a{each}: phone b{each}: email" for each in range(20))
    doors = " ".join(
        f'u{each}: user(id: "{a_world.demo.users["plain"]}") {{ id email }}' for each in range(20)
    )
    query = f"query {ACCOUNT} {{ users(first: 1000) {{ edges {{ node {{ id {fields} }} }} }} {doors} }}"
    answer = await a_world.ask("frontend", query)
    assert a_world.codes(answer) == []
    assert len(answer["data"]["users"]["edges"]) > 50


async def test_cost_is_people_times_fields_added_up_over_aliases(a_world: World) -> None:
    fields = " ".join(f"a{each}: phone" for each in range(98))
    one = f"users(first: 1000) {{ edges {{ node {{ {fields} }} }} }}"
    assert await cost(a_world, f"query {ACCOUNT} {{ x: {one} y: {one} }}") == 2 * (1 + 1000 * 100)


async def test_the_page_may_come_by_a_variable_or_by_default(a_world: World) -> None:
    fields = " ".join(f"a{each}: phone b{each}: email c{each}: id" for each in range(99))
    query = f"query($n: Int) {ACCOUNT} {{ users(first: $n) {{ edges {{ node {{ {fields} }} }} }} }}"
    for given, asked in ((1000, 1 + 1000 * 299), (700, 1 + 700 * 299)):
        answer = await a_world.ask("frontend", query, {"n": given})
        assert answer["errors"][0]["extensions"]["asked"] == asked
    for fits in (600, None):
        assert a_world.codes(await a_world.ask("frontend", query, {"n": fits})) == []


async def test_the_ids_of_a_filter_are_counted(a_world: World) -> None:
    query = f"query($ids: [ID!]) {ACCOUNT} {{ users(filter: {{ids: $ids}}) {{ edges {{ node {{ id }} }} }} }}"
    answer = await a_world.ask("frontend", query, {"ids": ["u"] * (USUAL.cost - 61)})
    assert a_world.codes(answer) == []
    answer = await a_world.ask("frontend", query, {"ids": ["u"] * (USUAL.cost - 60)})
    assert answer["errors"][0]["extensions"]["asked"] == USUAL.cost + 1


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        (
            "{ accesses(first: 1000) { edges { node { releases(first: 1000) { edges { node { user released } } } } } } }",
            1 + 1000 * (2 + 1 + 100 * 4),
        ),
        (
            "{ a: provisions(first: 1000) { edges { node { " + " ".join(f"a{each}: id b{each}: user c{each}: recipient" for each in range(99)) + " } } } }",
            1 + 1000 * 299,
        ),
    ],
)  # fmt: skip
async def test_the_ledger_costs_as_people_do(a_world: World, query: str, asked: int) -> None:
    assert await cost(a_world, f"query {SECURITY} {query}", "auditor") == asked


async def test_what_is_walked_value_by_value_costs_as_much(a_world: World) -> None:
    types = "types { fields { name description type { name } args { name } } }"
    query = "{ __schema { " + " ".join(f"a{each}: {types}" for each in range(90)) + " } }"
    assert await cost(a_world, query) == 90 * (1 + 100 * (1 + 5 * (1 + 1 + 2 + 4)))


async def test_what_costs_too_much_reads_nothing_and_stands_in_the_ledger(a_world: World) -> None:
    fields = " ".join(f"a{each}: phone b{each}: email c{each}: id" for each in range(99))
    query = f"query {ACCOUNT} {{ users(first: 1000) {{ edges {{ node {{ {fields} }} }} }} }}"
    rows = a_world.house.store.rows
    with pytest.MonkeyPatch.context() as patch:

        async def read(text: str, given: Any) -> Any:
            assert "users" not in text, "people were read"
            return await rows(text, given)

        patch.setattr(a_world.house.store, "rows", read)
        refused = await a_world.send("frontend", query)
    told = await a_world.ask(
        "auditor",
        f"query($r: ID) {SECURITY} {{ accesses(requestId: $r) {{ edges {{ node {{ outcome code users }} }} }} }}",
        {"r": refused.headers["x-request-id"]},
    )
    assert [each["node"] for each in told["data"]["accesses"]["edges"]] == [
        {"outcome": "REFUSED", "code": "LIMIT_EXCEEDED", "users": 0}
    ]


@pytest.mark.parametrize(
    "query",
    ["{ purposes { idd } }", "{ purpose { id } }", "{ explain(rol: 1) { rule } }", "{ purposes @skp { id } }", "{ ... on Purposes { id } }", "query($x: UserFiltr) { purposes { id } }", '{ users(filter: {emal: "x"}) { __typename } }', "{ users(orderBy: ID_ASCC) { __typename } }"],
)  # fmt: skip
async def test_no_error_suggests_what_the_schema_has(a_world: World, query: str) -> None:
    response = await a_world.send("employer-a", query)
    assert response.json()["errors"]
    assert "did you mean" not in response.text.lower()
    for name in ("purposes", "explain", "Purpose", "UserFilter", "email", "ID_ASC"):
        assert f'"{name}"' not in response.json()["errors"][0]["message"].replace(query, "")
