"""The mistakes of drafts: every one of an input, each with the part of it that it came with."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from api.gateway.refusal import Code, Refusal, Refusals
from api.gateway.told import Told
from models.formats.wrong import Sentence
from policies.drafting import Drafted
from policies.edits import Conflict
from policies.flaw import Flaw

MOST: Final = 200
"""How many mistakes of one draft are told at once."""


class Made(NamedTuple):
    """What a change makes of a draft, and on which base; `conflicts` and `flaws` were refused before."""

    base: str
    drafted: Drafted


def fit(made: Made, places: Mapping[tuple[str, str], int] | None = None, part: str = "") -> Made:
    """What was made, if it loads and nothing is contested.

    Raises:
        Refusals: every mistake in it, each with the part of the input it came with.
    """
    drafted = made.drafted
    wrong = [_mistake(each, places or {}, part) for each in drafted.flaws[:MOST]]
    wrong += [_conflict(each) for each in drafted.conflicts[:MOST]]
    more = len(drafted.flaws) + len(drafted.conflicts) - len(wrong)
    if more:
        wrong[-1].extensions["more"] = more
    if wrong:
        raise Refusals(wrong)
    return made


def _mistake(flaw: Flaw, places: Mapping[tuple[str, str], int], part: str) -> Refusal:
    place = places.get((flaw.table, flaw.key), places.get((flaw.table, "")))
    argument = "input" if not part else f"input.{part}" if place is None else f"input.{part}.{place}"
    return Refusal(
        Code.BAD_INPUT,
        Told("DRAFT_MISTAKE", place=_place(flaw), what=_both(flaw.what), remedy=_both(flaw.remedy)),
        argument=argument,
        reason="DRAFT_MISTAKE",
        table=flaw.table,
        row=flaw.row or None,
        key=flaw.key or None,
        column=flaw.column or None,
    )


def _place(flaw: Flaw) -> str:
    return " ".join(filter(None, (f"{flaw.table}.csv", str(flaw.row or ""), flaw.column)))


def _both(text: str) -> Sequence[Sentence]:
    return (Sentence(text, text),)


def _conflict(conflict: Conflict) -> Refusal:
    return Refusal(
        Code.BAD_INPUT,
        Told("DRAFT_CONFLICT", table=conflict.table, key=conflict.key),
        argument="input.resolutions",
        reason="DRAFT_CONFLICT",
        table=conflict.table,
        key=conflict.key,
        status=409,
    )
