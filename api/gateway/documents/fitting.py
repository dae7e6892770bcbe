"""The fitting: values read as their types say, with whatever has no place in them kept to be told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    Node,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    is_required_input_field,
    value_from_ast,
)

from api.gateway.refusal import Code, Refusal, Refusals
from models.formats.given import unknown
from models.formats.wrong import Mistake, Wrong

MOST: Final = 20
"""How many are told at once."""

NUL: Final = "\0"
"""The one character that PostgreSQL keeps in no text."""

FORMS: Final = frozenset({"RegisterInput", "UpdateUserInput", "ReceivedPersonInput"})
"""The inputs with a form in them, which is read as far as it can be."""

BETWEEN: Final = ", "

_EXPECTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Int": "NUMBER_EXPECTED",
        "Boolean": "BOOLEAN_EXPECTED",
        "DateTime": "TIME_EXPECTED",
        "Date": "DATE_EXPECTED",
    }
)
"""What is told of a scalar that is not of its type; of all others that a text is expected."""


class Form(NamedTuple):
    """A form that was given, without what has no place in it."""

    path: str
    kind: str
    said: Mapping[str, Any]


class Misfits(Refusals):
    """The refusal of an input for its shape.

    Attributes:
        forms: the forms in it, so that what else is wrong with them can be told at once.
        gone: the paths at which something was given that is of no use.
    """

    def __init__(
        self, parts: Sequence[Refusal], forms: Sequence[Form] = (), gone: Iterable[str] = ()
    ) -> None:
        super().__init__(parts)
        self.forms = tuple(forms)
        self.gone = frozenset(gone)


class Enough(Exception):  # noqa: N818 - it names the state
    """As many were found as are told; what comes behind them is not read."""


@dataclass(slots=True)
class Fitting:
    """Reads values of variables, or literals, as their types say, and keeps whatever does not fit."""

    found: list[tuple[Mistake, Node | None]] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    forms: list[Form] = field(default_factory=list)

    def refused(self, language: str) -> Misfits | None:
        """The refusal for all that does not fit."""
        if not self.found:
            return None
        return Misfits([_refusal(*each, language) for each in self.found], self.forms, self.gone)

    def value(self, kind: GraphQLInputType, value: object, path: str) -> object:
        """The value as far as it fits; `Undefined` where it does not."""
        if isinstance(value, VariableNode):
            return self._drop(path)
        empty = value is None or isinstance(value, NullValueNode)
        if isinstance(kind, GraphQLNonNull):
            return self._wrong("REQUIRED", path, value) if empty else self.value(kind.of_type, value, path)
        if empty:
            return None
        if isinstance(kind, GraphQLList):
            return self._list(kind.of_type, value, path)
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind, value, path)
        return self._leaf(kind, value, path)

    def _list(self, kind: GraphQLInputType, value: object, path: str) -> object:
        several = value.values if isinstance(value, ListValueNode) else value
        if not isinstance(several, list | tuple):
            return self.value(kind, value, path)
        read = [self.value(kind, each, f"{path}.{place}") for place, each in enumerate(several)]
        return [each for each in read if each is not Undefined]

    def _object(self, kind: GraphQLInputObjectType, value: object, path: str) -> object:
        if not isinstance(value, Mapping | ObjectValueNode):
            return self._wrong("OBJECT_EXPECTED", path, value, fields=BETWEEN.join(kind.fields))
        read: dict[str, Any] = {}
        given = set()
        for name, part, node in _members(value):
            given.add(name)
            if name not in kind.fields:
                self._tell(unknown(path, name, kind.fields), node)
            elif (fit := self.value(kind.fields[name].type, part, f"{path}.{name}")) is not Undefined:
                read[name] = fit
        for name, each in kind.fields.items():
            if name not in given and is_required_input_field(each):
                self._wrong("REQUIRED", f"{path}.{name}", value)
        if kind.name in FORMS:
            self.forms.append(Form(path, kind.name, read))
        return read

    def _leaf(self, kind: GraphQLLeafType, value: object, path: str) -> object:
        fit = _fit(kind, value)
        if fit is not Undefined:
            return self._wrong("TEXT_CHARACTERS", path, value) if isinstance(fit, str) and NUL in fit else fit
        if isinstance(kind, GraphQLEnumType):
            return self._wrong("CHOICE_EXPECTED", path, value, choices=BETWEEN.join(kind.values))
        return self._wrong(_EXPECTED.get(kind.name, "TEXT_EXPECTED"), path, value)

    def _wrong(self, code: str, path: str, value: object, **told: str) -> object:
        self._tell(Wrong(code, **told).at(path), value if isinstance(value, Node) else None)
        return self._drop(path)

    def _drop(self, path: str) -> object:
        self.gone.add(path)
        return Undefined

    def _tell(self, mistake: Mistake, node: Node | None) -> None:
        self.found.append((mistake, node))
        if len(self.found) >= MOST:
            raise Enough


def _fit(kind: GraphQLLeafType, value: object) -> object:
    """The value that a leaf type makes of this; `Undefined` for none, and without what it says of that."""
    try:
        return value_from_ast(value, kind) if isinstance(value, ValueNode) else kind.parse_value(value)  # type: ignore[arg-type]  # an enumeration refuses what is no text
    except (GraphQLError, ValueError, TypeError):
        return Undefined


def _members(
    value: Mapping[str, object] | ObjectValueNode,
) -> Iterable[tuple[str, object, ObjectFieldNode | None]]:
    if isinstance(value, ObjectValueNode):
        return [(each.name.value, each.value, each) for each in value.fields]
    return [(name, part, None) for name, part in value.items()]


def _refusal(mistake: Mistake, node: Node | None, language: str) -> Refusal:
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
