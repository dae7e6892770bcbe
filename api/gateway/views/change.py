"""The view of a change: who changed what of a record in a register, when, from what to what."""

from collections.abc import Iterable
from typing import Any

import orjson

from models.register import Change


def change_view(change: Change, parts: Iterable[str] | None = None) -> dict[str, Any]:
    """One change, of these parts or of all that it tells of."""
    return {
        "id": change.id,
        "at": change.at,
        "by": change.by,
        "requestId": change.request_id,
        "what": change.what,
        "parts": [
            {"name": name, "was": text(change.was.get(name)), "became": text(change.became[name])}
            for name in (change.became if parts is None else parts)
        ],
    }


def text(value: Any) -> str | None:  # noqa: ANN401 - a part of any type
    """A part as JSON; nothing stays nothing."""
    return None if value is None else orjson.dumps(value).decode()
