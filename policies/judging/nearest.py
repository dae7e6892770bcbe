"""The nearest rules: what would have answered a refused question, with one dimension relaxed at a time, or else two."""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations, islice
from typing import Final, NamedTuple

from policies.edition import Edition
from policies.judging.index import RuleIndex
from policies.judging.matcher import Matcher
from policies.judging.near_miss import Dimension, Failure, NearMiss, denied, miss
from policies.judging.question import Question
from policies.judging.reach import Names, Reach, covers
from policies.rule import Rule, unmet
from policies.vocabulary import ANY, UNSORTED, Effect

SHOWN: Final = 3
"""How many rules are told for each dimension."""

PAIRS: Final = tuple(
    pair for pair in combinations(Dimension, 2) if Dimension.FIELD not in pair or Dimension.FACTS in pair
)
"""What may fail together; a rule for another field, and for another name beside, is not near."""


def nearest(
    edition: Edition,
    reach: Reach,
    index: RuleIndex,
    question: Question,
    denied_by: str | None,
) -> Generator[None, None, tuple[NearMiss, ...]]:
    """The rule that denied, then those that fail in one dimension: facts, purpose, recipient, role, field.

    Of each dimension the nearest are told; each is a step, as there may be many rules to look at. Where no rule fails
    in one alone, those that fail in two are told. That another field is open says nothing about one in no category yet.
    """
    search = _Search(edition, reach, index, question)
    deny = edition.rule(denied_by) if denied_by else None
    found = [denied(deny)] if deny else []
    if not search.askable or search.allowed:
        return tuple(found)
    near: list[NearMiss] = []
    for each in Dimension:
        yield
        near += islice(search.misses(search.missed(each)), SHOWN)
    if not (near or search.unsorted):
        far: list[_Missed] = []
        for pair in PAIRS:
            yield
            far += search.missed(*pair)
        near += islice(search.misses(far), SHOWN)
    return (*found, *near)


class _Missed(NamedTuple):
    """A rule that fits but for some dimensions, and how far it is from fitting."""

    rule: Rule
    failed: tuple[Dimension, ...]
    distance: int


class _Search:
    """One refused question and the rules around it."""

    def __init__(self, edition: Edition, reach: Reach, index: RuleIndex, question: Question) -> None:
        self._edition = edition
        self._model = edition.model
        self._wider: Mapping[Dimension, Callable[[str], Names]] = {
            Dimension.PURPOSE: edition.purpose_ancestors,
            Dimension.RECIPIENT: edition.groups.ancestors,
            Dimension.ROLE: edition.roles.ancestors,
            Dimension.FIELD: lambda name: edition.categories.ancestors(name) or edition.field_ancestors(name),
        }
        self.unsorted = edition.fields.get(question.field) == UNSORTED
        self._question = question
        self._index = index
        self._reach = reach
        self._names: dict[Dimension, Names] = {
            Dimension.PURPOSE: reach.purpose(question.purpose),
            Dimension.RECIPIENT: reach.recipient(question.recipient),
            Dimension.ROLE: reach.role(question.role),
            Dimension.FIELD: reach.field(question.field),
        }

    @property
    def askable(self) -> bool:
        """Whether every name of the question is known."""
        return all(self._names.values()) and bool(self._reach.action(self._question.action))

    @property
    def allowed(self) -> bool:
        """Whether a rule allows it, so that only the deny stands in the way."""
        return any(True for _ in self._around(()))

    def missed(self, *failed: Dimension) -> list[_Missed]:
        """The allow rules that fit in all dimensions but these."""
        if Dimension.FIELD in failed and self.unsorted:
            return []
        return [
            _Missed(rule, failed, sum(self._distance(rule, each) for each in failed))
            for rule in self._around(failed)
        ]

    def misses(self, missed: Iterable[_Missed]) -> Iterator[NearMiss]:
        """Those that Casbin says would allow it, were it not for these dimensions; the nearest first."""
        for rule, failed, _ in sorted(missed, key=lambda each: each.distance):
            if self._allows(_relaxed(rule, failed)):
                yield miss(rule, [self._failure(rule, each) for each in failed])

    def _around(self, failed: Collection[Dimension]) -> Iterator[Rule]:
        """The allow rules that fit in all dimensions but these, and in none of these."""
        index, names = self._index, self._names
        found = index.find(
            index.roles if Dimension.ROLE in failed else names[Dimension.ROLE],
            index.purposes if Dimension.PURPOSE in failed else names[Dimension.PURPOSE],
            index.recipients if Dimension.RECIPIENT in failed else names[Dimension.RECIPIENT],
            None if Dimension.FIELD in failed else names[Dimension.FIELD],
        )
        for rule in found:
            acts = rule.effect is Effect.ALLOW and covers((self._question.action,), rule.action)
            if acts and self._unfit(rule) == set(failed):
                yield rule

    def _unfit(self, rule: Rule) -> set[Dimension]:
        unfit = {each for each in self._names if not covers(self._names[each], _named(rule, each))}
        return unfit | ({Dimension.FACTS} if unmet(rule.needs, self._question.standing) else set())

    def _distance(self, rule: Rule, failed: Dimension) -> int:
        """How many facts are missing, or how many steps of the tree lie between what is named and what was asked."""
        if failed is Dimension.FACTS:
            return len(unmet(rule.needs, self._question.standing))
        asked, named = self._names[failed], self._wider[failed](_named(rule, failed))
        ways = [asked.index(name) + place for place, name in enumerate(named) if name in asked]
        return min(ways, default=len(asked) + len(named))

    def _allows(self, rule: Rule) -> bool:
        edges = self._reach.edges(self._question)
        return Matcher(self._model, (rule,), edges).ask(self._question).allowed

    def _failure(self, rule: Rule, failed: Dimension) -> Failure:
        """What the rule asks for here; the edition has labels of names, and facts have their own texts."""
        if failed is Dimension.FACTS:
            return Failure(failed, tuple(map(str, unmet(rule.needs, self._question.standing))))
        name = _named(rule, failed)
        return Failure(failed, (name,), (self._label(name, failed),))

    def _label(self, name: str, dimension: Dimension) -> tuple[str, str]:
        edition = self._edition
        if dimension is Dimension.PURPOSE:
            purpose = edition.purposes.get(name)
            return (purpose.ja, purpose.en) if purpose else ("", "")
        trees = {
            Dimension.RECIPIENT: edition.groups.nodes,
            Dimension.ROLE: edition.roles.nodes,
            Dimension.FIELD: {**edition.categories.nodes, **edition.guards},
        }
        node = trees[dimension].get(name)
        return (node.ja, node.en) if node else ("", "")


def _named(rule: Rule, dimension: Dimension) -> str:
    named: str = getattr(rule, dimension.lower())
    return named


def _relaxed(rule: Rule, failed: Collection[Dimension]) -> Rule:
    """The rule as if it asked for nothing there."""
    names = {each: ANY for each in failed if each is not Dimension.FACTS}
    return replace(
        rule,
        needs=() if Dimension.FACTS in failed else rule.needs,
        role=names.get(Dimension.ROLE, rule.role),
        purpose=names.get(Dimension.PURPOSE, rule.purpose),
        field=names.get(Dimension.FIELD, rule.field),
        recipient=names.get(Dimension.RECIPIENT, rule.recipient),
    )
