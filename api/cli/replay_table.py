"""The table of a replay: who would gain or lose what, counted; never who the people are."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, Final

import orjson
from rich.table import Column, Table

from api.cli.policy_told import say
from api.cli.told import Language
from policies.replay.effect import Change
from policies.replay.tally import FEW, Counted, Line, Tally, told

NAME: Final = 8
"""Characters of the name of a line."""

SIGNS: Final = {Change.GAIN: "▲", Change.LOSE: "▼"}
STYLES: Final = {Change.GAIN: "bold yellow", Change.LOSE: "blue"}
COLUMNS: Final = ("LINE", "WHO", "WHY", "WHOM", "WHAT", "CHANGE", "ACCESSES", "PEOPLE", "DAYS")
NUMBERS: Final = ("ACCESSES", "PEOPLE", "DAYS")


def name_of(line: Line) -> str:
    """What a line is called: the same in every replay that finds it, whatever other lines there are."""
    return sha256(orjson.dumps(line.form(), option=orjson.OPT_SORT_KEYS)).hexdigest()[:NAME]


def gains_first(found: Tally) -> Sequence[tuple[Line, Counted]]:
    """The lines, those that gain before those that lose, the most accesses first."""
    return sorted(found.lines(), key=lambda each: each[0].change is not Change.GAIN)


def table_of(found: Tally, lang: Language) -> Table:
    """The lines, one a row."""
    columns = (
        Column(
            say(f"COLUMN_{each}", lang),
            justify="right" if each in NUMBERS else "left",
            overflow="fold",
            no_wrap=each == "LINE",
        )
        for each in COLUMNS
    )
    table = Table(*columns)
    for line, count in gains_first(found):
        table.add_row(*_cells(line, count, lang))
    return table


def _cells(line: Line, count: Counted, lang: Language) -> Iterator[str]:
    style = STYLES[line.change]
    change = say(f"{line.change.name}{'' if line.sure else '_MAYBE'}", lang)
    yield name_of(line)
    yield f"{line.client} ({line.role})"
    yield line.purpose
    yield line.recipient
    yield line.field if line.step is None else f"{say(f'STEP_{line.step.name}', lang)} {line.field}"
    yield f"[{style}]{SIGNS[line.change]} {change}[/{style}]"
    yield f"{count.accesses:,}"
    yield _people(count, lang)
    yield f"{len(count.days):,}"


def _people(count: Counted, lang: Language) -> str:
    people = told(count.people)
    if people is None:
        return say("FEW", lang, number=FEW)
    return f"{'≥' if count.exact else '≈'}{people:,}"


def totals(found: Tally, lang: Language) -> str:
    """How many accesses were read, how many change, and how many nobody can tell of."""
    numbers = {"accesses": found.accesses, "changed": found.changed, "undecided": found.undecided}
    return say("REPLAY" if found.undecided else "REPLAY_DECIDED", lang, **numbers)


def form(found: Tally) -> dict[str, Any]:
    """It as JSON holds it."""
    lines = [{"line": name_of(line), **line.form(), **count.form()} for line, count in gains_first(found)]
    return {**found.form(), "lines": lines}
