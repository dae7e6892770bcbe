"""The checks of the trees: of roles, of recipients' groups and of categories."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from policies.check.names import NAME, misnamed, textless, unlisted
from policies.check.near import Known
from policies.mistake import Mistake, mistake
from policies.table import Row
from policies.tree import Node, Tree, depths
from policies.vocabulary import DOORS, FREE_TEXT, OTHERS, PERSON, UNSORTED, Role

DEPTH: Final = 8
"""Casbin follows ten names at most, of which a field or recipient is one: whatever is deeper would escape."""

MOST: Final = 20_000
"""How many rows and parents one tree may name: one of whole companies has some thousands."""

SHOWN: Final = 10
"""How many names of a circle are told."""

REQUIRED: Final = (PERSON, UNSORTED, FREE_TEXT, DOORS)
ADRIFT: Final = ""
"""What no row is named, so that whatever hangs on it is taken to hang on a name that is still to come."""

ROLE_KINDS: Final = ("role", "wider")
YES: Final = ("yes", "")


def node(row: Row) -> Node:
    """The node that a row of a tree describes."""
    name, above, *mark, ja, en = row.cells
    return Node(name, tuple(above.split("+")) if above else (), ja, en, *mark)


def tree(rows: Iterable[Row], name: str, above: str) -> tuple[Tree, list[Mistake]]:
    """The tree of a table, and every name that hangs on an unknown one, in a circle or too deep.

    Of a table that is too large only the first rows hang anywhere, so that nothing that climbs takes long.
    A circle, once, or a way that is too deep, is told and nothing that follows from it: in the tree, what hangs so
    hangs on nothing that is known, and nobody climbs it.
    """
    rows = tuple(rows)
    nodes = {row[name]: node(row) for row in rows}
    mistakes = [*misnamed(rows, name, NAME), *textless(rows, ("ja", "en"))]
    count = sum(map(_weight, nodes.values()))
    if count > MOST:
        large = mistake("TREE_LARGE", rows[0].table, count=count, most=MOST)
        return Tree(dict(_fitting(nodes))), [large, *mistakes]
    parents = Tree(nodes).parents
    known, deep = Known(nodes), depths(parents)
    hanging: list[Mistake] = []
    circling: set[str] = set()
    for row in rows:
        told = _hanging(row, row[name], above, parents, known, deep)
        if not told and row[name] not in deep and row[name] not in circling:
            way = _round(parents, row[name])
            circling.update(way)
            told = [row.mistake(above, "CIRCLE", name=row[name], way=_shown(way))] if way else []
        hanging += told
    lost = circling | {wrong.key for wrong in hanging if wrong.code == "TOO_DEEP"}
    cut = {each: made._replace(parents=(ADRIFT,)) for each, made in nodes.items() if each in lost}
    return Tree({**nodes, **cut}), [*mistakes, *hanging]


def _weight(each: Node) -> int:
    return 1 + len(each.parents)


def _fitting(nodes: Mapping[str, Node]) -> Iterator[tuple[str, Node]]:
    left = MOST
    for name, each in nodes.items():
        left -= _weight(each)
        yield name, each if left >= 0 else each._replace(parents=())


def _hanging(  # noqa: PLR0913, PLR0917 - a place in a tree
    row: Row,
    name: str,
    above: str,
    parents: Mapping[str, tuple[str, ...]],
    known: Known,
    deep: Mapping[str, int],
) -> list[Mistake]:
    unknown = [parent for parent in parents[name] if parent not in parents]
    if unknown:
        return [row.mistake(above, "PARENT_UNKNOWN", name=each, near=known.near(each)) for each in unknown]
    return [row.mistake(above, "TOO_DEEP", name=name, depth=DEPTH)] if deep.get(name, 0) > DEPTH else []


def _round(parents: Mapping[str, tuple[str, ...]], name: str) -> list[str]:
    """The shortest way from a name up and back to it; none where it only hangs on a circle."""
    below: dict[str, str] = {}
    line = [name]
    for each in line:
        for parent in parents.get(each, ()):
            if parent not in below:
                below[parent] = each
                line.append(parent)
    if name not in below:
        return []
    way = [name]
    while (each := below[way[-1]]) != name:
        way.append(each)
    return [name, *way[:0:-1], name]


def _shown(way: list[str]) -> str:
    return " → ".join(way if len(way) <= SHOWN else [*way[: SHOWN - 2], "…", way[-1]])


def roles(rows: Iterable[Row]) -> tuple[Tree, list[Mistake]]:
    """The roles: all of those in code, each but `user` under the wider role of all others."""
    rows = tuple(rows)
    grown, mistakes = tree(rows, "id", "wider")
    mistakes += unlisted(rows, "kind", ROLE_KINDS)
    for row in rows:
        role = row["id"]
        known = role in set(Role)
        if known is not (row["kind"] == "role"):
            mistakes.append(row.mistake("kind", "ROLE_KNOWN" if known else "ROLE_NOT_KNOWN", name=role))
        above = grown.ancestors(role)
        if known and ADRIFT not in above and (role == Role.USER) is (OTHERS in above):
            code = "ROLE_UNDER_OTHERS" if role == Role.USER else "ROLE_OUTSIDE_OTHERS"
            mistakes.append(row.mistake("wider", code, name=role, others=OTHERS))
    mistakes += (
        mistake("ROLE_MISSING", "roles", 0, "id", role, name=role) for role in Role if role not in grown
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
        mistake("CATEGORY_MISSING", "categories", 0, "child", name, name=name)
        for name in REQUIRED
        if name not in grown
    )
    roots = [row for row in rows if not row["parent"]]
    mistakes += (row.mistake("parent", "SECOND_ROOT", name=row["child"]) for row in roots[1:])
    mistakes += (
        row.mistake("parent", "SEVERAL_PARENTS", name=row["child"]) for row in rows if "+" in row["parent"]
    )
    return grown, mistakes
