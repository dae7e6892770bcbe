"""Plain variables: of GraphQL's own scalars, whose JSON is already what coercing would make of it."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLError,
    GraphQLID,
    GraphQLInputType,
    GraphQLInt,
    GraphQLSchema,
    GraphQLString,
    VariableDefinitionNode,
    is_non_null_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource

from api.gateway.documents.fitting import NUL

KINDS: tuple[tuple[GraphQLInputType, type[str | int]], ...] = (
    (GraphQLID, str),
    (GraphQLString, str),
    (GraphQLInt, int),
    (GraphQLBoolean, bool),
)


class PlainVariables:
    """The variables of an operation that are all plain, known once for all its requests."""

    __slots__ = ("_known",)

    def __init__(self, known: Iterable[tuple[GraphQLVariableSignature, type[str | int]]]) -> None:
        self._known = tuple(known)

    @classmethod
    def of(cls, schema: GraphQLSchema, nodes: Iterable[VariableDefinitionNode]) -> Self | None:
        """None where one of them is not plain."""
        known = []
        for node in nodes:
            signature = get_variable_signature(schema, node)
            if isinstance(signature, GraphQLError) or (kind := _kind(signature)) is None:
                return None
            known.append((signature, kind))
        return cls(known)

    def coerced(self, given: Mapping[str, Any]) -> VariableValues | None:
        """What graphql-core's coercion makes of them; None where one is missing, null or not of its JSON type."""
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for signature, kind in self._known:
            value: Any = given.get(signature.name)
            if type(value) is not kind or not _fits(value):
                return None
            sources[signature.name] = VariableValueSource(signature, value)
            coerced[signature.name] = value
        return VariableValues(sources, coerced)


def _fits(value: str | int) -> bool:
    return NUL not in value if isinstance(value, str) else GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT


def _kind(signature: GraphQLVariableSignature) -> type[str | int] | None:
    named = signature.type.of_type if is_non_null_type(signature.type) else signature.type
    return next((kind for scalar, kind in KINDS if named is scalar), None)
