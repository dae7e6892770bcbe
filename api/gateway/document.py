"""The document: a GraphQL text parsed and checked once, with all that does not depend on who asks."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    StringValueNode,
    Visitor,
    parse,
    validate,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails

from api.gateway.operation import NUL, Operation
from api.gateway.refusal import Code, Refusal

LONGEST = 100_000
MOST_TOKENS = 4_000
DEEPEST = 15
MOST_KEPT = 1_000
MOST_CHARACTERS = 1_000_000


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
        self._size = 0

    def get(self, text: str) -> Document:
        """The document of a text.

        Raises:
            Refusal: `DOCUMENT_INVALID` or `LIMIT_EXCEEDED`, with the place but no value of the text.
        """
        found = self._kept.get(text)
        if found is not None:
            return found
        found = self._kept[text] = check(text, self._schema)
        self._size += len(text)
        while len(self._kept) > MOST_KEPT or self._size > MOST_CHARACTERS:
            dropped, _ = self._kept.popitem(last=False)
            self._size -= len(dropped)
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
        if f"more than {MOST_TOKENS} tokens" in error.message:
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


class _Depth(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.depth = self.deepest = 0

    def enter_field(self, *_args: object) -> None:
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)

    def leave_field(self, *_args: object) -> None:
        self.depth -= 1

    @staticmethod
    def enter_string_value(node: StringValueNode, *_args: object) -> None:
        if NUL in node.value:
            raise Refusal(Code.DOCUMENT_INVALID, "the document has a text with a NUL character in it")


def _measure(document: DocumentNode) -> None:
    for node in document.definitions:
        depth = _Depth()
        visit(node, depth)
        if depth.deepest > DEEPEST:
            raise Refusal(Code.LIMIT_EXCEEDED, f"the document is nested deeper than {DEEPEST} fields")


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
