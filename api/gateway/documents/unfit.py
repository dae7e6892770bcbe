"""The unfit: what validation found, in both languages, by the names of the schema and of the document, never a value."""

import re
from collections.abc import Callable
from typing import Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    visit,
)

from api.gateway.told import Told
from models.formats.given import looks_like_a_name

_TYPE: Final = r"'(?P<type>[\w!\[\]]+)'"
_VARIABLE: Final = r"Variable '\$(?P<variable>\w+)'"
_OWN: Final[tuple[tuple[re.Pattern[str], Callable[..., Told]], ...]] = (
    (
        re.compile(rf"Cannot query field '(?P<field>\w+)' on type {_TYPE}\."),
        lambda **named: Told("MISFIT_FIELD", **named),
    ),
    (
        re.compile(rf"Field '(?P<field>\w+)' of type {_TYPE} must have a selection of subfields\..*"),
        lambda **named: Told("MISFIT_BARE", **named),
    ),
    (
        re.compile(
            rf"Field '(?P<field>\w+)' must not have a selection since type {_TYPE} has no subfields\."
        ),
        lambda **named: Told("MISFIT_LEAF", **named),
    ),
    (
        re.compile(
            rf"Argument '(?P<place>[\w.@]+)\((?P<argument>\w+):\)' of type {_TYPE} is required, but .*"
        ),
        lambda **named: Told("MISFIT_REQUIRED", **named),
    ),
    (
        re.compile(r"Unknown argument '(?P<argument>\w+)' on (?:field|directive) '(?P<place>[\w.@]+)'\."),
        lambda **named: Told("MISFIT_ARGUMENT", **named),
    ),
    (
        re.compile(
            rf"{_VARIABLE} of type {_TYPE} used in position expecting type '(?P<expected>[\w!\[\]]+)'\."
        ),
        lambda **named: Told("MISFIT_VARIABLE", **named),
    ),
    (
        re.compile(rf"{_VARIABLE} is not defined(?: by operation '\w+')?\."),
        lambda **named: Told("MISFIT_UNDEFINED", **named),
    ),
    (
        re.compile(rf"{_VARIABLE} is never used(?: in operation '\w+')?\."),
        lambda **named: Told("MISFIT_UNUSED", **named),
    ),
)
"""The sentences of graphql-core that clients meet most, each with ours."""

_WRITTEN: Final = ("argument", "variable")
"""Names that the document makes up; one that may be data is not repeated."""


def told(error: GraphQLError, schema: GraphQLSchema, document: DocumentNode) -> Told:
    """What an error of validation says."""
    for pattern, sentence in _OWN:
        found = pattern.fullmatch(error.message)
        if found is not None:
            named = found.groupdict()
            if all(looks_like_a_name(named[name]) for name in _WRITTEN if name in named):
                return sentence(**named)
            return Told("MISFIT")
    if all(isinstance(node, ExecutableDefinitionNode | FieldNode) for node in error.nodes or ()):
        return Told("MISFIT_TOLD", found=error.message)
    around = _argument_around(error, schema, document)
    return Told("MISFIT") if around is None else Told("MISFIT_VALUE", place=around[0], argument=around[1])


def _argument_around(
    error: GraphQLError, schema: GraphQLSchema, document: DocumentNode
) -> tuple[str, str] | None:
    """The field and the argument of the schema in whose value the error stands."""
    first = next(iter(error.nodes or ()), None)
    if first is None or first.loc is None:
        return None
    info = TypeInfo(schema)
    looking = _Looking(info, first)
    visit(document, TypeInfoVisitor(info, looking))
    return looking.found


class _Looking(Visitor):
    """Looks for the argument of a field that holds a node."""

    def __init__(self, info: TypeInfo, inner: Node) -> None:
        super().__init__()
        self.found: tuple[str, str] | None = None
        self._info = info
        self._inner = inner

    def enter_argument(self, node: ArgumentNode, *_args: object) -> None:
        parent, known = self._info.get_parent_type(), self._info.get_argument()
        field = self._info.get_field_def()
        inner, outer = self._inner.loc, node.value.loc
        if known is None or field is None or parent is None or inner is None or outer is None:
            return
        if not self._info.get_directive() and outer.start <= inner.start and inner.end <= outer.end:
            name = next((name for name, each in _fields(parent).items() if each is field), "")
            self.found = (f"{parent.name}.{name}", node.name.value)


def _fields(parent: object) -> dict[str, object]:
    found: dict[str, object] = getattr(parent, "fields", {})
    return found
