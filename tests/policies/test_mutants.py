"""The strength of the decision table: every way to spoil a rule makes at least one row fail."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from policies.expectation import Expectation
from policies.rule import Need, Rule, unmet
from policies.trial import asked, holds
from policies.vocabulary import ANY, NONE_PURPOSE, Effect, Fact, Role, standing
from tests.policies.table import cases, table_judge
from tests.policies.world import edition, with_rules

Mutant = tuple[str, tuple[Rule, ...]]


def flipped(rule: Rule) -> Iterator[Mutant]:
    other = Effect.DENY if rule.effect is Effect.ALLOW else Effect.ALLOW
    yield "flipped", (replace(rule, effect=other),)


def dropped(_rule: Rule) -> Iterator[Mutant]:
    yield "dropped", ()


def with_another_purpose(rule: Rule) -> Iterator[Mutant]:
    for purpose in {*edition().purposes, ANY, NONE_PURPOSE}:
        if purposes_in(purpose) != purposes_in(rule.purpose):
            yield f"purpose {purpose}", (replace(rule, purpose=purpose),)


def purposes_in(name: str) -> frozenset[str]:
    leaves = (purpose.id for purpose in edition().purposes.values() if not purpose.abstract)
    every = (*leaves, NONE_PURPOSE)
    return frozenset(each for each in every if name == ANY or name in edition().purpose_ancestors(each))


def widened_to_anybody(rule: Rule) -> Iterator[Mutant]:
    if rule.role not in {ANY, Role.USER}:
        yield "any role", (replace(rule, role=ANY),)


def widened_to_any_recipient(rule: Rule) -> Iterator[Mutant]:
    if rule.recipient != ANY:
        yield "any recipient", (replace(rule, recipient=ANY),)


def widened_to_any_action(rule: Rule) -> Iterator[Mutant]:
    if rule.action != ANY:
        yield "any action", (replace(rule, action=ANY),)


def widened_to_more_fields(rule: Rule) -> Iterator[Mutant]:
    _, *above = edition().categories.ancestors(rule.field) or edition().field_ancestors(rule.field)
    for category in (*above, ANY):
        yield f"field {category}", (replace(rule, field=category),)


def with_a_need_dropped(rule: Rule) -> Iterator[Mutant]:
    for need in rule.needs:
        yield f"without {need}", (replace(rule, needs=tuple(each for each in rule.needs if each != need)),)


def with_a_need_swapped(rule: Rule) -> Iterator[Mutant]:
    named = {need.fact for need in rule.needs}
    for need in rule.needs:
        for fact in set(Fact) - named:
            swapped = tuple(Need(fact, each.absent) if each == need else each for each in rule.needs)
            yield f"{fact} for {need}", (replace(rule, needs=swapped),)


def with_a_need_turned(rule: Rule) -> Iterator[Mutant]:
    for need in rule.needs:
        turned = tuple(Need(each.fact, each.absent is not (each == need)) for each in rule.needs)
        yield f"{need} turned", (replace(rule, needs=turned),)


def with_a_need_added(rule: Rule) -> Iterator[Mutant]:
    needed = {need.fact for need in rule.needs}
    for fact in set(Fact) - needed - standing(*needed):
        yield f"with {fact}", (replace(rule, needs=(*rule.needs, Need(fact))),)


SPOILERS = (
    flipped,
    dropped,
    with_another_purpose,
    widened_to_anybody,
    widened_to_any_recipient,
    widened_to_any_action,
    widened_to_more_fields,
    with_a_need_dropped,
    with_a_need_swapped,
    with_a_need_turned,
    with_a_need_added,
)


def survives(rule: Rule, mutant: tuple[Rule, ...]) -> bool:
    rules = (each for old in edition().rules for each in (mutant if old == rule else (old,)))
    spoiled = table_judge(with_rules(rules))
    return all(holds(case, spoiled) for case in affected(rule, *mutant))


def affected(rule: Rule, *mutant: Rule) -> Iterator[Expectation]:
    """The rows whose answer can change: only one of the two rules matches them, or to another effect."""
    before = {(place, rule.effect) for place in matched(rule)}
    after = {(place, each.effect) for each in mutant for place in matched(each)}
    return (cases()[place] for place, _ in sorted(before ^ after))


def matched(rule: Rule) -> list[int]:
    named = (rule.role, rule.action, rule.purpose, rule.field, rule.recipient)
    places = frozenset[int].intersection(*map(placed, range(len(named)), named))
    return [place for place in sorted(places) if not unmet(rule.needs, asked(cases()[place]).standing)]


@cache
def placed(dimension: int, name: str) -> frozenset[int]:
    """The rows of the table whose name in this dimension counts as this one."""
    every = range(len(cases()))
    return frozenset(place for place in every if name == ANY or name in wider(place)[dimension])


@cache
def wider(place: int) -> tuple[tuple[str, ...], ...]:
    case = cases()[place]
    return (
        edition().roles.ancestors(case.role),
        (case.action,),
        edition().purpose_ancestors(case.purpose),
        edition().field_ancestors(case.field),
        edition().groups.ancestors(case.recipient),
    )


@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda spoil: spoil.__name__)
def test_no_spoiled_rule_goes_unnoticed(spoil: object) -> None:
    assert callable(spoil)
    survivors = [
        f"{rule.id} {how}"
        for rule in edition().rules
        for how, mutant in spoil(rule)
        if survives(rule, mutant)
    ]
    assert survivors == []
