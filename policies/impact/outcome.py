"""The outcome: in which standings two lists of rules about one question answer differently, and which rules do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from policies.impact.space import Space, space
from policies.rule import Need, write_needs
from policies.vocabulary import STAGES

FEW: Final = 3
"""Where more lists of facts than so many tell when something changes, no deny is told in them."""


class Direction(StrEnum):
    """What a change does to what anybody gets; `tells` is nothing."""

    WIDENS = "widens"
    NARROWS = "narrows"
    TELLS = "tells"


class Kind(NamedTuple):
    """What matters of a rule once its names fit: `steady` rules stand in both editions alike."""

    allows: bool
    needs: tuple[Need, ...]
    steady: bool


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """The standings in which a decision changes: those with all of `given` and one of `when`, not refused anyhow.

    Attributes:
        given: facts that every allow needs before and after alike, joined as in a rule's needs.
        when: needs, of which one list must be met; `-` where nothing more is needed.
        wholly: where nothing was allowed before, of what widens, or after, of what narrows.
    """

    direction: Direction
    given: str
    when: tuple[str, ...]
    wholly: bool


class Outcome(NamedTuple):
    """How a question is answered differently, and in how many standings; rules by their places in the lists.

    `refused` are denies of the edition that allows: where they refuse, nothing changes.
    """

    condition: Condition
    standings: int
    refused: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]


def outcomes(before: Sequence[Kind], after: Sequence[Kind]) -> tuple[Outcome, ...]:
    """What changes between two lists of rules, each in the order of its file; nothing where nothing does."""
    if _decisive(before) == _decisive(after):
        return ()
    known = space(frozenset(need.fact for kind in (*before, *after) for need in kind.needs))
    old, new = _Side(known, before), _Side(known, after)
    return tuple(
        each
        for each in (
            _outcome(known, Direction.WIDENS, new, old),
            _outcome(known, Direction.NARROWS, old, new),
        )
        if each
    )


def _decisive(kinds: Iterable[Kind]) -> frozenset[tuple[bool, tuple[Need, ...]]]:
    return frozenset((kind.allows, kind.needs) for kind in kinds)


class _Side:
    """One edition's rules about a question, as sets of standings."""

    def __init__(self, known: Space, kinds: Sequence[Kind]) -> None:
        self.kinds = kinds
        self.met = [known.meeting(kind.needs) & known.possible for kind in kinds]
        self.allowed = _union(met for kind, met in zip(kinds, self.met, strict=True) if kind.allows)
        self.denied = _union(met for kind, met in zip(kinds, self.met, strict=True) if not kind.allows)
        self.yes = self.allowed & ~self.denied

    def deciding(self, standings: int, *, allows: bool) -> tuple[int, ...]:
        """The rules of one effect that are the first to match somewhere among these standings."""
        found = []
        for place, kind in enumerate(self.kinds):
            if kind.allows is allows and standings & self.met[place]:
                standings &= ~self.met[place]
                found.append(place)
        return tuple(found)

    def denies(self, as_in: "_Side | None") -> tuple[int, ...]:
        """The rules that deny: all of them, or those that stand in both editions or deny as much in the other."""
        return tuple(
            place
            for place, kind in enumerate(self.kinds)
            if not kind.allows
            if as_in is None or kind.steady or not self.met[place] & ~as_in.denied
        )

    def union(self, places: Iterable[int]) -> int:
        """The standings in which one of these rules matches."""
        return _union(self.met[place] for place in places)


def _union(sets: Iterable[int]) -> int:
    union = 0
    for each in sets:
        union |= each
    return union


def _outcome(known: Space, direction: Direction, yes: _Side, no: _Side) -> Outcome | None:
    """What one side allows and the other does not."""
    changed = yes.yes & ~no.yes
    if not changed:
        return None
    widens, wholly = direction is Direction.WIDENS, not no.yes
    given = () if wholly else _given(known, yes, no)
    refused = yes.denies(None if wholly and not widens else no)
    when = _when(known, changed, given, yes.union(refused))
    if len(when) > FEW:
        refused = yes.denies(None)
        when = _when(known, changed, given, yes.union(refused))
    allowing, denying = yes.deciding(changed, allows=True), no.deciding(changed, allows=False)
    return Outcome(
        condition=Condition(direction, write_needs(given), when, wholly),
        standings=changed.bit_count(),
        refused=refused,
        before=denying if widens else allowing,
        after=allowing if widens else denying,
    )


def _given(known: Space, *sides: _Side) -> tuple[Need, ...]:
    """The facts that every allow of every side needs, but for stages, which are told as spans."""
    allowed = _union(side.allowed for side in sides)
    return tuple(Need(fact) for fact in known.facts if fact not in STAGES and not allowed & ~known.true(fact))


def _when(known: Space, changed: int, given: Iterable[Need], refused: int) -> tuple[str, ...]:
    """Needs that, with what is given and unless refused, are met just where something changes."""
    whatever = known.every & ~(known.possible & known.meeting(given))
    return tuple(write_needs(cube) for cube in known.cubes(changed, changed | whatever | refused))
