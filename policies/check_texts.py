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
    inside = set(_inside(groups))
    texts = {each.field: {each.field, *categories.ancestors(each.category), ANY} for each in _free(questions)}
    return [
        row.mistake("needs", _told(row, opened), f"add `{JOIN}{Fact.SCREENED}`, or name a narrower field")
        for row in rows
        if row["eft"] == Effect.ALLOW and row["action"] in READING and row["recipient"] not in inside
        if Fact.SCREENED not in row["needs"].split(JOIN)
        if (opened := [field for field, names in texts.items() if row["field"] in names])
    ]


def _free(questions: Mapping[str, FormQuestion]) -> Iterable[FormQuestion]:
    return (each for each in questions.values() if each.kind.free)


def _inside(groups: Tree) -> Iterable[str]:
    """The groups of recipients that hold nobody but the company and the person."""
    for name in groups:
        lowest = [each for each in groups.within(name) if each in groups.leaves]
        if all(groups.nodes[each].mark for each in lowest):
            yield name


def _told(row: Row, opened: list[str]) -> str:
    return f"`{row['field']}` opens `{opened[0]}`, a free text, outside the company before it is screened"
