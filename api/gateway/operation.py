"""The operation: one of a document, with all that does not depend on who asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson
from graphql import (
    SKIP,
    BooleanValueNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    Visitor,
    VisitorAction,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues, get_variable_values

from api.gateway.misfit import misfits_given
from api.gateway.refusal import Code, Refusal
from api.gateway.selection import Collector, Root

MOST_SHAPES = 32
ROOTS = ("Query", "Mutation")
DIRECTIVE = "purpose"
NUL = "\0"
"""The one character that PostgreSQL keeps in no text."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What `@purpose` says on an operation: literals only."""

    purpose: str | None = None
    recipient: str | None = None
    strict: bool = False


@dataclass(eq=False)
class Operation:
    """One operation of a document.

    Attributes:
        kept: what was made for it, by whatever it depends on; dropped with the document.
    """

    schema: GraphQLSchema
    node: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    kept: dict[bytes, tuple[Root, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str | None:
        """The operation's own name."""
        return self.node.name.value if self.node.name else None

    @property
    def fragment_definitions(self) -> dict[str, FragmentDefinitionNode]:
        """The fragments as graphql-core's executor wants them."""
        return {name: details.definition for name, details in self.fragments.items()}

    @cached_property
    def mutates(self) -> bool:
        """It is a mutation."""
        return self.node.operation.value == "mutation"

    @cached_property
    def declared(self) -> Declared:
        """What its `@purpose` says.

        Raises:
            Refusal: an argument is a variable, so that nobody could tell from the text why it asks.
        """
        for directive in self.node.directives or ():
            if directive.name.value == DIRECTIVE:
                return _declared({arg.name.value: _literal(arg.value) for arg in directive.arguments or ()})
        return Declared()

    def variables(self, given: Mapping[str, Any], language: str = "en") -> VariableValues:
        """The variables, coerced to their types.

        Raises:
            Refusal: `BAD_INPUT` naming the variable, or what it holds and has no place, in this language; never
                with its value.
        """
        coerced = get_variable_values(
            self.schema, self.node.variable_definitions or (), dict(given), hide_suggestions=True
        )
        if isinstance(coerced, list):
            misfits = misfits_given(self.schema, self.node, given, language)
            if misfits is not None:
                raise misfits
            name = _variable_of(coerced[0])
            raise Refusal(
                Code.BAD_INPUT,
                f"the variable `${name}` is missing or not of its type"
                if name
                else "a variable is not of its type",
                argument=f"${name}" if name else None,
            )
        for name, value in coerced.coerced.items():
            if _holds_nul(value):
                raise Refusal(
                    Code.BAD_INPUT, f"the variable `${name}` has a NUL character", argument=f"${name}"
                )
        return coerced

    def roots(self, variables: VariableValues) -> tuple[Root, ...]:
        """The fields asked of the root, with everything below them.

        Raises:
            Refusal: `BAD_INPUT` for an argument that is not of its type.
        """
        key = self._shape_key(variables)
        found = self.kept.get(key)
        if found is None:
            root = self.schema.get_root_type(self.node.operation)
            if root is None:
                raise Refusal(Code.DOCUMENT_INVALID, "this kind of operation is not served here")
            try:
                found = Collector(self.schema, self.fragments, variables, self.node).roots(root)
            except GraphQLError as error:
                raise Refusal(Code.BAD_INPUT, "an argument is missing or not of its type") from error
            if len(self.kept) >= MOST_SHAPES:
                self.kept.clear()
            self.kept[key] = found
        return found

    @cached_property
    def _shaping(self) -> tuple[str, ...]:
        """The variables that change what is asked, and not only whose."""
        seen = _Shaping()
        visit(self.node.selection_set, seen)
        for details in self.fragments.values():
            seen.at_root = details.definition.type_condition.name.value in ROOTS
            visit(details.definition.selection_set, seen)
        return tuple(sorted(seen.names))

    def _shape_key(self, variables: VariableValues) -> bytes:
        if not self._shaping:
            return b""
        said = [variables.coerced.get(name) for name in self._shaping]
        return orjson.dumps(said, default=repr)


class _Shaping(Visitor):
    """Collects variables, but for those in the arguments of root fields."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.at_root = True
        self._fields = 0
        self._in_directive = False

    def enter_field(self, *_args: object) -> None:
        self._fields += 1

    def leave_field(self, *_args: object) -> None:
        self._fields -= 1

    def enter_argument(self, *_args: object) -> VisitorAction:
        return SKIP if self.at_root and self._fields == 1 and not self._in_directive else None

    def enter_directive(self, *_args: object) -> None:
        self._in_directive = True

    def leave_directive(self, *_args: object) -> None:
        self._in_directive = False

    def enter_variable(self, node: VariableNode, *_args: object) -> None:
        self.names.add(node.name.value)


def _declared(said: Mapping[str, Any]) -> Declared:
    return Declared(said.get("id"), said.get("recipient"), bool(said.get("strict", False)))


def _literal(node: ValueNode) -> str | bool | None:
    if isinstance(node, VariableNode):
        raise Refusal(
            Code.DOCUMENT_INVALID, f"`@{DIRECTIVE}` takes literals: write the purpose into the document"
        )
    if isinstance(node, StringValueNode | BooleanValueNode):
        return node.value
    value = getattr(node, "value", None)
    return value if isinstance(value, str) else None


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return NUL in value
    if isinstance(value, Mapping):
        return any(map(_holds_nul, value.values()))
    return isinstance(value, list) and any(map(_holds_nul, value))


def _variable_of(error: GraphQLError) -> str | None:
    for node in error.nodes or ():
        variable = getattr(node, "variable", None)
        if isinstance(variable, VariableNode):
            return variable.name.value
    return None
