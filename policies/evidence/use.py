"""The use: which rules an access of the ledger rested on, under the edition of its time."""

from collections.abc import Iterator
from itertools import chain, combinations
from typing import Final, NamedTuple

from policies.judging.clearance import IDENTITY
from policies.known import UNKNOWN
from policies.replay.bench import NOBODY, READ, Asked, Bench, Cell, possible
from policies.replay.effect import REFUSED
from policies.replay.row import AccessRow, Given, Reader
from policies.vocabulary import Action, Fact, Standing

KEPT: Final = 50_000
"""How many different accesses are remembered as looked at; then all are forgotten."""


class Use(NamedTuple):
    """What one access used: the rules that allowed it, the fields it asked for, and those that all were refused."""

    rules: frozenset[str] = frozenset()
    asked: tuple[str, ...] = ()
    withheld: frozenset[str] = frozenset()


NONE: Final = Use()


class Uses:
    """Looks at the accesses of one edition.

    Where a fact is not on record, every rule counts as used that one of the possible standings rests on.
    """

    def __init__(self, bench: Bench, reader: Reader) -> None:
        self._bench = bench
        self._reader = reader
        self._uses: dict[tuple[Asked, Given], Use] = {}
        self._rules: dict[Cell, frozenset[str]] = {}
        self._sought: dict[tuple[Asked, str], frozenset[str]] = {}

    def of(self, row: AccessRow, kind: str) -> Use:
        """What this access used, its recipient being of this group; nothing where it was refused."""
        if row.outcome == REFUSED or row.purpose is None:
            return NONE
        asked, parts = Asked(row.role, row.purpose, kind), self._reader.parts(row)
        given = [self._given(asked, each.given) for each in parts]
        sought = self._reader.fields(row.arguments)
        rules = frozenset().union(
            *(each.rules for each in given), *(self._choosing(asked, path) for path in sought)
        )
        fields = dict.fromkeys(path for each in given for path in each.asked)
        withheld = frozenset(fields)
        for each in given:
            withheld &= each.withheld | (withheld - frozenset(each.asked))
        return Use(rules, (*fields, *(path for path in sought if path not in fields)), withheld)

    def _given(self, asked: Asked, given: Given) -> Use:
        key = (asked, given)
        if key not in self._uses:
            if len(self._uses) >= KEPT:
                self._uses.clear()
            rules = (self._resting(cell, was_open=was_open) for cell, was_open in _cells(asked, given))
            fields = tuple(dict.fromkeys((*given.released, *given.withheld)))
            self._uses[key] = Use(frozenset().union(*rules), fields, frozenset(given.withheld))
        return self._uses[key]

    def _resting(self, cell: Cell, *, was_open: bool) -> frozenset[str]:
        """The rules that open a cell, or of one that was closed, those that let the person be seen."""
        cell = cell if was_open else cell._replace(path=IDENTITY)
        if cell not in self._rules:
            if len(self._rules) >= KEPT:
                self._rules.clear()
            standings, _ = possible(cell.known.facts(cell.asked.role), self._bench.facts(cell))
            fit = [each for each in standings if self._bench.opens(cell, each)]
            self._rules[cell] = frozenset(rule for each in fit for rule in self._allowing(cell, each))
        return self._rules[cell]

    def _allowing(self, cell: Cell, true: Standing) -> Iterator[str]:
        at_large = cell.known.whole or cell.action == READ
        asked: list[tuple[str, str, Standing]] = [(READ, IDENTITY, true)]
        if cell.guard:
            asked.append((Action.INVOKE.value, cell.guard, NOBODY if at_large else true))
        if cell.action != Action.INVOKE:
            lost = [Fact(fact) for fact, _ in cell.known.reach]
            some = chain.from_iterable(combinations(lost, size) for size in range(len(lost) + 1))
            asked += [(cell.action, cell.path, true - frozenset(each)) for each in some]
        for action, path, facts in asked:
            rule = self._bench.ask(cell, action, path, facts)
            if rule is not None:
                yield rule

    def _choosing(self, asked: Asked, path: str) -> frozenset[str]:
        """The rules that let people be chosen by a field, whoever is visible."""
        key = (asked, path)
        if key not in self._sought:
            cell = Cell(asked, UNKNOWN, path, written=False)
            standings, _ = possible(UNKNOWN.facts(asked.role), self._bench.facts(cell))
            found = (self._bench.ask(cell, READ, path, each) for each in standings)
            self._sought[key] = frozenset(rule for rule in found if rule is not None)
        return self._sought[key]


def _cells(asked: Asked, given: Given) -> Iterator[tuple[Cell, bool]]:
    yield from ((Cell(asked, given.known, path, written=False), True) for path in given.released)
    yield from ((Cell(asked, given.known, path, written=True), True) for path in given.written)
    if given.withheld:
        yield Cell(asked, given.known, given.withheld[0], written=False), False
