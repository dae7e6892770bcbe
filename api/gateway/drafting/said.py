"""The said: what the input of a change says, as those who make drafts take it."""

from collections.abc import Mapping, Sequence
from typing import Any

from policies.drafts.edits import Edit
from policies.drafts.wish import Wish


def word(value: object) -> str:
    """The word of an enumeration, or the text as it is."""
    return str(getattr(value, "value", value))


def kept_edit(kept: Sequence[Any]) -> Edit:
    """An edit as a job keeps it: table, key, cells, and after which row."""
    table, key, cells, after = kept
    return Edit(table, key, None if cells is None else tuple(cells), after)


def wish(said: Mapping[str, Any]) -> Wish:
    """What one item of `edits` asks of a row."""
    cells = tuple((str(each["column"]), str(each["value"])) for each in said.get("row") or ())
    after = said.get("after")
    return Wish(
        str(said["table"]),
        str(said["key"]),
        None if said.get("remove") else cells,
        None if after is None else str(after),
    )
