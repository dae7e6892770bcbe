"""The impact: exactly the decisions that Casbin answers differently, whatever two editions are compared."""

import os
from collections.abc import Iterator
from itertools import product

import pytest

from policies.clearance import combinations
from policies.edition import Edition
from policies.impact.change import Change, Impact
from policies.impact.impact import impact
from policies.impact.outcome import Direction
from policies.judge import Judge
from policies.question import Question
from policies.rule import Rule, parse_needs, unmet
from policies.vocabulary import ANY, Action, Role, Standing
from tests.policies.expanded import unlike
from tests.policies.little import pair

SHORT = 400
PAIRS = int(os.environ.get("PAIRS", SHORT))
BY_CASBIN = 300
AT_ONCE = 15

Changed = dict[Question, tuple[Direction, str | None, str | None]]


def judge_of(edition: Edition) -> Judge:
    return Judge(edition, {group: group for group in edition.groups})


def asked(old: Edition, new: Edition) -> Iterator[Question]:
    """Every question of either edition, with each set of facts that rules of either name for it."""
    was, now = judge_of(old), judge_of(new)
    purposes = {*(p.id for e in (old, new) for p in e.purposes.values() if not p.abstract), "none"}
    fields, groups = {**old.fields, **new.fields}, {**old.groups.nodes, **new.groups.nodes}
    for role, action, purpose, field, group in product(Role, Action, sorted(purposes), fields, groups):
        names = (str(role), str(action), purpose, group, field)
        facts = was.facts_for(*names) | now.facts_for(*names)
        for true in combinations(facts):
            yield Question(str(role), str(action), purpose, field, group, true)


def by_casbin(old: Edition, new: Edition) -> Changed:
    was, now = judge_of(old), judge_of(new)
    found: Changed = {}
    for question in asked(old, new):
        before, after = was.decide(question), now.decide(question)
        if before.allowed is not after.allowed:
            direction = Direction.WIDENS if after else Direction.NARROWS
            found[question] = direction, before.rule, after.rule
    return found


def about(edition: Edition, rule: Rule, question: Question) -> bool:
    names = (
        (rule.role, edition.roles.ancestors(question.role)),
        (rule.action, (question.action,)),
        (rule.purpose, edition.purpose_ancestors(question.purpose)),
        (rule.field, edition.field_ancestors(question.field)),
        (rule.recipient, edition.groups.ancestors(question.recipient)),
    )
    return all(name == ANY or name in wider for name, wider in names)


def holds(change: Change, edition: Edition, question: Question) -> bool:
    """Whether the condition of a change is met; `edition` is the one that allows."""
    true: Standing = question.standing
    if unmet(parse_needs(change.given), true) or all(unmet(parse_needs(each), true) for each in change.when):
        return False
    rules = (edition.rule(name) for name in change.refused)
    return not any(rule and about(edition, rule, question) and not unmet(rule.needs, true) for rule in rules)


def told(found: Impact, old: Edition, new: Edition) -> dict[Question, Change]:
    """Every decision that the changes of an impact stand for; each stands in one."""
    was, now = judge_of(old), judge_of(new)
    decisions: dict[Question, Change] = {}
    for change in found.changes:
        of_this = 0
        edition = new if change.direction is Direction.WIDENS else old
        for role, action, purpose, field, group in product(
            change.roles, change.actions, change.purposes, change.fields, change.recipients
        ):
            names = (role, action, purpose, group, field)
            for true in combinations(was.facts_for(*names) | now.facts_for(*names)):
                question = Question(role, action, purpose, field, group, true)
                if holds(change, edition, question):
                    assert question not in decisions
                    decisions[question] = change
                    of_this += 1
        assert of_this == change.decisions
    return decisions


@pytest.mark.parametrize("first", range(0, BY_CASBIN, AT_ONCE))
def test_the_impact_is_what_casbin_answers_differently(first: int) -> None:
    changed = [compared_with_casbin(seed) for seed in range(first, first + AT_ONCE)]
    assert any(changed)


def compared_with_casbin(seed: int) -> int:
    (_, old), (_, new) = pair(seed)
    found = impact(old, new)
    decisions, expected = told(found, old, new), by_casbin(old, new)
    assert {question: change.direction for question, change in decisions.items()} == {
        question: direction for question, (direction, _, _) in expected.items()
    }
    for change in found.changes:
        of_this = [expected[question] for question, each in decisions.items() if each is change]
        assert {before for _, before, _ in of_this} - {None} == set(change.before)
        assert {after for _, _, after in of_this} - {None} == set(change.after)
    return len(decisions)


def test_what_widens_is_never_missed() -> None:
    narrowing = 0
    for seed in range(10**6, 10**6 + PAIRS):
        (before, old), (after, new) = pair(seed)
        found, expected = impact(old, new), list(unlike(before, after).values())
        assert found.widened == expected.count("widens"), seed
        assert found.narrowed == expected.count("narrows"), seed
        assert found.widens or not found.widened
        narrowing += not found.widened
    if PAIRS > SHORT:
        print(f"{PAIRS} pairs of editions, of which {PAIRS - narrowing} widen")  # noqa: T201 - the long run tells
    assert 0.2 * PAIRS < narrowing < 0.8 * PAIRS
