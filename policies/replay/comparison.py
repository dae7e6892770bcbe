"""The comparison: accesses that happened, decided again under another edition."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from policies.judging.clearance import IDENTITY
from policies.known import UNKNOWN, Known
from policies.replay.bench import Asked, Bench, Cell
from policies.replay.cells import KEPT, Cells
from policies.replay.effect import (
    NOTHING,
    REFUSED,
    CellChange,
    Change,
    Effect,
    PartChange,
    Step,
    StepChange,
    all_lost,
    kind_of,
)
from policies.replay.refusals import Refusals
from policies.replay.row import REF_BYTES, AccessRow, Given, Part, Reader

BY_ID: Final = "Query.user"
"""The root field that gives whoever it names, if they exist for the requester."""


@dataclass(frozen=True, slots=True, eq=False)
class _Context:
    """Accesses that were asked alike, under one edition."""

    asked: Asked
    old: Bench | None


_Steps = tuple[_Context, str, frozenset[str], Given | None]


class Comparison:
    """Decides accesses again: under the edition of each, to learn what is not on record, and under another.

    `old` gives the bench of an edition by its id, None where there is none. `kinds` are the recipients of today with
    their groups, for records that do not hold it.
    """

    def __init__(
        self, new: Bench, old: Callable[[str], Bench | None], kinds: Mapping[str, str], reader: Reader
    ) -> None:
        self._new = new
        self._old = old
        self._kinds = kinds
        self._reader = reader
        self._contexts: dict[tuple[str, Asked], _Context] = {}
        self._parts: dict[tuple[_Context, Given], tuple[tuple[CellChange, ...], bool]] = {}
        self._operations: dict[_Steps, tuple[StepChange, ...]] = {}
        self._cells = Cells(new)
        self._refusals = Refusals(new, self._cells, reader)
        self._named: dict[tuple[_Context, Known], tuple[CellChange, ...]] = {}

    def effect(self, row: AccessRow) -> Effect:
        """What changes of it."""
        if row.edition == self._new.edition.id or row.purpose is None or row.recipient is None:
            return NOTHING
        parts = self._reader.parts(row)
        asked = Asked(row.role, row.purpose, kind_of(row, parts, self._kinds))
        context = self._contexts.get((row.edition, asked))
        if context is None:
            if len(self._contexts) >= KEPT:
                self._contexts.clear()
            context = self._contexts[row.edition, asked] = _Context(asked, self._old(row.edition))
        if context.old is None:
            return Effect(undecided=True)
        if row.outcome == REFUSED and row.code is not None:
            return self._refusals.effect(row, asked, context.old, parts)
        return self._given(row, context, context.old, parts)

    def _given(self, row: AccessRow, context: _Context, old: Bench, parts: Sequence[Part]) -> Effect:
        """Of an access that was answered."""
        steps = self._steps(row, context, old, parts)
        if steps:
            return Effect(steps, tuple(all_lost(parts, sure=any(each.sure for each in steps))))
        changed, undecided, start = [], False, 0
        for size, given in parts:
            if not given.told:
                if found := self._named_in_vain(context, old, given.known):
                    changed.append(PartChange(start, size, found))
                start += size
                continue
            told = self._parts.get((context, given))
            if told is None:
                if len(self._parts) >= KEPT:
                    self._parts.clear()
                told = self._parts[context, given] = self._part(context.asked, old, given)
            undecided = undecided or told[1]
            if told[0]:
                changed.append(PartChange(start, size, told[0]))
            start += size
        if len(row.refs) > start * REF_BYTES and (found := self._named_in_vain(context, old, UNKNOWN)):
            changed.append(PartChange(start, None, found))
        return Effect((), tuple(changed), undecided) if changed or undecided else NOTHING

    def _steps(
        self, row: AccessRow, context: _Context, old: Bench, parts: Sequence[Part]
    ) -> tuple[StepChange, ...]:
        """Why it would be refused as a whole; nothing where it would not, or was not explained before."""
        guards = frozenset(given.known.guard for _, given in parts)
        first = next((given for _, given in parts if given.known.standing), None) if row.arguments else None
        key = (context, row.arguments, guards, first)
        found = self._operations.get(key)
        if found is None:
            if len(self._operations) >= KEPT:
                self._operations.clear()
            known = UNKNOWN if first is None else first.known
            fields = self._reader.fields(row.arguments)
            found = self._operations[key] = tuple(self._closed(context.asked, old, guards, known, fields))
        return found

    def _closed(
        self, asked: Asked, old: Bench, guards: frozenset[str], known: Known, fields: Sequence[str]
    ) -> Iterator[StepChange]:
        if old.usable(asked) and not self._new.usable(asked):
            yield StepChange(Step.PURPOSE, asked.purpose, Change.LOSE, sure=True)
            return
        for guard in sorted(guards):
            if guard.startswith("Query.") and old.guards(asked, guard) and not self._new.guards(asked, guard):
                yield StepChange(Step.GUARD, guard, Change.LOSE, sure=True)
        for path in fields:
            if old.everywhere(asked, known, path) and not self._new.everywhere(asked, known, path):
                yield StepChange(Step.ARGUMENT, path, Change.LOSE, sure=bool(known.standing))

    def _part(self, asked: Asked, old: Bench, given: Given) -> tuple[tuple[CellChange, ...], bool]:
        """What changes for the people of one group, and whether something of it is not explained."""
        found, undecided = [], False
        for paths, was_open, written in (
            (given.released, True, False),
            (given.withheld, False, False),
            (given.written, True, True),
        ):
            for path in paths:
                told = self._cells.change(old, Cell(asked, given.known, path, written), was_open=was_open)
                if told is None:
                    undecided = True
                elif told[0]:
                    found.append(CellChange(path, Change.LOSE if was_open else Change.GAIN, told[1]))
        return tuple(found), undecided

    def _named_in_vain(self, context: _Context, old: Bench, known: Known) -> tuple[CellChange, ...]:
        """The same for every access of this context and all of whom the same was known."""
        key = (context, known)
        found = self._named.get(key)
        if found is None:
            if len(self._named) >= KEPT:
                self._named.clear()
            found = self._named[key] = self._found(context.asked, old, known)
        return found

    def _found(self, asked: Asked, old: Bench, known: Known) -> tuple[CellChange, ...]:
        """That somebody who was named in vain would exist for the requester; a list may leave them out even so."""
        cell = Cell(asked, known, IDENTITY, written=False)
        standings, whole = self._cells.standings(old, cell)
        hidden = [each for each in standings if not old.visible(cell, each)]
        after = {self._new.visible(cell, each) for each in hidden}
        if True not in after:
            return ()
        sure = known.guard == BY_ID and whole and len(after) == 1
        return (CellChange(IDENTITY, Change.GAIN, sure),)
