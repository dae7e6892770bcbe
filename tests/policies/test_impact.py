"""The impact: exactly the decisions that Casbin answers differently, whatever two editions are compared."""

import os
from collections.abc import Iterator
from itertools import product
from random import Random

import pytest

from policies.edition import Edition
from policies.impact.impact import impact
from policies.impact.outcome import Direction
from policies.judging.clearance import combinations
from policies.judging.question import Question
from policies.vocabulary import Action, Role
from tests.policies.expanded import unlike
from tests.policies.impacts import judge_of, told
from tests.policies.little import Tables, pair

SHORT = 400
PAIRS = int(os.environ.get("PAIRS", SHORT))
BY_CASBIN = 210
AT_ONCE = 15

ROLES = (Role.USER.value, Role.EMPLOYER.value, Role.AUDITOR.value)
ACTIONS = (Action.READ.value, Action.INVOKE.value)
"""Casbin is asked about these; the other way of expanding rules answers for all."""

Changed = dict[Question, tuple[Direction, str | None, str | None]]


def asked(old: Edition, new: Edition) -> Iterator[Question]:
    """Every question of either edition, with each set of facts that rules of either name for it."""
    was, now = judge_of(old), judge_of(new)
    purposes = {*(p.id for e in (old, new) for p in e.purposes.values() if not p.abstract), "none"}
    fields, groups = {**old.fields, **new.fields}, {**old.groups.nodes, **new.groups.nodes}
    for role, action, purpose, field, group in product(ROLES, ACTIONS, sorted(purposes), fields, groups):
        names = (role, action, purpose, group, field)
        for true in combinations(was.facts_for(*names) | now.facts_for(*names)):
            yield Question(role, action, purpose, field, group, true)


def by_casbin(old: Edition, new: Edition) -> Changed:
    was, now = judge_of(old), judge_of(new)
    found: Changed = {}
    for question in asked(old, new):
        before, after = was.decide(question), now.decide(question)
        if before.allowed is not after.allowed:
            direction = Direction.WIDENS if after else Direction.NARROWS
            found[question] = direction, before.rule, after.rule
    return found


@pytest.mark.parametrize("first", range(0, BY_CASBIN, AT_ONCE))
def test_the_impact_is_what_casbin_answers_differently(first: int) -> None:
    changed = [compared_with_casbin(seed) for seed in range(first, first + AT_ONCE)]
    assert any(changed)


def compared_with_casbin(seed: int) -> int:
    (_, old), (_, new) = pair(seed)
    found = impact(old, new)
    decisions, expected = told(found, old, new), by_casbin(old, new)
    assert {question: change.direction for question, change in decisions.items() if of_those(question)} == {
        question: direction for question, (direction, _, _) in expected.items()
    }
    for change in found.changes:
        of_this = [answer for question, answer in expected.items() if decisions[question] is change]
        before = {rule for _, rule, _ in of_this} - {None}
        after = {rule for _, _, rule in of_this} - {None}
        if set(change.roles) <= set(ROLES) and set(change.actions) <= set(ACTIONS):
            assert (before, after) == (set(change.before), set(change.after))
        assert (before - set(change.before), after - set(change.after)) == (set(), set())
    return len(decisions)


def of_those(question: Question) -> bool:
    return question.role in ROLES and question.action in ACTIONS


@pytest.mark.parametrize("seed", range(60))
def test_rules_in_another_order_never_widen(seed: int) -> None:
    _, (tables, edition) = pair(seed)
    dice = Random(seed)  # noqa: S311 - chance here keeps no secret
    again = {**tables, "rules": dice.sample(tables["rules"], len(tables["rules"]))}
    found = impact(edition, Edition.from_tables(again, edition.model))
    assert {change.direction for change in found.changes} <= {Direction.TELLS}


MOVING = {"roles": (1,), "groups": (1, 2), "categories": (1,), "guards": (1,), "fields": (1,)}
"""The cells of rows that may widen though no decision does, as they say what counts as what."""


def moved(before: Tables, after: Tables) -> bool:
    """Whether a row that both have counts as something else; a role, as something more."""
    for table, places in MOVING.items():
        was = {row[0]: row for row in before[table]}
        for row, place in product(after[table], places):
            old, new = (set(filter(None, each[place].split("+"))) for each in (was.get(row[0], row), row))
            if (new - old) if table == "roles" else (new != old):
                return True
    return False


def test_what_widens_is_never_missed() -> None:
    narrowing = 0
    for seed in range(10**6, 10**6 + PAIRS):
        (before, old), (after, new) = pair(seed)
        found, expected = impact(old, new), list(unlike(before, after).values())
        assert found.widened == expected.count("widens"), seed
        assert found.narrowed == expected.count("narrows"), seed
        assert found.widens or not (found.widened or moved(before, after)), seed
        narrowing += not found.widened
    if PAIRS > SHORT:
        print(f"{PAIRS} pairs of editions, of which {PAIRS - narrowing} widen")  # noqa: T201 - the long run tells
    assert 0.2 * PAIRS < narrowing < 0.8 * PAIRS
