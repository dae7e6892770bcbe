"""The cells: fields of people of whom the same was known, each decided under two editions once and kept."""

from typing import Final

from policies.replay.bench import Bench, Cell, possible
from policies.vocabulary import Standing

KEPT: Final = 50_000
"""How many contexts, groups, operations and cells are remembered as decided; then all of the kind are forgotten."""


class Cells:
    """Decides cells under the edition of their access and under another."""

    def __init__(self, new: Bench) -> None:
        self._new = new
        self._kept: dict[tuple[str, Cell, bool], tuple[bool, bool] | None] = {}

    def change(self, old: Bench, cell: Cell, *, was_open: bool) -> tuple[bool, bool] | None:
        """Whether it changes and whether that is sure; None where the old edition would not have done what happened."""
        key = (old.edition.id, cell, was_open)
        if key not in self._kept:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            self._kept[key] = self._compare(old, cell, was_open=was_open)
        return self._kept[key]

    def _compare(self, old: Bench, cell: Cell, *, was_open: bool) -> tuple[bool, bool] | None:
        standings, whole = self.standings(old, cell)
        fit = [each for each in standings if old.visible(cell, each) and old.opens(cell, each) == was_open]
        if not fit:
            return None
        after = {self._new.opens(cell, each) for each in fit}
        return (not was_open) in after, whole and len(after) == 1

    def standings(self, old: Bench, cell: Cell) -> tuple[tuple[Standing, ...], bool]:
        """The standings that people may have had, and whether these are all."""
        known = cell.known.facts(cell.asked.role)
        return possible(known, old.facts(cell) | self._new.facts(cell))
