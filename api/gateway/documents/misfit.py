"""The misfit: what is given and has no place in its type, told by its path, and with the law where it is banned."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLNonNull,
    GraphQLSchema,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableNode,
    Visitor,
    is_input_type,
    type_from_ast,
    visit,
)

from api.gateway.documents.fitting import Enough, Fitting, Misfits


def misfits_given(
    schema: GraphQLSchema,
    node: OperationDefinitionNode,
    fragments: Iterable[Node],
    given: Mapping[str, Any],
    language: str,
) -> Misfits | None:
    """The refusal of the variables for what has no place in their types; told by the argument each stands in."""
    places = _places((node, *fragments))
    reading = Fitting()
    with suppress(Enough):
        for definition in node.variable_definitions or ():
            name = definition.variable.name.value
            kind = type_from_ast(schema, definition.type)
            left_out = name not in given and (
                definition.default_value or not isinstance(kind, GraphQLNonNull)
            )
            if is_input_type(kind) and not left_out:
                reading.value(kind, given.get(name), places.get(name, f"${name}"))
    return reading.refused(language)


def misfits_written(schema: GraphQLSchema, document: DocumentNode, language: str) -> Misfits | None:
    """The refusal of a document for what is written into its input objects and has no place there."""
    info = TypeInfo(schema)
    written = _Written(info)
    with suppress(Enough):
        visit(document, TypeInfoVisitor(info, written))
    return written.reading.refused(language)


def _places(nodes: Iterable[Node]) -> Mapping[str, str]:
    """Each variable with the path of the first argument that it fills."""
    places: dict[str, str] = {}

    class Arguments(Visitor):
        def enter_argument(self, node: ArgumentNode, *_args: object) -> None:
            for name, path in _variables(node.value, node.name.value):
                places.setdefault(name, path)

    for node in nodes:
        visit(node, Arguments())
    return places


def _variables(value: ValueNode, path: str) -> Iterable[tuple[str, str]]:
    if isinstance(value, VariableNode):
        yield value.name.value, path
    elif isinstance(value, ListValueNode):
        for place, each in enumerate(value.values):
            yield from _variables(each, f"{path}.{place}")
    elif isinstance(value, ObjectValueNode):
        for member in value.fields:
            yield from _variables(member.value, f"{path}.{member.name.value}")


class _Written(Visitor):
    """Reads the input objects of every argument of a field."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.reading = Fitting()
        self._info = info

    def enter_argument(self, node: ArgumentNode, *_args: object) -> None:
        argument = None if self._info.get_directive() else self._info.get_argument()
        if argument is not None and isinstance(node.value, ObjectValueNode | ListValueNode):
            self.reading.value(argument.type, node.value, node.name.value)
