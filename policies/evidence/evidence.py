"""The evidence: what was used of the rules, the purposes and the clients' rights, counted over many accesses."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from policies.edition import Edition
from policies.evidence.use import Uses
from policies.mistake import PolicyError
from policies.replay.bench import Bench
from policies.replay.effect import kind_of
from policies.replay.replay import Setting
from policies.replay.row import AccessRow, Reader


class Asker(NamedTuple):
    """A client in a role, why it asks, and for whom."""

    client: str
    role: str
    purpose: str
    recipient: str


class Evidence:
    """What accesses show; two of them make one. It can go to another process, and holds nobody.

    Attributes:
        rules: in how many accesses each rule allowed something.
        asked, withheld: of each asker, in how many accesses a field was asked for, and was withheld of everybody.
        by_asker: how many accesses each made.
    """

    def __init__(self) -> None:
        self.accesses = 0
        self.rules: Counter[str] = Counter()
        self.asked: dict[Asker, Counter[str]] = {}
        self.withheld: dict[Asker, Counter[str]] = {}
        self.by_asker: Counter[Asker] = Counter()

    def merge(self, other: "Evidence") -> None:
        """What another shows."""
        self.accesses += other.accesses
        self.rules.update(other.rules)
        self.by_asker.update(other.by_asker)
        for asker, fields in other.asked.items():
            self.asked.setdefault(asker, Counter()).update(fields)
        for asker, fields in other.withheld.items():
            self.withheld.setdefault(asker, Counter()).update(fields)


class Weighing:
    """Weighs chunks of accesses, each under its own edition."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._reader = Reader(setting.paths)
        self._uses: dict[str, Uses | None] = {}

    def evidence(self, rows: Iterable[AccessRow]) -> Evidence:
        """What these accesses show."""
        found = Evidence()
        for row in rows:
            self._weigh(row, found)
        return found

    def _weigh(self, row: AccessRow, found: Evidence) -> None:
        found.accesses += 1
        uses = self._of(row.edition)
        if uses is None:
            return
        use = uses.of(row, kind_of(row, self._reader.parts(row), self._setting.kinds))
        found.rules.update(use.rules)
        asker = Asker(row.client, row.role, row.purpose or "", row.recipient or "")
        found.by_asker[asker] += 1
        found.asked.setdefault(asker, Counter()).update(use.asked)
        if use.withheld:
            found.withheld.setdefault(asker, Counter()).update(use.withheld)

    def _of(self, edition: str) -> Uses | None:
        if edition not in self._uses:
            text = self._setting.editions.get(edition)
            try:
                bench = None if text is None else Bench(Edition.from_canonical(text))
            except PolicyError:
                bench = None
            self._uses[edition] = None if bench is None else Uses(bench, self._reader)
        return self._uses[edition]
