"""A line of the log: keys from a closed list, each with a shape its value must have, and nothing else."""

import re
import sys
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from types import MappingProxyType, TracebackType
from typing import Any, Final

from policies.vocabulary import Role

MOST_FRAMES: Final = 12
UNNAMED: Final = "unnamed"
ROLES: Final = frozenset(role.value for role in Role)

Event = MutableMapping[str, Any]
Processor = Callable[[Any, str, Event], Any]
Shape = Callable[[object], bool]


def _like(pattern: str) -> Shape:
    shape = re.compile(pattern)
    return lambda value: isinstance(value, str) and shape.fullmatch(value) is not None


def _number(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) < 1 << 53


def _places(value: object) -> bool:
    return isinstance(value, list) and all(map(_place, value))


_place = _like(r"[A-Za-z0-9_.<>/-]{1,120}:[0-9]{1,7}")
_type = _like(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")
_capitals = _like(r"[A-Z][A-Z_]{0,39}")
_path = _like(r"[A-Z][A-Za-z]{0,59}(\.[A-Za-z_]{1,60}){1,3}")
_id = _like(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

ALLOWED: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "event": _like(r"[a-z]{1,20}([._][a-z]{1,20}){0,4}"),
        "level": _like(r"[a-z]{1,10}"),
        "timestamp": _like(r"[0-9TZ:.-]{1,40}"),
        "logger": _type,
        "request_id": _id,
        "client": _id,
        "role": lambda value: isinstance(value, str) and value in ROLES,
        "purpose": _like(r"none|[a-z_]{1,30}\.[a-z_]{1,30}"),
        "recipient": _id,
        "recipient_kind": _like(r"[a-z_]{1,40}"),
        "action": _like(r"[a-z]{1,10}"),
        "outcome": _capitals,
        "code": _capitals,
        "reason": _capitals,
        "method": _capitals,
        "route": _like(r"(/[a-z._-]{0,40}){1,4}"),
        "status": _number,
        "duration_ms": _number,
        "users": _number,
        "operations": _number,
        "rows": _number,
        "field": _like(r"User(\.[A-Za-z0-9_-]{1,60}){1,3}"),
        "key": _number,
        "attempt": _number,
        "limit": _like(r"[a-z]{1,20}(-[a-z]{1,20})?"),
        "workers": _number,
        "process": _number,
        "port": _number,
        "edition": lambda value: _number(value) or _like(r"[0-9a-f]{1,64}")(value),
        "number": _number,
        "mistakes": _number,
        "names": lambda value: isinstance(value, list) and all(map(_path, value)),
        "error": _type,
        "causes": lambda value: isinstance(value, list) and all(map(_type, value)),
        "where": _places,
        "left_out": _number,
        "dropped": _number,
    }
)
"""Every key a line may have, and what its value must look like; an operation's name is not among them."""


def only_allowed(_: object, __: str, event: Event) -> Event:
    """Drop every key that is not allowed or whose value has another shape, and say how many there were."""
    kept = {key: value for key, value in event.items() if key in ALLOWED and ALLOWED[key](value)}
    kept.setdefault("event", UNNAMED)
    dropped = len(event) - sum(key in kept for key in event)
    return {**kept, "dropped": dropped} if dropped else kept


def told(error: BaseException, trace: TracebackType | None) -> dict[str, Any]:
    """An exception by its type, the types behind it and its places: innermost last, without its message."""
    frames = [(frame.f_globals.get("__name__", "code"), line) for frame, line in traceback.walk_tb(trace)]
    places = {"where": [f"{name}:{line}" for name, line in frames[-MOST_FRAMES:]]} if frames else {}
    causes = {"causes": [_name(cause) for cause in behind]} if (behind := _behind(error)) else {}
    return {"error": _name(error), **causes, **places}


def _name(error: BaseException) -> str:
    return type(error).__name__


def _behind(error: BaseException) -> list[BaseException]:
    behind: list[BaseException] = []
    cause = error.__cause__ or error.__context__
    while cause is not None and cause not in behind and len(behind) < MOST_FRAMES:
        behind.append(cause)
        cause = cause.__cause__ or cause.__context__
    return behind


def exceptions_by_type(_: object, __: str, event: Event) -> Event:
    """Put `told` in place of `exc_info`."""
    caught = event.pop("exc_info", None)
    if caught is True:
        caught = sys.exc_info()
    if isinstance(caught, BaseException):
        caught = (type(caught), caught, caught.__traceback__)
    if isinstance(caught, tuple) and caught[1] is not None:
        event.update(told(caught[1], caught[2]))
    return event
