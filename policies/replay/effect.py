"""The effect: what another edition would do to one access that happened, as plain values."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from policies.replay.row import AccessRow, Part

REFUSED: Final = "REFUSED"


class Change(StrEnum):
    """What somebody who asks as before would have that they had not, or would not have any more."""

    GAIN = "GAIN"
    LOSE = "LOSE"


class Step(StrEnum):
    """What decides about an operation as a whole."""

    PURPOSE = "PURPOSE"
    GUARD = "GUARD"
    ARGUMENT = "ARGUMENT"
    STRICT = "STRICT"


class CellChange(NamedTuple):
    """A field that changes hands; `sure` unless a fact that is not on record decides."""

    field: str
    change: Change
    sure: bool


class StepChange(NamedTuple):
    """An operation that would be refused, or would not; `name` is the purpose, the guard or the field."""

    step: Step
    name: str
    change: Change
    sure: bool


class PartChange(NamedTuple):
    """What changes for the people from a place in the row on: so many, or all behind it."""

    start: int
    size: int | None
    cells: tuple[CellChange, ...]


class Effect(NamedTuple):
    """All that changes of one access; `undecided` where its own edition does not explain it."""

    steps: tuple[StepChange, ...] = ()
    parts: tuple[PartChange, ...] = ()
    undecided: bool = False


NOTHING: Final = Effect()


def kind_of(row: AccessRow, parts: Sequence[Part], kinds: Mapping[str, str]) -> str:
    """The recipient's group then; of records without it, that of today."""
    recipient = row.recipient or ""
    for _, given in parts:
        if given.known.standing:
            return given.known.kind or recipient
    return kinds.get(recipient, recipient)


def all_lost(parts: Sequence[Part], *, sure: bool) -> Iterator[PartChange]:
    """Everything that was given or written, gone with the operation."""
    start = 0
    for size, given in parts:
        fields = dict.fromkeys((*given.released, *given.written))
        if fields:
            yield PartChange(start, size, tuple(CellChange(path, Change.LOSE, sure) for path in fields))
        start += size
