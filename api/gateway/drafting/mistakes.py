"""The mistakes of drafts: every one of an input, each with the part of it that it came with."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from api.gateway.refusal import Code, Refusal, Refusals
from api.gateway.told import Told
from models.formats.wrong import Sentence
from policies.drafts.drafting import Drafted
from policies.drafts.edits import Conflict
from policies.mistake import Mistake

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


def _mistake(wrong: Mistake, places: Mapping[tuple[str, str], int], part: str) -> Refusal:
    place = places.get((wrong.table, wrong.key), places.get((wrong.table, "")))
    argument = "input" if not part else f"input.{part}" if place is None else f"input.{part}.{place}"
    return Refusal(
        Code.BAD_INPUT,
        Told(
            "DRAFT_MISTAKE",
            mistake=(Sentence(str(wrong), wrong.text("ja").removesuffix("。")),),
        ),
        argument=argument,
        reason="DRAFT_MISTAKE",
        mistake=wrong.code,
        table=wrong.table,
        row=wrong.row or None,
        key=wrong.key or None,
        column=wrong.column or None,
        near=list(wrong.near) or None,
    )


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
