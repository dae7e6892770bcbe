"""The tally: who would gain and lose what, counted; never who the people are."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from policies.replay.effect import Change, Effect, Step
from policies.replay.people import People
from policies.replay.row import AccessRow, people

FEW: Final = 10
"""People are told in steps of so many, and fewer not by number: two replays that are subtracted tell of nobody's part."""


def told(people: int | None) -> int | None:
    """How many people a report says it is about, in full steps; None for few."""
    return None if people is None or people < FEW else people - people % FEW


class Line(NamedTuple):
    """Of what is counted: one client in one role, why, for whom, and a field; or, with a step, a whole operation."""

    client: str
    role: str
    purpose: str
    recipient: str
    step: Step | None
    field: str
    change: Change
    sure: bool

    @classmethod
    def of(cls, form: Mapping[str, Any]) -> "Line":
        """The line that `form` wrote."""
        said = {name: form[name] for name in cls._fields}
        step = said["step"] and Step(said["step"])
        return cls(**{**said, "step": step, "change": Change(said["change"])})

    def form(self) -> dict[str, Any]:
        """It as JSON holds it."""
        return {**self._asdict(), "step": self.step and self.step.value, "change": self.change.value}


class Counted(NamedTuple):
    """How often, of how many different people, and how often on each day in Japan (ISO 8601).

    `people` is exact up to some thousands and else estimated, as `exact` tells; nobody is shown it but as `told`.
    """

    accesses: int
    people: int
    exact: bool
    days: dict[str, int]

    def form(self) -> dict[str, Any]:
        """It as JSON holds it, the people as they are `told`."""
        return {**self._asdict(), "people": told(self.people)}


class _Count:
    __slots__ = ("accesses", "days", "people")

    def __init__(self) -> None:
        self.accesses = 0
        self.people = People()
        self.days: dict[str, int] = {}


class Tally:
    """Counts effects; two tallies of other rows make one. It can go to another process."""

    def __init__(self) -> None:
        self.accesses = 0
        self.changed = 0
        self.undecided = 0
        self._lines: dict[Line, _Count] = {}

    def add(self, row: AccessRow, effect: Effect) -> None:
        """One access."""
        self.accesses += 1
        self.undecided += effect.undecided
        if not (effect.steps or effect.parts):
            return
        self.changed += 1
        touched: dict[Line, list[Iterable[int]]] = {}
        for line, refs in lines(row, effect):
            touched.setdefault(line, []).append(refs)
        for line, lists in touched.items():
            count = self._lines.setdefault(line, _Count())
            count.accesses += 1
            count.days[row.day] = count.days.get(row.day, 0) + 1
            for refs in lists:
                count.people.add(refs)

    def merge(self, other: "Tally") -> None:
        """What another counted."""
        self.accesses += other.accesses
        self.changed += other.changed
        self.undecided += other.undecided
        for line, more in other.counts():
            count = self._lines.setdefault(line, _Count())
            count.accesses += more.accesses
            count.people.merge(more.people)
            for day, accesses in more.days.items():
                count.days[day] = count.days.get(day, 0) + accesses

    def counts(self) -> Iterator[tuple[Line, _Count]]:
        """Each line with its count as it stands."""
        yield from self._lines.items()

    def lines(self) -> tuple[tuple[Line, Counted], ...]:
        """Each line with how much there was of it, the most accesses first."""
        found = [
            (line, Counted(c.accesses, c.people.count(), c.people.exact, dict(sorted(c.days.items()))))
            for line, c in self._lines.items()
        ]
        return tuple(sorted(found, key=lambda each: (-each[1].accesses, _place(each[0]))))

    def form(self) -> dict[str, Any]:
        """It as JSON holds it: counts, and nobody."""
        return {
            "accesses": self.accesses,
            "changed": self.changed,
            "undecided": self.undecided,
            "lines": [{**line.form(), **count.form()} for line, count in self.lines()],
        }


def lines(row: AccessRow, effect: Effect) -> Iterator[tuple[Line, Iterable[int]]]:
    """What of one access is counted, with the references of those it is about."""
    who = (row.client, row.role, row.purpose or "", row.recipient or "")
    for step in effect.steps:
        yield Line(*who, step.step, step.name, step.change, step.sure), people(row, 0)
    for part in effect.parts:
        for cell in part.cells:
            yield Line(*who, None, *cell), people(row, part.start, part.size)


def _place(line: Line) -> tuple[str, ...]:
    return tuple(map(str, line))
