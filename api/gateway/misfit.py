"""The misfit: a key of an input object that its type has no place for, told with the law where it is banned."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeAlias

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    ListValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    is_input_type,
    type_from_ast,
    visit,
)

from api.gateway.refusal import Code, Refusal, Refusals
from models.formats.given import unknown
from models.formats.wrong import Mistake

MOST = 20
"""How many are told at once."""

Found: TypeAlias = tuple[Mistake, ObjectFieldNode | None]
"""What is wrong, and where the document has it."""


def misfits_given(
    schema: GraphQLSchema, node: OperationDefinitionNode, given: Mapping[str, Any], language: str
) -> Refusals | None:
    """The refusal of the variables for what has no place in their types."""
    found: list[Found] = []
    for definition in node.variable_definitions or ():
        name = definition.variable.name.value
        kind = type_from_ast(schema, definition.type)
        if name in given and is_input_type(kind):
            found += islice(_within(kind, given[name], f"${name}"), MOST)
    return _refused(found, language)


def misfits_written(schema: GraphQLSchema, document: DocumentNode, language: str) -> Refusals | None:
    """The refusal of a document for what is written into it and has no place there."""
    info = TypeInfo(schema)
    written = _Written(info)
    visit(document, TypeInfoVisitor(info, written))
    return _refused(written.found, language)


class _Written(Visitor):
    """Collects the misfits of every argument."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.found: list[Found] = []
        self._info = info

    def enter_argument(self, node: ArgumentNode, *_args: object) -> None:
        argument = self._info.get_argument()
        if argument is not None:
            self.found += islice(_within(argument.type, node.value, node.name.value), MOST)


def _within(kind: GraphQLInputType, value: object, path: str) -> Iterator[Found]:
    """Every misfit in a value or a literal of this type."""
    if isinstance(kind, GraphQLNonNull):
        yield from _within(kind.of_type, value, path)
    elif isinstance(kind, GraphQLList):
        several = value.values if isinstance(value, ListValueNode) else value
        if isinstance(several, list | tuple):
            for place, each in enumerate(several):
                yield from _within(kind.of_type, each, f"{path}.{place}")
        else:
            yield from _within(kind.of_type, value, path)
    elif isinstance(kind, GraphQLInputObjectType):
        for name, part, node in _members(value):
            if name in kind.fields:
                yield from _within(kind.fields[name].type, part, f"{path}.{name}")
            else:
                yield unknown(path, name, kind.fields), node


def _members(value: object) -> Iterable[tuple[str, object, ObjectFieldNode | None]]:
    if isinstance(value, ObjectValueNode):
        return [(field.name.value, field.value, field) for field in value.fields]
    return [(name, part, None) for name, part in value.items()] if isinstance(value, Mapping) else ()


def _refused(found: list[Found], language: str) -> Refusals | None:
    return Refusals([_refusal(*each, language) for each in found[:MOST]]) if found else None


def _refusal(mistake: Mistake, node: ObjectFieldNode | None, language: str) -> Refusal:
    wrong = mistake.wrong
    place: dict[str, Any] = {}
    if node is not None and node.loc is not None:
        start = node.loc.start_token
        place = {"line": start.line, "column": start.column}
    return Refusal(
        Code.BAD_INPUT,
        wrong.ja if language == "ja" else wrong.en,
        argument=mistake.path,
        reason=wrong.code,
        **place,
    )
