"""The document: a GraphQL text parsed and checked once, with all that does not depend on who asks."""

from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.validation.validate import ValidationAbortedError

from api.gateway.documents.measure import measure
from api.gateway.documents.misfit import misfits_written
from api.gateway.documents.operation import MOST_SHAPED, Operation, Shapes
from api.gateway.documents.unfit import told
from api.gateway.kept import Kept
from api.gateway.limits import MOST_CHARACTERS, MOST_KEPT, MOST_STEPS, USUAL, Limits
from api.gateway.refusal import Code, Refusal, exceeded
from api.gateway.told import Told


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
            raise Refusal(Code.DOCUMENT_INVALID, Told("OPERATION_UNKNOWN" if name else "OPERATION_UNNAMED"))
        return found


OF_A_DOCUMENT = 1_000
"""What a document weighs beside its characters."""


class Documents:
    """The documents of one schema, remembered by their text, and by the client that brought each.

    Beyond what may be remembered, the client that brought most forgets the one it asked for least lately: so none of
    them makes the others' be checked anew.
    """

    def __init__(self, schema: GraphQLSchema, limits: Limits = USUAL) -> None:
        self._schema = schema
        self._limits = limits
        self._kept: dict[str, str] = {}
        self._of: dict[str, OrderedDict[str, Document]] = {}
        self._weights: Counter[str] = Counter()
        self._size = 0
        self._shapes: Shapes = Kept(MOST_SHAPED)

    def get(self, text: str, language: str, client: str = "") -> Document:
        """The document of a text.

        Raises:
            Refusal: `DOCUMENT_INVALID`, `LIMIT_EXCEEDED`, or `BAD_INPUT` in this language for what an input object
                has no place for; with the place but no value of the text.
        """
        whose = self._kept.get(text)
        if whose is not None:
            own = self._of[whose]
            own.move_to_end(text)
            return own[text]
        found = check(text, self._schema, language, self._limits, self._shapes)
        self._kept[text] = client
        self._of.setdefault(client, OrderedDict())[text] = found
        self._weights[client] += OF_A_DOCUMENT + len(text)
        self._size += len(text)
        while len(self._kept) > MOST_KEPT or self._size > MOST_CHARACTERS:
            self._forget(max(self._weights, key=self._weights.__getitem__))
        return found

    def _forget(self, client: str) -> None:
        own = self._of[client]
        text, document = own.popitem(last=False)
        for operation in document.operations.values():
            operation.forget()
        del self._kept[text]
        self._weights[client] -= OF_A_DOCUMENT + len(text)
        self._size -= len(text)
        if not own:
            del self._of[client], self._weights[client]


def check(
    text: str,
    schema: GraphQLSchema,
    language: str = "en",
    limits: Limits = USUAL,
    shapes: Shapes | None = None,
) -> Document:
    """Parse and validate a text.

    Raises:
        Refusal: see `Documents.get`.
    """
    if len(text) > limits.characters:
        raise exceeded("characters", len(text), limits.characters)
    try:
        document = parse(text, max_tokens=limits.tokens)
    except GraphQLSyntaxError as error:
        if f"more than {limits.tokens} tokens" in error.message:
            raise exceeded("tokens", None, limits.tokens) from error
        raise Refusal(Code.DOCUMENT_INVALID, Told("NOT_GRAPHQL"), **_place(error)) from error
    except RecursionError as error:
        raise exceeded("depth", None, limits.depth) from error
    measure(document, limits)
    errors = validate(schema, document, max_errors=1, hide_suggestions=True)
    if errors and isinstance(errors[0], ValidationAbortedError):
        raise exceeded("steps", None, MOST_STEPS)
    if errors:
        misfits = misfits_written(schema, document, language)
        if misfits is not None:
            raise misfits
        raise Refusal(Code.DOCUMENT_INVALID, told(errors[0], schema, document), **_place(errors[0]))
    kept = Kept(MOST_SHAPED) if shapes is None else shapes
    fragments = {
        node.name.value: FragmentDetails(node, None)
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    operations = {
        (node.name.value if node.name else None): Operation(schema, node, fragments, kept)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    }
    return Document(operations)


def _place(error: GraphQLError) -> dict[str, Any]:
    if not error.locations:
        return {}
    first = error.locations[0]
    return {"line": first.line, "column": first.column}
