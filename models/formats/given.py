"""The given: names and scalars of an input object, before any format reads them."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from models.formats.wrong import Mistake, Wrong
from policies.banned import banned

_NAME: Final = re.compile("(?=.{1,40}$)[a-z_][A-Za-z_]*[0-9]{0,2}")
"""What a key of a program looks like; a name of a person or a number does not."""

_BETWEEN: Final = ", "


def text_of(value: object) -> str:
    """A scalar as text; the interface may have read a date or a whole number before it came here.

    Raises:
        Wrong: `TEXT_EXPECTED`.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Wrong("TEXT_EXPECTED")


def object_of(value: object, names: Iterable[str]) -> Mapping[str, Any]:
    """An input object with these names.

    Raises:
        Wrong: `OBJECT_EXPECTED`.
    """
    if isinstance(value, Mapping):
        return value
    raise Wrong("OBJECT_EXPECTED", fields=_BETWEEN.join(names))


def list_of(value: object) -> list[Any]:
    """A list.

    Raises:
        Wrong: `LIST_EXPECTED`.
    """
    if isinstance(value, list | tuple):
        return list(value)
    raise Wrong("LIST_EXPECTED")


def looks_like_a_name(text: str) -> bool:
    """Whether this is what a program calls something, and so no data of anybody."""
    return bool(_NAME.fullmatch(text))


def unknown(parent: str, name: object, names: Iterable[str]) -> Mistake:
    """The mistake of a name that an object has no place for, with the reason where it is banned.

    Names of an object are the caller's code. One that does not look like that may be data, and is not repeated.
    """
    known = isinstance(name, str) and looks_like_a_name(name)
    path = ".".join(step for step in (parent, str(name) if known else "") if step)
    code = banned(name) if isinstance(name, str) else None
    wrong = Wrong(code) if code else Wrong("FIELD_UNKNOWN", fields=_BETWEEN.join(names))
    return wrong.at(path)
