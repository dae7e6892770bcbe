"""The clearance: what one role may see for one purpose and recipient, for each standing that is possible."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from policies.judging.judge import Judge
from policies.judging.question import Decision, Question
from policies.vocabulary import STAGES, Action, Fact, Standing

IDENTITY = "User.id"
"""The field without which a user does not exist for the requester."""

IDENTIFIER = "identifier"
"""The category of that field; a scope never takes it away."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What one standing opens: the fields released, with the rule that allowed each."""

    rules: Mapping[str, str | None]

    def __contains__(self, path: object) -> bool:
        return path in self.rules


@dataclass(frozen=True, slots=True)
class Lens:
    """The clearance looked at through a few fields: the facts they turn on, and what each standing opens.

    `facts` number the bits of a key; `openings` has every key a visible user can have. `narrow` is false when
    every combination of those facts is visible, so that no user need be sifted out by it.
    """

    facts: tuple[Fact, ...]
    openings: Mapping[int, Opening]
    narrow: bool


@dataclass(frozen=True, eq=False)
class Clearance:
    """What may be seen in one context; the answers are the judge's, remembered.

    Attributes:
        certain: facts that are the same for every user here.
        categories: the sets of categories a token is narrowed to, each of them in turn.
    """

    judge: Judge
    role: str
    purpose: str
    recipient: str
    certain: Mapping[Fact, bool]
    categories: tuple[frozenset[str], ...] = ()
    _lenses: dict[tuple[str, ...], Lens] = field(default_factory=dict)

    def decide(self, path: str, standing: Standing) -> Decision:
        """May `path` be read of a user with this standing."""
        if not self.in_scope(path):
            return Decision(edition=self.judge.edition.id)
        return self.judge.decide(
            Question(self.role, Action.READ, self.purpose, path, self.recipient, standing)
        )

    def in_scope(self, path: str) -> bool:
        """Whether the token's scope leaves this field in."""
        if not self.categories:
            return True
        wider = self.judge.edition.field_ancestors(path)
        return IDENTIFIER in wider or not any(names.isdisjoint(wider) for names in self.categories)

    @cached_property
    def open_facts(self) -> tuple[Fact, ...]:
        """The facts that rules look at here and that may differ from user to user."""
        named = self.judge.facts(self.role, Action.READ, self.purpose, self.recipient)
        return tuple(fact for fact in Fact if fact in named and fact not in self.certain)

    @cached_property
    def _always(self) -> Standing:
        return frozenset(fact for fact, true in self.certain.items() if true)

    @cached_property
    def visible(self) -> tuple[Standing, ...]:
        """Every standing under which a user exists for the requester; none where nobody does."""
        return tuple(
            standing
            for standing in (self._always | some for some in combinations(self.open_facts))
            if self.decide(IDENTITY, standing)
        )

    @cached_property
    def required(self) -> tuple[Fact, ...]:
        """The facts that every visible user has."""
        return tuple(f for f in self.open_facts if self.visible and all(f in s for s in self.visible))

    @cached_property
    def excluded(self) -> tuple[Fact, ...]:
        """The facts that no visible user has."""
        return tuple(f for f in self.open_facts if self.visible and not any(f in s for s in self.visible))

    @cached_property
    def _varying(self) -> tuple[Fact, ...]:
        settled = {*self.required, *self.excluded}
        return tuple(fact for fact in self.open_facts if fact not in settled)

    @cached_property
    def _sifts(self) -> bool:
        """Some combination of the varying facts is not visible."""
        return len(self.visible) < sum(1 for _ in combinations(self._varying))

    def rehearse(self, paths: tuple[str, ...]) -> Iterator[None]:
        """Ask all that `lens` is going to ask, and who is visible, one question at each step."""
        for some in combinations(self.open_facts):
            self.decide(IDENTITY, self._always | some)
            yield
        for standing, path in product(self.visible, paths):
            self.decide(path, standing)
            yield

    def lens(self, paths: tuple[str, ...]) -> Lens:
        """The openings for these fields; the same object for the same fields."""
        found = self._lenses.get(paths)
        if found is None:
            found = self._lenses[paths] = self._make_lens(paths)
        return found

    def _make_lens(self, paths: tuple[str, ...]) -> Lens:
        openings = {standing: self._opening(paths, standing) for standing in self.visible}
        facts = self._varying
        for fact in () if self._sifts else facts:
            fewer = tuple(other for other in facts if other is not fact)
            if _tell_apart(fewer, openings):
                facts = fewer
        return Lens(facts, {_key(facts, some): opening for some, opening in openings.items()}, self._sifts)

    def _opening(self, paths: tuple[str, ...], standing: Standing) -> Opening:
        answers = ((path, self.decide(path, standing)) for path in paths)
        return Opening({path: answer.rule for path, answer in answers if answer})

    def everywhere(self, path: str) -> bool:
        """Whether `path` may be read of every user that can be visible, as an argument must be.

        What only a case file opens may not: its items differ from user to user (APPI Art 27(1)).
        """
        return bool(self.visible) and all(
            self.decide(path, standing) and not self._by_case(path, standing) for standing in self.visible
        )

    def _by_case(self, path: str, standing: Standing) -> bool:
        """Whether it is a case file alone that shows this field, or the user at all."""
        without = standing - {Fact.LAWFUL}
        if path == IDENTITY or without == standing:
            return False
        return not (self.decide(IDENTITY, without) and self.decide(path, without))

    def refusal(self, path: str) -> Question:
        """A question whose explanation tells why `path` is refused to everybody here."""
        best = max(self.visible, key=len, default=self._always)
        return Question(self.role, Action.READ, self.purpose, path, self.recipient, best)


def _key(facts: tuple[Fact, ...], standing: Standing) -> int:
    return sum(1 << bit for bit, fact in enumerate(facts) if fact in standing)


def _tell_apart(facts: tuple[Fact, ...], openings: Mapping[Standing, Opening]) -> bool:
    """Whether these facts alone tell every opening from the others."""
    seen: dict[int, Opening] = {}
    return all(seen.setdefault(_key(facts, some), opening) == opening for some, opening in openings.items())


def combinations(facts: Iterable[Fact]) -> Iterator[Standing]:
    """Every standing that can be made of these facts; a stage implies those before it that are named."""
    facts = tuple(facts)
    free = tuple(fact for fact in facts if fact not in STAGES)
    steps = tuple(stage for stage in STAGES if stage in facts)
    for bits in range(1 << len(free)):
        some = frozenset(fact for bit, fact in enumerate(free) if bits >> bit & 1)
        for reached in range(len(steps) + 1):
            yield some | frozenset(steps[:reached])
