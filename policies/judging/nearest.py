"""The nearest rules: what would have answered a refused question, with one dimension relaxed at a time."""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Final

from policies.edition import Edition
from policies.judging.explanation import Dimension, Labels, NearMiss, miss
from policies.judging.index import RuleIndex
from policies.judging.matcher import Matcher
from policies.judging.question import Question
from policies.judging.reach import Names, Reach, covers
from policies.rule import Rule, unmet
from policies.vocabulary import ANY, UNSORTED, Effect

SHOWN: Final = 3
"""How many rules are told for each dimension."""


def nearest(
    edition: Edition,
    reach: Reach,
    index: RuleIndex,
    question: Question,
    denied_by: str | None,
) -> Generator[None, None, tuple[NearMiss, ...]]:
    """The rule that denied, then those that fail in one dimension: facts, purpose, recipient, role, field.

    Of each dimension the nearest are told; each is a step, as there may be many rules to look at. That another field
    is open says nothing about one in no category yet.
    """
    search = _Search(edition, reach, index, question)
    deny = edition.rule(denied_by) if denied_by else None
    found = [_denied(deny)] if deny else []
    if not search.askable or search.allowed:
        return tuple(found)
    for each in Dimension:
        yield
        if each is not Dimension.FIELD or not search.unsorted:
            found += islice(search.misses(each), SHOWN)
    return tuple(found)


def _denied(rule: Rule) -> NearMiss:
    return miss(rule, Dimension.FACTS if rule.needs else Dimension.FIELD, rule.needs)


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
        return any(not unmet(rule.needs, self._question.standing) for rule in self._around(Dimension.FACTS))

    def misses(self, failed: Dimension) -> Iterator[NearMiss]:
        """The rules that Casbin says would allow it, were it not for this dimension; the nearest first."""
        for rule in sorted(self._around(failed), key=lambda rule: self._distance(rule, failed)):
            short = failed is not Dimension.FACTS and unmet(rule.needs, self._question.standing)
            if not short and self._allows(_relaxed(rule, failed)):
                missing = self._missing(rule, failed)
                yield miss(rule, failed, missing, self._labels(missing, failed))

    def _around(self, failed: Dimension) -> Iterator[Rule]:
        """The allow rules that fit in all dimensions of names but this one."""
        index, names = self._index, self._names
        found = index.find(
            index.roles if failed is Dimension.ROLE else names[Dimension.ROLE],
            index.purposes if failed is Dimension.PURPOSE else names[Dimension.PURPOSE],
            index.recipients if failed is Dimension.RECIPIENT else names[Dimension.RECIPIENT],
            None if failed is Dimension.FIELD else names[Dimension.FIELD],
        )
        for rule in found:
            acts = rule.effect is Effect.ALLOW and covers((self._question.action,), rule.action)
            unfit = {each for each in names if not covers(names[each], _named(rule, each))}
            if acts and unfit == {failed} & set(names):
                yield rule

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

    def _missing(self, rule: Rule, failed: Dimension) -> tuple[object, ...]:
        if failed is Dimension.FACTS:
            return unmet(rule.needs, self._question.standing)
        return (_named(rule, failed),)

    def _labels(self, missing: tuple[object, ...], failed: Dimension) -> Labels:
        """What the edition calls the names that are missing; facts have their own texts."""
        if failed is Dimension.FACTS:
            return ()
        return tuple(self._label(str(name), failed) for name in missing)

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


def _relaxed(rule: Rule, failed: Dimension) -> Rule:
    match failed:
        case Dimension.FACTS:
            return replace(rule, needs=())
        case Dimension.PURPOSE:
            return replace(rule, purpose=ANY)
        case Dimension.RECIPIENT:
            return replace(rule, recipient=ANY)
        case Dimension.ROLE:
            return replace(rule, role=ANY)
        case Dimension.FIELD:
            return replace(rule, field=ANY)
