"""The check of free text: whatever category it lies in, nothing of it leaves the company before somebody read it."""

from collections.abc import Iterable, Mapping
from typing import Final

from policies.form import FormQuestion
from policies.mistake import Mistake
from policies.rule import JOIN
from policies.table import Row
from policies.tree import Tree
from policies.vocabulary import ANY, Action, Effect, Fact

READING: Final = (Action.READ, ANY)


def unscreened(
    rows: Iterable[Row], questions: Mapping[str, FormQuestion], categories: Tree, groups: Tree
) -> list[Mistake]:
    """Rules that would give an answer in free text to somebody outside without `screened`."""
    inside = _inside(groups)
    opened: dict[str, str] = {}
    for each in _free(questions):
        for name in (each.field, *categories.ancestors(each.category), ANY):
            opened.setdefault(name, each.field)
    return [
        row.mistake(
            "needs", "FREE_TEXT_UNSCREENED", field=field, opened=opened[field], screened=Fact.SCREENED
        )
        for row in rows
        if row["eft"] == Effect.ALLOW and row["action"] in READING and row["recipient"] not in inside
        if Fact.SCREENED not in row["needs"].split(JOIN) and (field := row["field"]) in opened
    ]


def _free(questions: Mapping[str, FormQuestion]) -> Iterable[FormQuestion]:
    return (each for each in questions.values() if each.kind.free)


def _inside(groups: Tree) -> frozenset[str]:
    """The groups of recipients that hold nobody but the company and the person."""
    strangers = (name for name in groups.leaves if not groups.nodes[name].mark)
    return frozenset(groups) - {wider for name in strangers for wider in groups.ancestors(name)}
