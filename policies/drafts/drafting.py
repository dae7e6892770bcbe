"""The drafting: what edits, whole tables or a rebase make of a draft; it loads, or is refused with every mistake.

Everything here takes and gives plain data, so that it can be asked for in another process. An edition comes as its
canonical text; the last ones are kept read.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from policies.check.gaps import unguarded
from policies.drafts.alignment import aligned
from policies.drafts.edits import Conflict, Edit, apply, compare, rebase
from policies.drafts.sheet import read_sheet
from policies.drafts.wish import Wish, edits_of
from policies.edition import Edition
from policies.mistake import Mistake, PolicyError, mistake
from policies.table import COLUMNS, FIELDS, RULES, Sheets, row_key

RULE_FIELD: Final = COLUMNS[RULES].index("field")
MODEL: Final = "model"
"""Under `table` of a conflict: the model, which is one text."""


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
    edits, flaws = edits_of(tables, wishes, {path for path, _ in terms.declared})
    return _applied(draft, tables, edits, terms, flaws)


def align(draft: Sketch, terms: Terms) -> Drafted:
    """The draft with each row of its decision table expecting what its rules answer."""
    return _applied(draft, tables_of(draft), aligned(made_of(draft)), terms)


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


def propose(base: str, edits: Sequence[Edit], terms: Terms) -> Drafted:
    """A draft of edits that were worked out of its base."""
    return _applied(Sketch(base), edition_of(base).tables(), edits, terms)


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
    whole = {**tables, FIELDS: _fields(tables, dict(terms.declared))}
    made, flaws = check(whole, before.model if model is None else model, terms)
    if made is None or before_it:
        return Drafted(flaws=(*before_it, *flaws))
    old = before.tables()
    edits = compare(old, made.tables())
    rows = {table: {row_key(table, row): tuple(row) for row in old.get(table, [])} for table in COLUMNS}
    was = tuple(rows[each.table].get(each.key) for each in edits)
    return Drafted(made.id, edits, was, None if made.model == before.model else made.model)


def _fields(tables: Mapping[str, list[list[str]]], declared: Mapping[str, str]) -> list[list[str]]:
    """The fields as code has them today: new ones join in their declared category, those it has no more fall away.

    One that a rule still names stays until the rule goes, so that a draft can be begun to let it go.
    """
    rows = tables.get(FIELDS, [])
    known = {row[0] for row in rows if row}
    named = {row[RULE_FIELD] for row in tables.get(RULES, []) if len(row) == len(COLUMNS[RULES])}
    wanted = {*declared, *named}
    kept = [list(row) for row in rows if len(row) != len(COLUMNS[FIELDS]) or row[0] in wanted]
    return [*kept, *([path, declared[path]] for path in sorted(declared) if path not in known)]


def _of_models(draft: Sketch, base: Edition, onto: Edition) -> tuple[Conflict, ...]:
    if draft.model is None or onto.model in {base.model, draft.model}:
        return ()
    return (Conflict(MODEL, "", (base.model,), (draft.model,), (onto.model,)),)
