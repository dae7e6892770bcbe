"""The walk: a record as an answer, by what was selected of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.gateway.documents.selection import TYPENAME, Selected


def walk(
    selected: Sequence[Selected], type_name: str, value: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """The asked parts of `value` under their response keys; a list is walked item by item.

    A part that takes arguments is a function of them.
    """
    if value is None:
        return None
    answer: dict[str, Any] = {}
    for each in selected:
        if each.name == TYPENAME:
            answer[each.key] = type_name
            continue
        part = value[each.name]
        if callable(part):
            part = part(**each.arguments)
        answer[each.key] = (
            [_below(each, item) for item in part] if isinstance(part, list) else _below(each, part)
        )
    return answer


def _below(each: Selected, part: Any) -> Any:  # noqa: ANN401 - a record, or a value
    """A record is never handed on whole, though nothing of it is asked."""
    return walk(each.children, each.type_name, part) if isinstance(part, Mapping) else part


def asks(selected: Selected, name: str) -> bool:
    """Whether a part of this name is asked for anywhere below."""
    return any(child.name == name or asks(child, name) for child in selected.children)
