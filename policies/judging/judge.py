"""The judge: may this field be released, answered by Casbin once per distinct question."""

from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from types import MappingProxyType
from typing import Final, TypeVar

from policies.edition import Edition
from policies.judging.explanation import Explanation, Reason, reason
from policies.judging.index import index_of
from policies.judging.matcher import Matcher
from policies.judging.near_miss import NearMiss
from policies.judging.nearest import nearest
from policies.judging.question import Decision, Question
from policies.judging.reach import Names, Reach, covers
from policies.rule import Rule
from policies.vocabulary import ANY, DOORS, UNSORTED, Action, Effect, Standing, implying, standing

NOBODY: Final[Mapping[str, str]] = MappingProxyType({})


class _Context:
    """The rules that can matter for one role, action, purpose and kin of recipients."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self.facts = _facts(rules)
        self._by_field: dict[str, list[tuple[int, Rule]]] = defaultdict(list)
        for place, rule in enumerate(rules):
            self._by_field[rule.field].append((place, rule))

    def about(self, names: Names) -> tuple[Rule, ...]:
        """Those that name one of these names of a field, in the order of the file."""
        found = (each for name in (*names, ANY) for each in self._by_field.get(name, ()))
        return tuple(rule for _, rule in sorted(found, key=itemgetter(0)))


@dataclass(slots=True)
class _Case:
    """One question without its standing: the facts that matter, and the answers given so far."""

    matcher: Matcher
    question: Question
    projection: Standing
    answers: dict[Standing, Decision] = field(default_factory=dict)


class Judge:
    """Decides under one edition and one register of recipients (id to group); replaced whole, never changed.

    A recipient in an unknown group, or one that bears the name of another group, is refused everything.
    """

    def __init__(self, edition: Edition, recipients: Mapping[str, str] = NOBODY) -> None:
        self.edition = edition
        self._reach = Reach(edition, recipients)
        self._index = index_of(edition)
        self._refused = Decision(allowed=False, rule=None, edition=edition.id)
        self._kin = {name: self._tellable(name) for name in self._reach.recipients}
        self._contexts: dict[tuple[str, str, str, Names], _Context] = {}
        self._cases: dict[tuple[str, str, str, str, Names | None], _Case] = {}

    def decide(self, question: Question) -> Decision:
        """The decision; no wherever a name is unknown or Casbin fails."""
        role, action, purpose, path, recipient, facts = question
        case = self._cases.get((role, action, purpose, path, self._kin.get(recipient)))
        if case is None:
            case = self._open(question)
            if case is None:
                return self._refused
        known = facts & case.projection
        decision = case.answers.get(known)
        return self._ask(case, known) if decision is None else decision

    def facts(self, role: str, action: str, purpose: str, recipient: str) -> Standing:
        """The facts that rules look at for this role, action, purpose and recipient, whatever the field."""
        return self._context(role, action, purpose, recipient).facts

    def facts_for(self, role: str, action: str, purpose: str, recipient: str, field: str) -> Standing:
        """The facts that rules look at for this role, action, purpose, recipient and field."""
        return _facts(self._context(role, action, purpose, recipient).about(self._reach.field(field)))

    def usable(self, role: str, purpose: str, recipient: str) -> bool:
        """Whether some rule lets this role use this purpose for this recipient, beyond opening a door.

        What is only transmitted from browsers is nothing that anybody may ask for.
        """
        return any(
            rule.effect is Effect.ALLOW and rule.field not in self._doors and rule.action != Action.TRANSMIT
            for rule in self._find(role, purpose, recipient)
        )

    def allowable(self, role: str, action: str, purpose: str, recipient: str, field: str) -> bool:
        """Whether some rule allows this of somebody, though another may refuse it to everybody."""
        about = self._context(role, action, purpose, recipient).about(self._reach.field(field))
        return any(rule.effect is Effect.ALLOW for rule in about)

    def rows(self, question: Question) -> int:
        """How many rules Casbin reads to answer this question."""
        case = self._open(question)
        return case.matcher.size if case else 0

    def learn(self, other: "Judge") -> Iterator[None]:
        """Answer whatever another judge was asked, one question at each step; those asked last first."""
        for question in other.asked():
            self.decide(question)
            yield

    def asked(self) -> Iterator[Question]:
        """Every question that was asked, with the facts that matter to it; those that were new last come first."""
        for case in reversed(tuple(self._cases.values())):
            for known in tuple(case.answers):
                yield case.question._replace(standing=known)

    def explain(self, question: Question) -> Explanation:
        """The decision with the rules that were nearest to allowing it."""
        return finished(self.explaining(question))

    def explaining(self, question: Question) -> Generator[None, None, Explanation]:
        """As `explain`, in steps."""
        decision = self.decide(question)
        misses: tuple[NearMiss, ...] = ()
        if not decision:
            misses = yield from nearest(self.edition, self._reach, self._index, question, decision.rule)
        named = decision.rule or (misses[0].rule if misses else None)
        rule = self.edition.rule(named) if named else None
        return Explanation(
            decision=decision,
            rule=rule,
            clause=rule.clause if rule else None,
            nearest=misses,
            reason=None if decision else self._reason(question, misses),
        )

    def _reason(self, question: Question, misses: tuple[NearMiss, ...]) -> Reason:
        if not self._reach.field(question.field):
            return Reason.FIELD_UNKNOWN
        usable = self.usable(question.role, question.purpose, question.recipient)
        found = reason(misses, role_fits=usable and question.action != Action.INVOKE)
        unsorted = self.edition.fields[question.field] == UNSORTED and not misses
        return Reason.FIELD_UNSORTED if unsorted and found is Reason.FIELD_NOT_NECESSARY else found

    @cached_property
    def _doors(self) -> frozenset[str]:
        paths = (path for path in self.edition.fields if DOORS in self._reach.field(path))
        return frozenset((*self.edition.categories.within(DOORS), *paths))

    def _tellable(self, recipient: str) -> Names:
        """What rules can tell of a recipient: those who are alike in it share their answers."""
        return tuple(name for name in self._reach.recipient(recipient) if name in self._index.recipients)

    def _find(self, role: str, purpose: str, recipient: str) -> tuple[Rule, ...]:
        reach = self._reach
        names = (reach.role(role), reach.purpose(purpose), reach.recipient(recipient))
        return self._index.find(*names) if all(names) else ()

    def _context(self, role: str, action: str, purpose: str, recipient: str) -> _Context:
        kin = self._kin.get(recipient)
        actions = self._reach.action(action)
        if kin is None or not actions:
            return NOTHING
        key = (role, action, purpose, kin)
        if key not in self._contexts:
            rules = tuple(
                each for each in self._find(role, purpose, recipient) if covers(actions, each.action)
            )
            if not rules:
                return NOTHING
            self._contexts[key] = _Context(rules)
        return self._contexts[key]

    def _open(self, question: Question) -> _Case | None:
        role, action, purpose, path, recipient, _ = question
        names = self._reach.field(path)
        context = self._context(role, action, purpose, recipient)
        if not (names and context.rules):
            return None
        rules = context.about(names)
        facts = _facts(rules)
        matcher = Matcher(self.edition.model, rules, self._reach.edges(question))
        case = _Case(matcher, question, implying(facts))
        return self._cases.setdefault((role, action, purpose, path, self._kin[recipient]), case)

    def _ask(self, case: _Case, known: Standing) -> Decision:
        try:
            verdict = case.matcher.ask(case.question._replace(standing=standing(*known)))
        except Exception:  # noqa: BLE001  # whatever fails, fails closed, and is not remembered
            return self._refused
        decision = Decision(allowed=verdict.allowed, rule=verdict.rule, edition=self.edition.id)
        return case.answers.setdefault(known, decision)


Result = TypeVar("Result")


def finished(steps: Generator[None, None, Result]) -> Result:
    """What steps come to, taken all at once."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result


def _facts(rules: Iterable[Rule]) -> Standing:
    return frozenset(fact for rule in rules for fact in rule.facts)


NOTHING: Final = _Context(())
