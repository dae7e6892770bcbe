"""A changed row as a line: `+` where it is new, `-` where it is gone, `~` with each cell that differs."""

from collections.abc import Sequence

from api.cli.policy_told import say
from api.cli.told import Language, listed
from policies.drafts.edits import FIRST, LAST
from policies.table import COLUMNS


def told(
    table: str, key: str, before: Sequence[str] | None, after: Sequence[str] | None, lang: Language
) -> str:
    """The row of this key as it was, if it was, and as it is, if it is."""
    place = say("DIFFERENT_ROW", lang, file=f"{table}.csv", key=key)
    if before is None or after is None:
        sign, row = ("-", before) if after is None else ("+", after)
        return f"{sign} {place}{_cells(table, row or (), lang)}"
    columns = zip(COLUMNS[table], before, after, strict=True)
    changed = (
        f"{column} {_cell(was, lang)} → {_cell(now, lang)}" for column, was, now in columns if was != now
    )
    return f"~ {place}{('、' if lang is Language.JA else '; ').join(changed)}"


def moved(after: str, lang: Language) -> str:
    """Where a row stands now that moved: the key of the row it follows, or one of the ends."""
    return say({FIRST: "STANDS_FIRST", LAST: "STANDS_LAST"}.get(after, "STANDS_AFTER"), lang, after=after)


def _cell(text: str, lang: Language) -> str:
    return f"`{text}`" if text else say("EMPTY", lang)


def _cells(table: str, row: Sequence[str], lang: Language) -> str:
    cells = zip(COLUMNS[table][1:], row[1:], strict=True)
    return listed((f"{column} {cell}" for column, cell in cells if cell), lang)
