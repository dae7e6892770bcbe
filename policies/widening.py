"""The widening: whether an edition may allow what the one before it did not; a careful stand-in for the exact answer.

It says yes of every change but of those that can only narrow, whatever else the editions hold.
"""

from typing import Final

from policies.edition import Edition
from policies.edits import Edit, compare
from policies.rule import Rule
from policies.table import DECISIONS
from policies.vocabulary import Effect

RULES: Final = "rules"


def widens(before: Edition, after: Edition) -> bool:
    """Whether anything could become allowed that was not.

    Only narrowing are: an allow rule that is removed or needs more, a deny rule that is added, a note or a clause, and
    rows of the decision table, which decide nothing.
    """
    if before.model != after.model:
        return True
    return any(not _narrows(edit, before, after) for edit in compare(before.tables(), after.tables()))


def _narrows(edit: Edit, before: Edition, after: Edition) -> bool:
    if edit.table == DECISIONS:
        return True
    if edit.table != RULES:
        return False
    return _rule_narrows(before.rule(edit.key), after.rule(edit.key))


def _rule_narrows(old: Rule | None, new: Rule | None) -> bool:
    if old is None or new is None:
        only = old or new
        return only is not None and (only.effect is Effect.ALLOW) == (new is None)
    if _scope(old) != _scope(new):
        return False
    if old.effect is Effect.DENY:
        return set(old.needs) == set(new.needs)
    return set(old.needs) <= set(new.needs)


def _scope(rule: Rule) -> tuple[str, ...]:
    return (rule.effect, rule.role, rule.action, rule.purpose, rule.field, rule.recipient)
