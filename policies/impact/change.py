"""The change and the impact: what another edition would do, as plain data, each change told as one sentence."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any, Final, NamedTuple, Self

from policies.impact.outcome import Direction

Names = tuple[str, ...]

DECISION: Final = "decision"
"""The kind of a change of decisions; any other kind is the table in which something changed, or `model`."""


class Cell(NamedTuple):
    """What changes of one square of the matrix: does anything widen there, does anything narrow."""

    role: str
    recipient: str
    purpose: str
    category: str
    widens: bool
    narrows: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Decisions that change alike, or one thing that changes beside them.

    It is about every combination of its roles, actions, purposes, fields and recipients (groups), and there about
    the standings that meet `given` and one of `when` and that no rule of `refused` about the question refuses.

    Attributes:
        kind: `decision`, or the table of what changed beside the decisions, or `model`.
        keys: the rows of that table.
        given: facts that every allow needs before and after alike, joined as in a rule.
        when: lists of facts, joined as in a rule; `-` where nothing more is needed.
        wholly: nothing was allowed before of what widens, or is after of what narrows.
        decisions: how many it stands for: one for each question and standing.
        refused: the denies that refuse there, before and after.
        before, after: the rules that decided, and that decide then; none where no rule allowed.
    """

    direction: Direction
    kind: str
    ja: str
    en: str
    keys: Names = ()
    roles: Names = ()
    actions: Names = ()
    purposes: Names = ()
    fields: Names = ()
    recipients: Names = ()
    given: str = "-"
    when: Names = ()
    wholly: bool = False
    decisions: int = 0
    refused: Names = ()
    before: Names = ()
    after: Names = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What the edition `new` would change of the edition `old`, both by their ids; what widens stands first.

    `categories` holds the category of every field whose decisions change.
    """

    old: str
    new: str
    changes: tuple[Change, ...]
    categories: tuple[tuple[str, str], ...] = ()

    @property
    def widens(self) -> bool:
        """Whether anything widens, so that a second person is needed."""
        return any(change.direction is Direction.WIDENS for change in self.changes)

    @property
    def widened(self) -> int:
        """How many decisions turn from no to yes."""
        return self._decisions(Direction.WIDENS)

    @property
    def narrowed(self) -> int:
        """How many decisions turn from yes to no."""
        return self._decisions(Direction.NARROWS)

    def _decisions(self, direction: Direction) -> int:
        return sum(change.decisions for change in self.changes if change.direction is direction)

    def cells(self) -> tuple[Cell, ...]:
        """The squares of the matrix in which any decision changes, whatever the action."""
        seen: dict[tuple[str, str, str, str], set[Direction]] = {}
        for change in self.changes:
            for square in self._squares(change):
                seen.setdefault(square, set()).add(change.direction)
        return tuple(
            Cell(*square, Direction.WIDENS in found, Direction.NARROWS in found)
            for square, found in seen.items()
        )

    def _squares(self, change: Change) -> Iterator[tuple[str, str, str, str]]:
        of = dict(self.categories)
        categories = dict.fromkeys(of[field] for field in change.fields if change.kind == DECISION)
        return product(change.roles, change.recipients, change.purposes, categories)

    def to_json(self) -> str:
        """The impact as text."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The impact that `to_json` wrote."""
        read = json.loads(text)
        changes = tuple(_change(each) for each in read["changes"])
        categories = tuple((field, category) for field, category in read["categories"])
        return cls(old=read["old"], new=read["new"], changes=changes, categories=categories)


def _change(read: Mapping[str, Any]) -> Change:
    parts: dict[str, Any] = {
        name: tuple(part) if isinstance(part, list) else part for name, part in read.items()
    }
    return Change(**{**parts, "direction": Direction(read["direction"])})
