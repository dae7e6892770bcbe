"""The operation: one of a document, with all that does not depend on who asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

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

from api.gateway.documents.fitting import NUL
from api.gateway.documents.misfit import misfits_given
from api.gateway.documents.plain_variables import PlainVariables
from api.gateway.documents.selection import Collector, Root
from api.gateway.kept import Kept
from api.gateway.refusal import Code, Refusal
from api.gateway.told import Told

MOST_SHAPES = 32
MOST_SHAPED = 200_000
OF_A_SHAPE = 20
"""How many fields the shapes of all operations may have together, and what one without fields counts as."""

LONGEST_SHAPE = 1_000
"""Of variables with more to say than so many bytes nothing is kept."""

ROOTS = ("Query", "Mutation")
DIRECTIVE = "purpose"


Shapes: TypeAlias = Kept[tuple[int, bytes], tuple["Operation", tuple[Root, ...]]]
"""The fields of the root of operations, by the operation and by what the variables say of them."""


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
        shapes: what was made for all operations, by whatever it depends on.
    """

    schema: GraphQLSchema
    node: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    shapes: Shapes = field(default_factory=lambda: Kept(MOST_SHAPED))
    _keys: set[bytes] = field(default_factory=set)

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

    @cached_property
    def _plain(self) -> PlainVariables | None:
        return PlainVariables.of(self.schema, self.node.variable_definitions or ())

    def variables(self, given: Mapping[str, Any], language: str = "en") -> VariableValues:
        """The variables, coerced to their types.

        Raises:
            Misfits: each of them that is missing, of another type or without a place, by its path and in this
                language; never with its value.
        """
        plain = self._plain.coerced(given) if self._plain else None
        if plain is not None:
            return plain
        coerced = get_variable_values(
            self.schema,
            self.node.variable_definitions or (),
            dict(given),
            max_errors=1,
            hide_suggestions=True,
        )
        if isinstance(coerced, list) or any(map(_holds_nul, coerced.coerced.values())):
            misfits = misfits_given(
                self.schema, self.node, self.fragment_definitions.values(), given, language
            )
            raise misfits or Refusal(
                Code.BAD_INPUT, Told("ARGUMENT_UNREADABLE"), reason="ARGUMENT_UNREADABLE"
            )
        return coerced

    def roots(self, variables: VariableValues) -> tuple[Root, ...]:
        """The fields asked of the root, with everything below them.

        Raises:
            Refusal: `BAD_INPUT` for an argument that is not of its type.
        """
        key = self._shape_key(variables)
        kept = self.shapes.get((id(self), key))
        if kept is not None and kept[0] is self:
            return kept[1]
        root = self.schema.get_root_type(self.node.operation)
        if root is None:
            raise Refusal(Code.DOCUMENT_INVALID, Told("OPERATION_KIND"))
        lasting = len(key) <= LONGEST_SHAPE
        try:
            found = Collector(self.schema, self.fragments, variables, self.node, lasting).roots(root)
        except GraphQLError as error:
            raise Refusal(
                Code.BAD_INPUT, Told("ARGUMENT_UNREADABLE"), reason="ARGUMENT_UNREADABLE"
            ) from error
        if lasting:
            self._keep(key, found)
        return found

    def _keep(self, key: bytes, roots: tuple[Root, ...]) -> None:
        if len(self._keys) >= MOST_SHAPES:
            self.forget()
        self._keys.add(key)
        self.shapes.keep((id(self), key), (self, roots), OF_A_SHAPE + sum(each.fields for each in roots))

    def forget(self) -> None:
        """Keep nothing of what was made for it; whoever forgets an operation calls this."""
        for key in self._keys:
            self.shapes.drop((id(self), key))
        self._keys.clear()

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
        raise Refusal(Code.DOCUMENT_INVALID, Told("PURPOSE_A_VARIABLE"))
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
