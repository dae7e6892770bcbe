"""The replay of many accesses, chunk by chunk, in this process or another."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from policies.edition import Edition
from policies.mistake import PolicyError
from policies.replay.bench import Bench
from policies.replay.comparison import Comparison
from policies.replay.effect import Effect
from policies.replay.row import AccessRow, Reader
from policies.replay.tally import Line, Tally, lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a replay needs beside the rows, as plain text.

    Attributes:
        draft: the edition to decide under, in its canonical form.
        editions: those in force when the accesses happened, likewise, by id.
        kinds: today's recipients with their groups.
        paths: the fields by their bits.
    """

    draft: str
    editions: Mapping[str, str]
    kinds: Mapping[str, str]
    paths: Sequence[str]


class Replay:
    """Replays chunks of accesses under one draft; what was decided once is remembered from chunk to chunk."""

    def __init__(self, setting: Setting) -> None:
        self._editions = setting.editions
        self._benches: dict[str, Bench | None] = {}
        draft = Bench(Edition.from_canonical(setting.draft))
        self._benches[draft.edition.id] = draft
        self._comparison = Comparison(draft, self._bench, setting.kinds, Reader(setting.paths))

    def tally(self, rows: Iterable[AccessRow]) -> Tally:
        """What changes of these accesses."""
        found = Tally()
        for row in rows:
            found.add(row, self.effect(row))
        return found

    def effect(self, row: AccessRow) -> Effect:
        """What changes of one access."""
        return self._comparison.effect(row)

    def people(self, rows: Iterable[AccessRow], line: Line) -> Iterator[int]:
        """The references of those whom one line of the result is about: personal data, and never kept with it."""
        for row in rows:
            for each, refs in lines(row, self.effect(row)):
                if each == line:
                    yield from refs

    def _bench(self, edition: str) -> Bench | None:
        """The edition of some accesses; None for one that is not there, or that does not load any more."""
        if edition not in self._benches:
            text = self._editions.get(edition)
            try:
                self._benches[edition] = None if text is None else Bench(Edition.from_canonical(text))
            except PolicyError:
                self._benches[edition] = None
        return self._benches[edition]
