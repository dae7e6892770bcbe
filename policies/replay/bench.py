"""The bench: one edition that is asked again about what was recorded."""

from collections.abc import Iterable, Mapping
from itertools import chain, combinations
from typing import Final, NamedTuple

from policies.edition import Edition
from policies.judging.clearance import IDENTIFIER, IDENTITY, Clearance
from policies.judging.clearance import combinations as standings
from policies.judging.judge import Judge
from policies.judging.question import Question
from policies.known import OF_EVENTS, SETTLED, Known
from policies.vocabulary import Action, Fact, Standing, standing

NOBODY: Final[Standing] = frozenset()
READ: Final = Action.READ.value
OF_PEOPLE: Final = "User."
"""What fields of people begin with; others in the ledger are guards, decided as what they guard."""


class Asked(NamedTuple):
    """Who asked why, and the group of whoever it went to."""

    role: str
    purpose: str
    kind: str


class Cell(NamedTuple):
    """One field of people of whom the same was known; `written` where it was entered or changed."""

    asked: Asked
    known: Known
    path: str
    written: bool

    @property
    def action(self) -> str:
        """How the field was decided; what is no field of a person, by itself."""
        if not self.path.startswith(OF_PEOPLE):
            return Action.INVOKE.value
        if self.known.action in _WRITING and not self.written:
            return READ
        return self.known.action

    @property
    def guard(self) -> str:
        """The root field that must be open too, by the narrowest name that decided it; blank where none is known."""
        guard = self.known.guard
        if self.path.startswith(OF_PEOPLE) or guard.startswith(self.path):
            return guard
        return self.path


_WRITING = (Action.CORRECT.value, Action.COLLECT.value)


class Bench:
    """The judge of one edition; recipients are asked about by their group, as no rule tells more of them."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.judge = Judge(edition, {group: group for group in edition.groups})
        self._clearances: dict[
            tuple[Asked, frozenset[tuple[Fact, bool]], tuple[tuple[str, ...], ...]], Clearance
        ] = {}

    def usable(self, asked: Asked) -> bool:
        """Whether the purpose may be declared: a leaf that was announced, and that some rule lets the role use."""
        purpose = self.edition.purposes.get(asked.purpose)
        declared = purpose is not None and not purpose.abstract and purpose.announced_on is not None
        return declared and self.judge.usable(*asked)

    def guards(self, asked: Asked, guard: str) -> bool:
        """Whether a root field is open, whomever it is about."""
        role, purpose, kind = asked
        return bool(self.judge.decide(Question(role, Action.INVOKE, purpose, guard, kind, NOBODY)))

    def everywhere(self, asked: Asked, known: Known, path: str) -> bool:
        """Whether people may be chosen by this field, whoever they are."""
        told = known.facts(asked.role)
        settled = {fact: is_so for fact, is_so in told.items() if fact in _CERTAIN}
        if told.get(Fact.ABROAD_INFORMED):
            settled[Fact.ABROAD_INFORMED] = True
        key = (asked, frozenset(settled.items()), known.scope)
        found = self._clearances.get(key)
        if found is None:
            names = tuple(map(frozenset, known.scope))
            found = Clearance(self.judge, asked.role, asked.purpose, asked.kind, settled, names)
            self._clearances[key] = found
        return found.everywhere(path)

    def facts(self, cell: Cell) -> Standing:
        """The facts that the answer about a cell turns on."""
        role, purpose, kind = cell.asked
        about = [(cell.action, cell.path), (Action.INVOKE.value, cell.guard)]
        if not cell.known.whole:
            about.append((READ, IDENTITY))
        return frozenset().union(
            *(self.judge.facts_for(role, action, purpose, kind, path) for action, path in about if path)
        )

    def opens(self, cell: Cell, true: Standing) -> bool:
        """Whether the field is open, were these facts true: the person visible, the root field open, and it too."""
        return self.visible(cell, true) and self._guarded(cell, true) and self._within(cell, true)

    def visible(self, cell: Cell, true: Standing) -> bool:
        """Whether the person exists for the requester."""
        return cell.known.whole or self.allows(cell, READ, IDENTITY, true)

    def allows(self, cell: Cell, action: str, path: str, true: Standing) -> bool:
        """One answer of the judge, within the scope of the token."""
        return self._in_scope(cell.known, path) and bool(self.ask(cell, action, path, true))

    def ask(self, cell: Cell, action: str, path: str, true: Standing) -> str | None:
        """The rule that allows it; None where it is refused."""
        role, purpose, kind = cell.asked
        decision = self.judge.decide(Question(role, action, purpose, path, kind, true))
        return decision.rule if decision else None

    def _guarded(self, cell: Cell, true: Standing) -> bool:
        guard = cell.guard
        if not guard:
            return True
        if cell.action == READ and guard.startswith("Mutation."):
            return True  # the change has its own group, and what its payload tells is decided by itself
        at_large = cell.known.whole or cell.action == READ
        return bool(self.ask(cell, Action.INVOKE.value, guard, NOBODY if at_large else true))

    def _within(self, cell: Cell, true: Standing) -> bool:
        """The field itself, under whichever of the facts that do not reach it are taken away."""
        if cell.action == Action.INVOKE:
            return True
        if not self.allows(cell, cell.action, cell.path, true):
            return False
        wider = self.edition.field_ancestors(cell.path)
        lost = [
            Fact(fact)
            for fact, names in cell.known.reach
            if Fact(fact) in true and frozenset(names).isdisjoint(wider)
        ]
        if cell.path == IDENTITY or not lost:
            return True
        some = chain.from_iterable(combinations(lost, size) for size in range(1, len(lost) + 1))
        fewer = (true - frozenset(each) for each in some)
        return all(
            self.allows(cell, READ, IDENTITY, each) and self.allows(cell, READ, cell.path, each)
            for each in fewer
        )

    def _in_scope(self, known: Known, path: str) -> bool:
        if not known.scope:
            return True
        wider = self.edition.field_ancestors(path)
        return IDENTIFIER in wider or not any(frozenset(names).isdisjoint(wider) for names in known.scope)


_CERTAIN = frozenset({*SETTLED, *OF_EVENTS, Fact.SELF})

MOST_OPEN: Final = 12
"""Of how many facts that are not on record every combination is looked at."""


def possible(known: Mapping[Fact, bool], looked_at: Iterable[Fact]) -> tuple[tuple[Standing, ...], bool]:
    """Every standing that what is known leaves possible, as far as these facts go, and whether these are all."""
    unknown: list[Fact] = [fact for fact in Fact if fact in set(looked_at) and fact not in known]
    true = frozenset(fact for fact, is_so in known.items() if is_so)
    whole = len(unknown) <= MOST_OPEN
    if not whole:
        unknown = [fact for fact in unknown if fact not in frozenset[Fact](SETTLED)][:MOST_OPEN]
    found = dict.fromkeys(standing(*true, *some) for some in standings(unknown))
    fit = tuple(each for each in found if all(is_so or fact not in each for fact, is_so in known.items()))
    return fit, whole
