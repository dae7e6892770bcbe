"""The document: a GraphQL text parsed and checked once, with all that does not depend on who asks."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson
from graphql import (
    SKIP,
    BooleanValueNode,
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    Visitor,
    VisitorAction,
    parse,
    validate,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues, get_variable_values

from api.gateway.refusal import Code, Refusal
from api.gateway.selection import Collector, Root

LONGEST = 100_000
MOST_TOKENS = 4_000
DEEPEST = 15
MOST_KEPT = 1_000
MOST_SHAPES = 32
ROOTS = ("Query", "Mutation")
DIRECTIVE = "purpose"


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

    def variables(self, given: Mapping[str, Any]) -> VariableValues:
        """The variables, coerced to their types.

        Raises:
            Refusal: `BAD_INPUT` naming the variable; never with its value.
        """
        coerced = get_variable_values(
            self.schema, self.node.variable_definitions or (), dict(given), hide_suggestions=True
        )
        if isinstance(coerced, list):
            name = _variable_of(coerced[0])
            raise Refusal(
                Code.BAD_INPUT,
                f"the variable `${name}` is missing or not of its type"
                if name
                else "a variable is not of its type",
                argument=f"${name}" if name else None,
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


@dataclass(frozen=True, slots=True)
class Document:
    """A document that the schema accepts."""

    operations: Mapping[str | None, Operation]

    def operation(self, name: str | None) -> Operation:
        """The operation that will run.

        Raises:
            Refusal: `DOCUMENT_INVALID` where it is not one.
        """
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        found = self.operations.get(name) if name is not None else None
        if found is None:
            what = (
                "names no operation of the document"
                if name
                else "is missing though there are several operations"
            )
            raise Refusal(Code.DOCUMENT_INVALID, f"`operationName` {what}")
        return found


class Documents:
    """The documents of one schema, remembered by their text."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept: OrderedDict[str, Document] = OrderedDict()

    def get(self, text: str) -> Document:
        """The document of a text.

        Raises:
            Refusal: `DOCUMENT_INVALID` or `LIMIT_EXCEEDED`, with the place but no value of the text.
        """
        found = self._kept.get(text)
        if found is not None:
            return found
        found = self._kept[text] = check(text, self._schema)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return found


def check(text: str, schema: GraphQLSchema) -> Document:
    """Parse and validate a text.

    Raises:
        Refusal: see `Documents.get`.
    """
    if len(text) > LONGEST:
        raise Refusal(Code.LIMIT_EXCEEDED, f"the document is longer than {LONGEST} characters")
    try:
        document = parse(text, max_tokens=MOST_TOKENS)
    except GraphQLSyntaxError as error:
        if "token" in error.message and "limit" in error.message.lower():
            raise Refusal(Code.LIMIT_EXCEEDED, f"the document has more than {MOST_TOKENS} tokens") from error
        raise Refusal(Code.DOCUMENT_INVALID, "the document is not GraphQL", **_place(error)) from error
    except RecursionError as error:
        raise Refusal(Code.LIMIT_EXCEEDED, "the document is nested too deeply") from error
    _measure(document)
    errors = validate(schema, document, max_errors=1, hide_suggestions=True)
    if errors:
        raise Refusal(Code.DOCUMENT_INVALID, _told(errors[0]), **_place(errors[0]))
    fragments = {
        node.name.value: FragmentDetails(node, None)
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    operations = {
        (node.name.value if node.name else None): Operation(schema, node, fragments)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    }
    return Document(operations)


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


class _Depth(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.depth = self.deepest = 0

    def enter_field(self, *_args: object) -> None:
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)

    def leave_field(self, *_args: object) -> None:
        self.depth -= 1


def _measure(document: DocumentNode) -> None:
    for node in document.definitions:
        depth = _Depth()
        visit(node, depth)
        if depth.deepest > DEEPEST:
            raise Refusal(Code.LIMIT_EXCEEDED, f"the document is nested deeper than {DEEPEST} fields")


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


def _told(error: GraphQLError) -> str:
    """What validation found, unless it might repeat a value."""
    if any(not isinstance(node, ExecutableDefinitionNode | FieldNode) for node in error.nodes or ()):
        return "the document does not fit the schema here"
    return error.message


def _place(error: GraphQLError) -> dict[str, Any]:
    if not error.locations:
        return {}
    first = error.locations[0]
    return {"line": first.line, "column": first.column}


def _variable_of(error: GraphQLError) -> str | None:
    for node in error.nodes or ():
        variable = getattr(node, "variable", None)
        if isinstance(variable, VariableNode):
            return variable.name.value
    return None
