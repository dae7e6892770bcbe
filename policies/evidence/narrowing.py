"""The narrowing: a draft that removes the rules which nothing used."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from policies.drafts.edits import Edit
from policies.edition import Edition
from policies.judging.judge import Judge
from policies.rule import Rule
from policies.table import DECISIONS, row_key
from policies.trial import answer, asked
from policies.vocabulary import ANY, PERSON, Action, Effect, Role

SHOWN: Final = (Action.READ.value, Action.COLLECT.value, Action.CORRECT.value)
"""The actions whose use the ledger would show."""

LEGAL: Final = "compliance"
"""The purposes that rest on a duty under the law, which may come seldom."""

SELF: Final = "person"
"""The recipient that is the person themself, or their agent."""

GONE: Final = ("（根拠の規則が外れ、不可）", " (no longer: its rule is removed)")
"""What is put behind the text of a row of the decision table whose answer the draft turns."""


def removable(edition: Edition, used: Iterable[str], old: Container[str]) -> tuple[Rule, ...]:
    """The rules that nothing used and that may go.

    Only allows of reading, collecting and correcting personal data, and only those named in `old`, which were in force as
    they are during the whole time looked at. What a person's own rights or a duty under the law rest on stays, whether it
    was used or not.
    """
    named = frozenset(used)
    return tuple(
        rule for rule in edition.rules if rule.id in old and rule.id not in named and _may_go(edition, rule)
    )


def _may_go(edition: Edition, rule: Rule) -> bool:
    categories, purposes = edition.categories, edition.purposes
    field = edition.field_ancestors(rule.field) or categories.ancestors(rule.field)
    purpose = purposes.get(rule.purpose)
    return (
        rule.effect is Effect.ALLOW
        and rule.action in SHOWN
        and PERSON in field
        and rule.role not in {ANY, *edition.roles.ancestors(Role.USER)}
        and rule.recipient not in {ANY, *edition.groups.ancestors(SELF)}
        and purpose is not None
        and LEGAL not in {purpose.id, purpose.parent}
    )


def narrowing(edition: Edition, gone: Sequence[Rule]) -> tuple[Edit, ...]:
    """The edits that remove rules, and bring the decision table into line with what is left."""
    names = frozenset(rule.id for rule in gone)
    later = replace(edition, rules=tuple(rule for rule in edition.rules if rule.id not in names))
    edits = [Edit("rules", rule.id, None) for rule in gone]
    return (*edits, *_expected(edition, later, names)) if gone else ()


def _expected(edition: Edition, later: Edition, names: frozenset[str]) -> Iterator[Edit]:
    """The rows that a removed rule answers; no other has another answer without allows."""
    judge = Judge(later, {group: group for group in edition.groups})
    for row in edition.expectations:
        if row.rule not in names:
            continue
        decision = judge.decide(asked(row))
        ja, en = ("", "") if decision else GONE
        cells = row._replace(
            ja=f"{row.ja}{ja}",
            en=f"{row.en}{en}",
            expected=answer(decision).value,
            rule=decision.rule or "",
        )
        yield Edit(DECISIONS, row_key(DECISIONS, cells), tuple(cells))
