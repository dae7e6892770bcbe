"""What changes beside the decisions: rows that alter what is true of people, whom is meant, or what is taken in.

Whatever is not certain to widen nothing counts as widening. Notes, clauses, the order of rows and rows of the decision
table are told and change nothing that anybody gets; labels change what the next sentences say to those who agree.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from policies.edition import Edition
from policies.impact.change import Change
from policies.impact.outcome import Direction
from policies.impact.row_sentence import LABELS, MODEL, added, altered, removed, reordered, several
from policies.rule import Rule
from policies.table import COLUMNS, DECISIONS, row_key
from policies.vocabulary import Role

Cells = tuple[str, ...]


class _Row(NamedTuple):
    """One row that the editions hold differently; None where one of them has none."""

    table: str
    key: str
    old: Cells | None
    new: Cells | None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that differ; parents in another order are the same parents."""
        named = zip(COLUMNS[self.table], self.old or (), self.new or (), strict=True)
        return tuple(column for column, was, now in named if _meant(column, was) != _meant(column, now))

    def became(self, column: str) -> str:
        """A cell of the new row, or of the old one where there is no other."""
        return (self.new or self.old or ())[COLUMNS[self.table].index(column)]


WIDENING: Final[Mapping[str, frozenset[str]]] = {
    "purposes": frozenset(COLUMNS["purposes"]),
    "categories": frozenset({"parent", *LABELS}),
    "guards": frozenset({"category"}),
    "roles": frozenset({"wider", *LABELS}),
    "groups": frozenset({"wider", "itself", *LABELS}),
    "questions": frozenset(COLUMNS["questions"]),
    "rules": frozenset(),
    "decisions": frozenset(),
    "fields": frozenset({"category"}),
}
"""The columns of which a change is not certain to widen nothing, whatever the decisions are.

A purpose by its number and texts is what people were shown and agreed to, and by `within` what else that needs.
Consents, case files and scopes of tokens name categories; holds, opt-outs and grounds name groups; a group that goes may
have kept a recipient of its name from everything. A question takes in answers.
"""

_PARENTS: Final = ("wider", "parent")
_WIDER: Final = COLUMNS["roles"].index("wider")
_ANSWER: Final = frozenset({"expected", "rule"})


def beside(old: Edition, new: Edition, decided: Sequence[Change]) -> tuple[Change, ...]:
    """What changes beside these changes of decisions; what is of no consequence last, told together."""
    before, after = _tables(old), _tables(new)
    rows = [row for table in COLUMNS for row in _unlike(table, before[table], after[table])]
    named = {rule for change in decided for rule in (*change.before, *change.after)}
    seen = {row for row in rows if row.table == "roles" and _shown(row, decided, old, new)}
    seen |= {row for row in rows if row.table == "rules" and row.key in named and _decides(row)}
    weighed = [(row, _direction(row)) for row in rows if row not in seen]
    return (
        *((_told_model(),) if old.model != new.model else ()),
        *(_alone(row, direction) for row, direction in weighed if direction is not Direction.TELLS),
        *_together(row for row, direction in weighed if direction is Direction.TELLS),
        *(_reordered(table) for table in COLUMNS if _moved(before[table], after[table])),
    )


def _tables(edition: Edition) -> Mapping[str, Mapping[str, Sequence[str] | Rule]]:
    """The rows of every table by their keys; a rule stands for its row, as writing many takes long."""
    others = replace(edition, rules=()).tables()
    keyed: dict[str, Mapping[str, Sequence[str] | Rule]] = {
        table: {row_key(table, row): row for row in rows} for table, rows in others.items()
    }
    return {**keyed, "rules": {rule.id: rule for rule in edition.rules}}


def _unlike(
    table: str, old: Mapping[str, Sequence[str] | Rule], new: Mapping[str, Sequence[str] | Rule]
) -> Iterator[_Row]:
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            yield _Row(table, key, _cells(old.get(key)), _cells(new.get(key)))


def _cells(row: Sequence[str] | Rule | None) -> Cells | None:
    if row is None:
        return None
    return row.row() if isinstance(row, Rule) else tuple(row)


def _meant(column: str, cell: str) -> object:
    return _parents(cell) if column in _PARENTS else cell


def _parents(cell: str) -> frozenset[str]:
    return frozenset(filter(None, cell.split("+")))


def _counting(row: _Row, *editions: Edition) -> set[str]:
    """The roles of requesters that count as this one in either edition."""
    return {role for each in editions for role in map(str, Role) if row.key in each.roles.ancestors(role)}


def _shown(row: _Row, decided: Iterable[Change], *editions: Edition) -> bool:
    """Whether decisions show that a role counts as others: where it does so anew, those that widen."""
    roles = _counting(row, *editions)
    was, now = (_parents(each[_WIDER] if each else "") for each in (row.old, row.new))
    return any(
        not roles.isdisjoint(change.roles)
        for change in decided
        if now <= was or change.direction is Direction.WIDENS
    )


def _decides(row: _Row) -> bool:
    """Whether more of a rule changes than its clause and notes."""
    return row.old is None or row.new is None or not {"clause", "note_ja", "note_en"}.issuperset(row.columns)


def _direction(row: _Row) -> Direction:
    if row.old and row.new:
        if row.table == "purposes" and row.columns == ("announced_on",) and not row.became("announced_on"):
            return Direction.NARROWS
        return Direction.TELLS if WIDENING[row.table].isdisjoint(row.columns) else Direction.WIDENS
    if row.table == "groups" and row.new is None:
        return Direction.WIDENS
    if not _counts(row):
        return Direction.TELLS
    return Direction.WIDENS if row.new else Direction.NARROWS


def _counts(row: _Row) -> bool:
    """Whether a new or removed row does something of its own, beside what decisions show."""
    match row.table:
        case "purposes":
            return not row.became("abstract")
        case "groups":
            return bool(row.became("itself"))
        case table:
            return table == "questions"


def _alone(row: _Row, direction: Direction) -> Change:
    if row.old is None:
        ja, en = added(row.table, row.key, row.new or ())
    elif row.new is None:
        ja, en = removed(row.table, row.key)
    else:
        ja, en = altered(row.table, row.key, row.columns, row.old, row.new)
    return Change(direction=direction, kind=row.table, keys=(row.key,), ja=ja, en=en)


def _together(rows: Iterable[_Row]) -> Iterator[Change]:
    """Rows of no consequence, those of one table to which the same happens in one change."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        found.setdefault((row.table, _event(row)), []).append(row.key)
    for (table, event), keys in found.items():
        ja, en = several(table, event, [] if table == DECISIONS else keys, len(keys))
        told = () if table == DECISIONS else tuple(keys)
        yield Change(direction=Direction.TELLS, kind=table, keys=told, ja=ja, en=en)


def _event(row: _Row) -> str:
    if row.old is None:
        return "added"
    if row.new is None:
        return "removed"
    if row.table == DECISIONS and not _ANSWER.isdisjoint(row.columns):
        return "expected"
    return "latent" if row.table == "rules" and _decides(row) else "reworded"


def _moved(old: Mapping[str, object], new: Mapping[str, object]) -> bool:
    """Whether rows that both have stand in another order."""
    return [key for key in old if key in new] != [key for key in new if key in old]


def _reordered(table: str) -> Change:
    ja, en = reordered(table)
    return Change(direction=Direction.TELLS, kind=table, ja=ja, en=en)


def _told_model() -> Change:
    ja, en = MODEL
    return Change(direction=Direction.WIDENS, kind="model", ja=ja, en=en)
