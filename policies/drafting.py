"""The drafting: what edits, whole tables or a rebase make of a draft; it loads, or is refused with every mistake.

Everything here takes and gives plain data, so that it can be asked for in another process. An edition comes as its
canonical text; the last ones are kept read.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from policies.check.gaps import unguarded
from policies.edition import Edition
from policies.edits import FIRST, Conflict, Edit, apply, compare, rebase
from policies.mistake import Mistake, PolicyError, mistake, named
from policies.table import COLUMNS, FIELDS, FIRST_ROW, MARK, Sheets, row_key

MODEL: Final = "model"
"""Under `table` of a conflict: the model, which is one text."""


class Wish(NamedTuple):
    """What somebody wants of one row.

    Attributes:
        columns: the columns that change, each with its value; None where the row goes.
        after: the key of the row it shall follow, `FIRST`, or None to leave it where it is.
    """

    table: str
    key: str
    columns: tuple[tuple[str, str], ...] | None
    after: str | None = None


class Choice(NamedTuple):
    """Whose row stands where two differ."""

    table: str
    key: str
    mine: bool


class Terms(NamedTuple):
    """What code asks of every edition: the fields it declares with their categories, and what it must guard."""

    declared: tuple[tuple[str, str], ...]
    needed: tuple[str, ...]


class Sketch(NamedTuple):
    """A draft as it is kept: the edition it starts from as canonical text, its edits, and its model if another."""

    base: str
    edits: tuple[Edit, ...] = ()
    model: str | None = None


class Drafted(NamedTuple):
    """What became of a draft; where there are flaws or conflicts, nothing did.

    Attributes:
        hash: the id of the edition it would make.
        was: of each edit, the row as the base has it.
    """

    hash: str = ""
    edits: tuple[Edit, ...] = ()
    was: tuple[tuple[str, ...] | None, ...] = ()
    model: str | None = None
    flaws: tuple[Mistake, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def begin(base: str, terms: Terms) -> Drafted:
    """A draft without edits but those that code asks for."""
    return edit(Sketch(base), (), terms)


def edit(draft: Sketch, wishes: Sequence[Wish], terms: Terms) -> Drafted:
    """The draft with these rows changed, all of them or none."""
    tables = tables_of(draft)
    edits, flaws = _edits(tables, wishes, {path for path, _ in terms.declared})
    return _applied(draft, tables, edits, terms, flaws)


def take(draft: Sketch, sheets: Sequence[tuple[str, str]], model: str | None, terms: Terms) -> Drafted:
    """The draft with whole tables in place of its own, each as CSV text with its header, and perhaps a model."""
    tables = tables_of(draft)
    flaws: list[Mistake] = []
    for table, text in sheets:
        rows, wrong = read_sheet(table, text)
        flaws += wrong
        tables = tables if wrong else {**tables, table: rows}
    return _drafted(draft.base, tables, draft.model if model is None else model, terms, tuple(flaws))


def move(draft: Sketch, onto: str, choices: Sequence[Choice], terms: Terms) -> Drafted:
    """The draft on another edition; a conflict about which nobody chose is told, and nothing moves."""
    base, edition = edition_of(draft.base), edition_of(onto)
    edits, conflicts = rebase(base.tables(), draft.edits, edition.tables())
    conflicts += _of_models(draft, base, edition)
    chosen = {(each.table, each.key): each.mine for each in choices}
    named = {(each.table, each.key) for each in conflicts}
    flaws = tuple(
        mistake("RESOLUTION_IDLE", table, 0, "", key, name=key)
        for table, key in chosen
        if (table, key) not in named
    )
    if flaws:
        return Drafted(flaws=flaws)
    if open_ := tuple(each for each in conflicts if (each.table, each.key) not in chosen):
        return Drafted(conflicts=open_)
    theirs = {place for place, mine in chosen.items() if not mine}
    model = None if (MODEL, "") in theirs else draft.model
    kept = [each for each in edits if (each.table, each.key) not in theirs]
    return _applied(Sketch(onto, model=model), edition.tables(), kept, terms)


def turn_back(base: str, earlier: str, terms: Terms) -> Drafted:
    """The draft that makes an earlier edition of the one in force, as far as code still knows its fields."""
    edition = edition_of(earlier)
    return _drafted(base, edition.tables(), edition.model, terms)


def contested(draft: Sketch, onto: str) -> tuple[Conflict, ...]:
    """The rows that a draft and an edition both changed, each in its way."""
    base, edition = edition_of(draft.base), edition_of(onto)
    return rebase(base.tables(), draft.edits, edition.tables())[1] + _of_models(draft, base, edition)


def finish(draft: Sketch, terms: Terms) -> tuple[str, str, bool]:
    """The id and the canonical text of the edition that a draft makes, and whether code could serve under it today.

    Raises:
        ValueError: it makes none, which is refused long before.
    """
    made = made_of(draft)
    serves = dict(terms.declared).keys() == made.declared.keys() and made.guards.keys() >= {*terms.needed}
    return made.id, made.canonical(), serves


@lru_cache(maxsize=4)
def edition_of(canonical: str) -> Edition:
    """The edition of a canonical text."""
    return Edition.from_canonical(canonical)


@lru_cache(maxsize=4)
def made_of(draft: Sketch) -> Edition:
    """The edition that a draft makes.

    Raises:
        ValueError: it makes none.
    """
    try:
        return Edition.from_tables(tables_of(draft), draft.model or edition_of(draft.base).model)
    except PolicyError as error:
        raise ValueError(str(error)) from None


def tables_of(draft: Sketch) -> Sheets:
    """The tables of a draft."""
    return apply(edition_of(draft.base).tables(), draft.edits)


def check(
    tables: Mapping[str, list[list[str]]], model: str, terms: Terms
) -> tuple[Edition | None, tuple[Mistake, ...]]:
    """The edition of these tables, or every mistake that keeps it from loading."""
    edition, mistakes = Edition.read(tables, model, {})
    mistakes += unguarded(edition.guards, terms.needed)
    return (None if mistakes else edition), tuple(mistakes)


def _applied(
    draft: Sketch,
    tables: Sheets,
    edits: Sequence[Edit],
    terms: Terms,
    flaws: tuple[Mistake, ...] = (),
) -> Drafted:
    try:
        edited = apply(tables, edits)
    except PolicyError as error:
        return Drafted(flaws=(*flaws, *error.mistakes))
    return _drafted(draft.base, edited, draft.model, terms, flaws)


def _drafted(
    base: str,
    tables: Mapping[str, list[list[str]]],
    model: str | None,
    terms: Terms,
    before_it: tuple[Mistake, ...] = (),
) -> Drafted:
    """What these tables make of a draft; `before_it`: what was wrong already, told beside what keeps it from loading."""
    before = edition_of(base)
    whole = {**tables, FIELDS: _fields(tables.get(FIELDS, []), dict(terms.declared))}
    made, flaws = check(whole, before.model if model is None else model, terms)
    if made is None or before_it:
        return Drafted(flaws=(*before_it, *flaws))
    old = before.tables()
    edits = compare(old, made.tables())
    rows = {table: {row_key(table, row): tuple(row) for row in old.get(table, [])} for table in COLUMNS}
    was = tuple(rows[each.table].get(each.key) for each in edits)
    return Drafted(made.id, edits, was, None if made.model == before.model else made.model)


def _fields(rows: Sequence[Sequence[str]], declared: Mapping[str, str]) -> list[list[str]]:
    """The fields as code has them today: those it has no more fall away, new ones join in their declared category."""
    known = {row[0] for row in rows if row}
    kept = [list(row) for row in rows if len(row) != len(COLUMNS[FIELDS]) or row[0] in declared]
    return [*kept, *([path, declared[path]] for path in sorted(declared) if path not in known)]


def _of_models(draft: Sketch, base: Edition, onto: Edition) -> tuple[Conflict, ...]:
    if draft.model is None or onto.model in {base.model, draft.model}:
        return ()
    return (Conflict(MODEL, "", (base.model,), (draft.model,), (onto.model,)),)


def _edits(
    tables: Mapping[str, list[list[str]]], wishes: Sequence[Wish], declared: set[str]
) -> tuple[tuple[Edit, ...], tuple[Mistake, ...]]:
    """The wishes as edits of whole rows, and what is wrong with them whatever the rows say."""
    rows: Callable[[str], dict[str, tuple[str, ...]]] = lru_cache(
        lambda table: {row_key(table, row): tuple(row) for row in tables.get(table, [])}
    )
    edits: list[Edit] = []
    flaws: list[Mistake] = []
    named: set[tuple[str, str]] = set()
    for wish in wishes:
        wrong = _unfit(wish, rows(wish.table), named, declared)
        flaws += wrong
        named.add((wish.table, wish.key))
        if not wrong:
            edits.append(_edit(wish, rows(wish.table).get(wish.key)))
    return tuple(edits), tuple(flaws)


def _unfit(
    wish: Wish, rows: Mapping[str, object], before: set[tuple[str, str]], declared: set[str]
) -> list[Mistake]:
    def flaw(column: str, code: str, **told: str | None) -> Mistake:
        return Mistake(code, wish.table, 0, column, wish.key, named(told))

    columns = COLUMNS.get(wish.table)
    if columns is None:
        return [flaw("", "TABLE_UNKNOWN", name=wish.table, tables=", ".join(COLUMNS))]
    found = []
    if (wish.table, wish.key) in before:
        found.append(flaw("", "EDIT_TWICE", name=wish.key))
    known = wish.key in rows or (wish.table, wish.key) in before
    if wish.columns is None and not known:
        found.append(flaw("", "EDIT_NO_ROW", name=wish.key))
    if wish.table == FIELDS and wish.columns is not None and wish.key not in declared:
        found.append(flaw("path", "FIELD_UNDECLARED", path=wish.key))
    if wish.after not in {None, FIRST} and wish.after not in rows and (wish.table, wish.after) not in before:
        found.append(flaw("", "AFTER_NO_ROW", name=wish.after))
    given = [column for column, _ in wish.columns or ()]
    found += [
        flaw(column, "COLUMN_UNKNOWN", name=column, columns=", ".join(columns))
        for column in given
        if column not in columns
    ]
    twice = sorted({each for each in given if given.count(each) > 1})
    return [*found, *(flaw(column, "COLUMN_TWICE", name=column) for column in twice)]


def _edit(wish: Wish, row: tuple[str, ...] | None) -> Edit:
    """The whole row; one that is new has empty cells where nothing was said, and its key in the first."""
    if wish.columns is None:
        return Edit(wish.table, wish.key, None)
    columns = COLUMNS[wish.table]
    cells = dict(zip(columns, row or ("",) * len(columns), strict=True))
    if row is None and columns[0] not in dict(wish.columns):
        cells[columns[0]] = wish.key
    cells.update(wish.columns)
    return Edit(wish.table, wish.key, tuple(cells.values()), wish.after)


def read_sheet(table: str, text: str) -> tuple[list[list[str]], list[Mistake]]:
    """The rows of a table from CSV text with its header, and what is wrong with it as a whole."""
    columns = COLUMNS.get(table)
    if columns is None:
        return [], [mistake("TABLE_UNKNOWN", table, name=table, tables=", ".join(COLUMNS))]
    try:
        header, *rows = list(csv.reader(io.StringIO(text.removeprefix(MARK)), strict=True)) or [[]]
    except csv.Error:
        return [], [mistake("FILE_UNREADABLE", table)]
    if tuple(header) != columns:
        return rows, [mistake("HEADER_OTHER", table, 1, header=",".join(columns))]
    rows = [row for row in rows if row]
    counted = Counter(row_key(table, row) for row in rows)
    return rows, [
        mistake("NAME_TWICE", table, place, columns[0], key, name=key)
        for place, key in enumerate((row_key(table, row) for row in rows), FIRST_ROW)
        if counted[key] > 1
    ]


def write_sheet(table: str, rows: Iterable[Sequence[str]]) -> str:
    """A table as CSV text with its header."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS[table])
    writer.writerows(rows)
    return written.getvalue()
