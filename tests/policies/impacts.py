"""What an impact says, spelled out as single questions."""

from itertools import product

from policies.edition import Edition
from policies.impact.change import DECISION, Change, Impact
from policies.impact.outcome import Direction
from policies.judging.clearance import combinations
from policies.judging.judge import Judge
from policies.judging.question import Question
from policies.rule import Rule, parse_needs, unmet
from policies.vocabulary import ANY, Standing


def judge_of(edition: Edition) -> Judge:
    return Judge(edition, {group: group for group in edition.groups})


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
    for change in (each for each in found.changes if each.kind == DECISION):
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


def claimed(found: Impact, old: Edition, new: Edition, question: Question) -> Direction | None:
    """What an impact says of one question."""
    role, action, purpose, field, recipient, _ = question
    for change in found.changes:
        named = role in change.roles and action in change.actions and purpose in change.purposes
        edition = new if change.direction is Direction.WIDENS else old
        if (
            named
            and field in change.fields
            and recipient in change.recipients
            and holds(change, edition, question)
        ):
            return change.direction
    return None
