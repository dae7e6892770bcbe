"""The refusals: accesses that rules refused, decided again under another edition."""

from collections.abc import Sequence

from policies.known import UNKNOWN, Known
from policies.replay.bench import Asked, Bench, Cell
from policies.replay.cells import Cells
from policies.replay.effect import NOTHING, CellChange, Change, Effect, PartChange, Step, StepChange
from policies.replay.row import AccessRow, Part, Reader


class Refusals:
    """Tells of each refusal what it would have been."""

    def __init__(self, new: Bench, cells: Cells, reader: Reader) -> None:
        self._new = new
        self._cells = cells
        self._reader = reader

    def effect(self, row: AccessRow, asked: Asked, old: Bench, parts: Sequence[Part]) -> Effect:
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
                told = self._cells.change(old, cell, was_open=False)
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
                standings, whole = self._cells.standings(old, cell)
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
