"""The tables of the documentation, as they follow from the rules and the declarations."""

from collections.abc import Iterable, Iterator
from functools import cache

from models.catalogue import CATEGORIES, catalogue
from policies.edition import Edition, shipped
from policies.vocabulary import PERSON, UNSORTED, Action, Effect

Cells = tuple[str, ...]

PURPOSE_HEADER = ("purpose", "日本語", "in English", "基礎", "basis", "who asks → for whom")
ABSTRACT_HEADER = ("purpose", "日本語", "in English")
FIELD_HEADER = ("field", "日本語", "in English", "category", "tier", "clause")


@cache
def edition() -> Edition:
    return shipped(CATEGORIES)


def table(header: Cells, rows: Iterable[Cells]) -> str:
    return "\n".join((line(header), line(("---",) * len(header)), *map(line, rows)))


def line(cells: Cells) -> str:
    return f"| {' | '.join(cells)} |"


def purpose_rows() -> Iterator[Cells]:
    for each in edition().purposes.values():
        if not each.abstract:
            yield (f"`{each.id}`", each.ja, each.en, each.basis_ja, each.basis_en, asked_by(each.id))


def asked_by(purpose: str) -> str:
    reads = (
        rule
        for rule in edition().rules
        if rule.effect is Effect.ALLOW and rule.action == Action.READ and rule.purpose == purpose
    )
    return ", ".join(dict.fromkeys(f"`{rule.role}` → `{rule.recipient}`" for rule in reads)) or "nobody"


def abstract_rows() -> Iterator[Cells]:
    for each in edition().purposes.values():
        if each.abstract:
            yield (f"`{each.id}`", each.ja, each.en)


def field_rows() -> Iterator[Cells]:
    for path, field in catalogue(edition()).items():
        category = f"`{edition().fields[path]}`"
        yield (f"`{path}`", field.ja, field.en, category, str(field.tier), field.clause)


def tree() -> str:
    return "\n".join((*branch(PERSON, 0), *branch(UNSORTED, 0)))


def branch(name: str, depth: int) -> Iterator[str]:
    node = edition().categories.nodes[name]
    yield f"{'  ' * depth}{name:<{24 - 2 * depth}} {node.en} ({node.ja})"
    for each in edition().categories.nodes.values():
        if name in each.parents:
            yield from branch(each.name, depth + 1)
