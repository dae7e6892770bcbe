"""The selection: what an operation asks of one field, with fragments, aliases and conditions resolved.

graphql-core's own collecting is used, so that the fast way and the standard way see the same selection.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationDefinitionNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values
from graphql.type import GraphQLSchema

from api.gateway.limits import MOST_LISTED
from api.gateway.refusal import exceeded

TYPENAME = "__typename"
SIZED = ("edges", "results")
"""Lists whose size an argument above them says."""

OF_EACH = 10
"""How long a list without pages, such as a person's consents, is taken to be."""

SIZES = {
    "types": 100,
    "rules": 100,
    **dict.fromkeys(("fields", "inputFields", "enumValues", "directives"), 5),
    **dict.fromkeys(("args", "locations"), 3),
    **dict.fromkeys(("interfaces", "possibleTypes"), 1),
}
"""How long lists of the schema and of an edition are taken to be."""

SELDOM_FULL = 10
"""Most accesses touch few people: of a page of their releases, one in so many is counted."""


@dataclass(frozen=True, slots=True)
class Selected:
    """One field of a selection: the key it answers under, its arguments, and what is asked below it.

    Attributes:
        weight: how many values it may give, by the sizes of the pages in it.
        values: how many it gives where it is no list, a list in it counted once.
    """

    key: str
    name: str
    type_name: str
    arguments: Mapping[str, Any]
    children: tuple["Selected", ...]
    weight: int = 1
    values: int = 1

    @property
    def fields(self) -> int:
        """How many fields there are below it, with itself."""
        return 1 + sum([each.fields for each in self.children])


@dataclass(frozen=True, slots=True)
class Root:
    """A field asked of the root; its arguments are read anew for each run of the operation.

    Attributes:
        lasting: what is made for it may be kept, as the operation keeps it too.
    """

    selected: Selected
    definition: GraphQLField | None
    node: FieldNode
    lasting: bool = True

    @property
    def fields(self) -> int:
        """How many fields are asked in it."""
        return self.selected.fields

    @property
    def weight(self) -> int:
        """How many values it gives of each of those it is asked of."""
        return self.selected.weight

    def arguments(self, variables: VariableValues) -> Mapping[str, Any]:
        """Its arguments, coerced to their types."""
        if self.definition is None:
            return {}
        return get_argument_values(self.definition, self.node, variables, hide_suggestions=True)


@dataclass(slots=True)
class Collector:
    """Reads the selections of one operation with one set of variables."""

    schema: GraphQLSchema
    fragments: dict[str, FragmentDetails]
    variables: VariableValues
    operation: OperationDefinitionNode
    lasting: bool = True

    def roots(self, root: GraphQLObjectType) -> tuple[Root, ...]:
        """The fields that the operation asks of the root."""
        grouped, _, _ = collect_fields(
            self.schema, self.fragments, self.variables, root, self.operation, hide_suggestions=True
        )
        return tuple(self._root(root, key, details) for key, details in grouped.items())

    def _root(self, root: GraphQLObjectType, key: str, details: list[FieldDetails]) -> Root:
        node = details[0].node
        name = node.name.value
        field = self.schema.get_field(root, name)
        if field is None:
            return Root(Selected(key, name, "", {}, ()), None, node)
        named = get_named_type(field.type)
        if name.startswith("__"):
            weight = _weight(self._below(named, details)) or 1
            return Root(Selected(key, name, "", {}, (), weight), None, node)
        below = self._below(named, details)
        selected = Selected(key, name, named.name, {}, below, _weight(below) or 1)
        return Root(selected, field, node, self.lasting)

    def _selected(
        self, parent: GraphQLObjectType, grouped: Mapping[str, list[FieldDetails]]
    ) -> tuple[Selected, ...]:
        return tuple(self._one(parent, key, details) for key, details in grouped.items())

    def _one(self, parent: GraphQLObjectType, key: str, details: list[FieldDetails]) -> Selected:
        node = details[0].node
        name = node.name.value
        field = self.schema.get_field(parent, name)
        if field is None or name.startswith("__"):
            return Selected(key, name, "", {}, ())
        arguments = get_argument_values(
            field, node, self.variables, details[0].fragment_variable_values, hide_suggestions=True
        )
        named = get_named_type(field.type)
        below = self._below(named, details)
        weight = 1 + listed(name, arguments) + _size(field.type, name, arguments) * _weight(below)
        values = 1 if is_list(field.type) else max(1, sum(each.values for each in below))
        return Selected(key, name, named.name, arguments, below, weight, values)

    def _below(self, named: GraphQLNamedType | None, details: list[FieldDetails]) -> tuple[Selected, ...]:
        if not isinstance(named, GraphQLObjectType):
            return ()
        grouped, _, _ = collect_subfields(
            self.schema,
            self.fragments,
            self.variables,
            self.operation,
            named,
            details,
            hide_suggestions=True,
        )
        return self._selected(named, grouped)


def listed(name: str, arguments: Mapping[str, Any]) -> int:
    """How many values the lists in the arguments of a field have.

    Raises:
        Refusal: `LIMIT_EXCEEDED` for more than one argument may list, with its place.
    """
    count = 0
    for argument, value in arguments.items():
        if isinstance(value, list):
            if len(value) > MOST_LISTED:
                raise exceeded("listed", len(value), MOST_LISTED, argument=f"{name}.{argument}")
            count += len(value)
    return count


def _weight(below: tuple[Selected, ...]) -> int:
    return sum([each.weight for each in below])


def _size(kind: GraphQLOutputType, name: str, arguments: Mapping[str, Any]) -> int:
    """How many items a field is taken to have."""
    first = arguments.get("first")
    if isinstance(first, int):
        return max(first // SELDOM_FULL if name == "releases" else first, 0)
    return SIZES.get(name, OF_EACH) if is_list(kind) and name not in SIZED else 1


def is_list(kind: GraphQLOutputType) -> bool:
    """Whether a field is a list."""
    return is_list_type(kind.of_type if is_non_null_type(kind) else kind)
