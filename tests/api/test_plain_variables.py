"""Plain variables are what graphql-core's own coercion makes of them, or are left to it."""

from typing import Any

import pytest
from graphql import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT, Undefined, build_schema, parse
from graphql.execution.values import VariableValues, get_variable_values
from graphql.language import OperationDefinitionNode

from api.gateway.documents.plain_variables import PlainVariables

SCHEMA = build_schema(
    "enum Colour { RED } scalar Date input At { id: ID } type Query { at(id: ID, n: Int, s: String, b: Boolean): ID }"
)
PLAIN = ("ID", "ID!", "String", 'String! = "x"', "Int", "Int!", "Int = 3", "Boolean", "Boolean!")
VALUES: tuple[Any, ...] = (
    Undefined, None, "", "word", "ば", "a\0b", "1", 0, 1, -1, True, False, 1.0, 1.5, [], ["a"], {}, {"id": "a"},
    GRAPHQL_MAX_INT, GRAPHQL_MAX_INT + 1, GRAPHQL_MIN_INT, GRAPHQL_MIN_INT - 1,
)  # fmt: skip


def operation(kind: str) -> OperationDefinitionNode:
    node = parse(f"query ($one: {kind}) {{ at }}").definitions[0]
    assert isinstance(node, OperationDefinitionNode)
    return node


def given(value: object) -> dict[str, Any]:
    return {"other": 1} if value is Undefined else {"one": value, "other": 1}


def shape(values: object) -> object:
    """Signatures and their types are equal only to themselves, so they are told by their text."""
    assert isinstance(values, VariableValues)
    sources = {
        name: (str(each.signature.type), bool(each.signature.default), each.value)
        for name, each in values.sources.items()
    }
    return sources, repr(values.coerced)


@pytest.mark.parametrize("kind", PLAIN)
def test_a_plain_variable_is_what_coercion_makes_of_it(kind: str) -> None:
    nodes = operation(kind).variable_definitions or ()
    plain = PlainVariables.of(SCHEMA, nodes)
    assert plain is not None
    taken = {repr(value): plain.coerced(given(value)) for value in VALUES}
    for value in VALUES:
        found = taken[repr(value)]
        if found is not None:
            assert shape(found) == shape(get_variable_values(SCHEMA, nodes, given(value))), value
    assert (
        sum(found is not None for found in taken.values())
        == {"I": 5, "S": 4, "B": 2, "D": 4}["D" if kind.startswith("ID") else kind[0]]
    )


@pytest.mark.parametrize("value", [Undefined, None, "a\0b", 2**31, 1.0, ["a"]])
def test_what_is_missing_null_or_wrong_is_left_to_coercion(value: object) -> None:
    for kind in PLAIN:
        plain = PlainVariables.of(SCHEMA, operation(kind).variable_definitions or ())
        assert plain is not None
        assert plain.coerced(given(value)) is None


@pytest.mark.parametrize("kind", ["Float", "Colour", "Date!", "At", "[ID!]!", "[Int]"])
def test_other_types_are_left_to_coercion(kind: str) -> None:
    assert PlainVariables.of(SCHEMA, operation(kind).variable_definitions or ()) is None


def test_an_operation_without_variables_has_none() -> None:
    plain = PlainVariables.of(SCHEMA, ())
    assert plain is not None
    assert plain.coerced({"a": 1}) == VariableValues({}, {})
