"""The conflicts of a draft: rows that it and the edition in force both changed, told apart cell by cell."""

from collections.abc import Iterable, Sequence
from typing import Any

from api.cli.policy_told import say
from api.cli.told import CommandError, Language, err, listed, tell_line, visible
from policies.drafts.drafting import MODEL, Choice
from policies.drafts.edits import Conflict
from policies.table import COLUMNS

Cells = tuple[str, ...] | None


def choices(mine: Sequence[str], theirs: Sequence[str], lang: Language) -> tuple[Choice, ...]:
    """Whose row stands, of rows that are named as `rules:application-form`; the model is `model`.

    Raises:
        CommandError: one names no row, or both sides.
    """
    found = [_choice(each, lang, mine=True) for each in mine]
    found += [_choice(each, lang, mine=False) for each in theirs]
    for each in {*mine} & {*theirs}:
        raise CommandError(say("RESOLVED_TWICE", lang, named=visible(each)))
    return tuple(found)


def _choice(named: str, lang: Language, *, mine: bool) -> Choice:
    table, _, key = named.partition(":")
    if (table in COLUMNS and key) or named == MODEL:
        return Choice(table, key, mine)
    raise CommandError(say("RESOLUTION_SHAPE", lang, named=visible(named)))


def name_of(conflict: Conflict) -> str:
    """It as `--mine` and `--theirs` name it."""
    return f"{conflict.table}:{conflict.key}" if conflict.key else conflict.table


def tell(conflicts: Iterable[Conflict], lang: Language) -> None:
    """Each on a line of standard error, with what both made of it."""
    for each in conflicts:
        sides = {"mine": _side(each, each.mine, lang), "theirs": _side(each, each.theirs, lang)}
        told = say("CONFLICT", lang, named=visible(name_of(each)), **sides)
        tell_line(told, err)


def _side(conflict: Conflict, cells: Cells, lang: Language) -> str:
    """What one side made of the row: the cells in which it is not that of the base."""
    if cells is None:
        return say("ROW_GONE", lang)
    if conflict.table == MODEL:
        return say("OTHER_TEXT", lang)
    before = conflict.base or ("",) * len(cells)
    columns = zip(COLUMNS[conflict.table], before, cells, strict=True)
    return listed((f"{column} `{visible(now)}`" for column, was, now in columns if was != now), lang)


def form(conflict: Conflict) -> dict[str, Any]:
    """It as JSON holds it."""
    sides = {"base": conflict.base, "mine": conflict.mine, "theirs": conflict.theirs}
    return {"table": conflict.table, "key": conflict.key} | {
        side: _cells(conflict.table, cells) for side, cells in sides.items()
    }


def _cells(table: str, cells: Cells) -> dict[str, str] | None:
    return None if cells is None else dict(zip(COLUMNS.get(table, (MODEL,)), cells, strict=True))
