"""The comparison: accesses that happened, decided again under another edition."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from policies.judging.clearance import IDENTITY
from policies.known import UNKNOWN, Known
from policies.replay.bench import Asked, Bench, Cell, possible
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
from policies.replay.row import REF_BYTES, AccessRow, Given, Part, Reader
from policies.vocabulary import Standing

KEPT: Final = 50_000
"""How many contexts, groups, operations and cells are remembered as decided; then all of the kind are forgotten."""

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
        self._cells: dict[tuple[str, Cell, bool], tuple[bool, bool] | None] = {}
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
            return self._refused(row, asked, context.old, parts)
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
                told = self._cell(old, Cell(asked, given.known, path, written), was_open=was_open)
                if told is None:
                    undecided = True
                elif told[0]:
                    found.append(CellChange(path, Change.LOSE if was_open else Change.GAIN, told[1]))
        return tuple(found), undecided

    def _cell(self, old: Bench, cell: Cell, *, was_open: bool) -> tuple[bool, bool] | None:
        """Whether it changes and whether that is sure; None where the old edition would not have done what happened."""
        key = (old.edition.id, cell, was_open)
        if key not in self._cells:
            if len(self._cells) >= KEPT:
                self._cells.clear()
            self._cells[key] = self._compare(old, cell, was_open=was_open)
        return self._cells[key]

    def _compare(self, old: Bench, cell: Cell, *, was_open: bool) -> tuple[bool, bool] | None:
        standings, whole = self._standings(old, cell)
        fit = [each for each in standings if old.visible(cell, each) and old.opens(cell, each) == was_open]
        if not fit:
            return None
        after = {self._new.opens(cell, each) for each in fit}
        return (not was_open) in after, whole and len(after) == 1

    def _standings(self, old: Bench, cell: Cell) -> tuple[tuple[Standing, ...], bool]:
        known = cell.known.facts(cell.asked.role)
        return possible(known, old.facts(cell) | self._new.facts(cell))

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
        standings, whole = self._standings(old, cell)
        hidden = [each for each in standings if not old.visible(cell, each)]
        after = {self._new.visible(cell, each) for each in hidden}
        if True not in after:
            return ()
        sure = known.guard == BY_ID and whole and len(after) == 1
        return (CellChange(IDENTITY, Change.GAIN, sure),)

    def _refused(self, row: AccessRow, asked: Asked, old: Bench, parts: Sequence[Part]) -> Effect:
        """A refusal that rules decided, and no longer would; what else was asked is not on record."""
        if row.code == "PURPOSE_NOT_ALLOWED" and not old.usable(asked) and self._new.usable(asked):
            return Effect((StepChange(Step.PURPOSE, asked.purpose, Change.GAIN, sure=False),))
        if row.code == "FILTER_FORBIDDEN":
            return Effect(tuple(self._opened(row, asked, old, _of(parts))))
        if row.code == "OPERATION_FORBIDDEN":
            return Effect((), *self._acts(asked, old, parts))
        if row.code == "FIELD_WITHHELD":
            return self._strict(asked, old, parts)
        return NOTHING

    def _opened(self, row: AccessRow, asked: Asked, old: Bench, known: Known) -> list[StepChange]:
        """The fields by which people may now be chosen, where all of them may."""
        paths = self._reader.fields(row.arguments)
        if not all(self._new.everywhere(asked, known, path) for path in paths):
            return []
        closed = [path for path in paths if not old.everywhere(asked, known, path)]
        return [StepChange(Step.ARGUMENT, path, Change.GAIN, sure=False) for path in closed]

    def _acts(self, asked: Asked, old: Bench, parts: Sequence[Part]) -> tuple[tuple[PartChange, ...], bool]:
        """Changes of people that were refused by what is true of them."""
        changed, undecided, start = [], False, 0
        for part in parts:
            guards = [path for path in part.given.withheld if path.startswith("Mutation.")]
            if part.given.known.standing and guards:
                known = part.given.known
                cell = Cell(asked, known, known.guard, written=False)
                told = self._cell(old, cell, was_open=False)
                undecided = undecided or told is None
                if told and told[0]:
                    changed.append(
                        PartChange(start, part.size, (CellChange(known.guard, Change.GAIN, sure=False),))
                    )
            start += part.size
        return tuple(changed), undecided

    def _strict(self, asked: Asked, old: Bench, parts: Sequence[Part]) -> Effect:
        """An operation that wanted all or nothing: it would get all, where all of it is open now."""
        gained, sure, start = [], True, 0
        was_whole = True
        for part in parts:
            cells = [Cell(asked, part.given.known, path, written=False) for path in part.given.withheld]
            for cell in cells:
                standings, whole = self._standings(old, cell)
                seen = [each for each in standings if old.visible(cell, each)]
                was_whole = was_whole and all(old.opens(cell, each) for each in seen)
                after = {self._new.opens(cell, each) for each in seen}
                if True not in after:
                    return NOTHING
                sure = sure and whole and len(after) == 1
            gained.append((start, part))
            start += part.size
        if was_whole:
            return Effect(undecided=True)
        step = StepChange(Step.STRICT, asked.purpose, Change.GAIN, sure)
        return Effect(
            (step,),
            tuple(
                PartChange(
                    start,
                    part.size,
                    tuple(CellChange(path, Change.GAIN, sure) for path in part.given.withheld),
                )
                for start, part in gained
            ),
        )


def _of(parts: Sequence[Part]) -> Known:
    """What is known of the operation as a whole, if anything."""
    return next((part.given.known for part in parts if part.given.known.standing), UNKNOWN)
