"""The checks of the trees: of roles, of recipients' groups and of categories."""

from collections.abc import Iterable, Mapping
from typing import Final

from policies.check_names import NAME, misnamed, textless, unlisted
from policies.mistake import Mistake
from policies.table import Row
from policies.tree import Node, Tree, climb, steps
from policies.vocabulary import DOORS, FREE_TEXT, OTHERS, PERSON, UNSORTED, Role

DEPTH: Final = 8
"""Casbin follows ten names at most, of which a field or recipient is one: whatever is deeper would escape."""

REQUIRED: Final = (PERSON, UNSORTED, FREE_TEXT, DOORS)
ROLE_KINDS: Final = ("role", "wider")
YES: Final = ("yes", "")


def node(row: Row) -> Node:
    """The node that a row of a tree describes."""
    name, above, *mark, ja, en = row.cells
    return Node(name, tuple(above.split("+")) if above else (), ja, en, *mark)


def tree(rows: Iterable[Row], name: str, above: str) -> tuple[Tree, list[Mistake]]:
    """The tree of a table, and every name that hangs on an unknown one, in a circle or too deep."""
    rows = tuple(rows)
    nodes = {row[name]: node(row) for row in rows}
    grown = Tree(nodes)
    mistakes = [*misnamed(rows, name, NAME), *textless(rows, ("ja", "en"))]
    mistakes += (wrong for row in rows for wrong in _hanging(row, row[name], above, grown.parents))
    return grown, mistakes


def _hanging(row: Row, name: str, above: str, parents: Mapping[str, tuple[str, ...]]) -> list[Mistake]:
    unknown = [parent for parent in parents[name] if parent not in parents]
    if unknown:
        return [
            row.mistake(above, f"`{each}` is unknown", "name a row of this table, or add one")
            for each in unknown
        ]
    if any(name in climb(parents, parent) for parent in parents[name]):
        return [row.mistake(above, f"`{name}` is above itself", "break the circle")]
    if steps(parents, name, DEPTH) > DEPTH:
        return [row.mistake(above, f"`{name}` lies more than {DEPTH} names deep", "hang it higher")]
    return []


def roles(rows: Iterable[Row]) -> tuple[Tree, list[Mistake]]:
    """The roles: all of those in code, each but `user` under the wider role of all others."""
    rows = tuple(rows)
    grown, mistakes = tree(rows, "id", "wider")
    mistakes += unlisted(rows, "kind", ROLE_KINDS)
    for row in rows:
        known = row["id"] in set(Role)
        if known is not (row["kind"] == "role"):
            what = f"`{row['id']}` is {'a role' if known else 'no role'} of the gateway"
            mistakes.append(row.mistake("kind", what, f"write `{ROLE_KINDS[not known]}`"))
        if known and (row["id"] == Role.USER) is (OTHERS in grown.ancestors(row["id"])):
            what = f"`{row['id']}` must {'not ' if row['id'] == Role.USER else ''}be under `{OTHERS}`"
            mistakes.append(row.mistake("wider", what, "else refusals would miss the role, or the person"))
    mistakes += (
        Mistake("roles.csv", 0, "id", f"the role `{role}` is missing", "add its row")
        for role in Role
        if role not in grown
    )
    return grown, mistakes


def groups(rows: Iterable[Row]) -> tuple[Tree, list[Mistake]]:
    """The groups of recipients; some are recipients themselves."""
    rows = tuple(rows)
    grown, mistakes = tree(rows, "id", "wider")
    return grown, [*mistakes, *unlisted(rows, "itself", YES)]


def categories(rows: Iterable[Row]) -> tuple[Tree, list[Mistake]]:
    """The categories: one tree with one root."""
    rows = tuple(rows)
    grown, mistakes = tree(rows, "child", "parent")
    mistakes += (
        Mistake("categories.csv", 0, "child", f"the category `{name}` is missing", "add its row")
        for name in REQUIRED
        if name not in grown
    )
    roots = [row for row in rows if not row["parent"]]
    mistakes += (
        row.mistake("parent", f"`{row['child']}` is a second root", "hang it under a category")
        for row in roots[1:]
    )
    mistakes += (
        row.mistake("parent", f"`{row['child']}` has several parents", "name one")
        for row in rows
        if "+" in row["parent"]
    )
    return grown, mistakes
