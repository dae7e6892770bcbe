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
    OperationDefinitionNode,
    get_named_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values
from graphql.type import GraphQLSchema

from api.gateway.refusal import Code, Refusal

TYPENAME = "__typename"
MOST_FIELDS = 2_000
"""The most fields an operation may ask for with its fragments spread out: a few aliases at each level multiply."""


@dataclass(frozen=True, slots=True)
class Selected:
    """One field of a selection: the key it answers under, its arguments, and what is asked below it."""

    key: str
    name: str
    type_name: str
    arguments: Mapping[str, Any]
    children: tuple["Selected", ...]


@dataclass(frozen=True, slots=True)
class Root:
    """A field asked of the root; its arguments are read anew for each run of the operation."""

    selected: Selected
    definition: GraphQLField | None
    node: FieldNode

    def arguments(self, variables: VariableValues) -> Mapping[str, Any]:
        """Its arguments, coerced to their types."""
        if self.definition is None:
            return {}
        return get_argument_values(self.definition, self.node, variables, hide_suggestions=True)


@dataclass(slots=True)
class Collector:
    """Reads the selections of one operation with one set of variables; `asked` counts its fields."""

    schema: GraphQLSchema
    fragments: dict[str, FragmentDetails]
    variables: VariableValues
    operation: OperationDefinitionNode
    asked: int = 0

    def roots(self, root: GraphQLObjectType) -> tuple[Root, ...]:
        """The fields that the operation asks of the root.

        Raises:
            Refusal: `LIMIT_EXCEEDED`.
        """
        grouped, _, _ = collect_fields(
            self.schema, self.fragments, self.variables, root, self.operation, hide_suggestions=True
        )
        return tuple(self._root(root, key, details) for key, details in grouped.items())

    def _root(self, root: GraphQLObjectType, key: str, details: list[FieldDetails]) -> Root:
        node = details[0].node
        name = node.name.value
        field = self.schema.get_field(root, name)
        if field is None or name.startswith("__"):
            self._below(get_named_type(field.type) if field else None, details)
            return Root(Selected(key, name, "", {}, ()), None, node)
        named = get_named_type(field.type)
        return Root(Selected(key, name, named.name, {}, self._below(named, details)), field, node)

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
        return Selected(key, name, named.name, arguments, self._below(named, details))

    def _below(self, named: GraphQLNamedType | None, details: list[FieldDetails]) -> tuple[Selected, ...]:
        self.asked += 1
        if self.asked > MOST_FIELDS:
            raise Refusal(Code.LIMIT_EXCEEDED, f"the operation asks for more than {MOST_FIELDS} fields")
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
