"""The report: everything that is wrong with the tables of an edition, at once and in one order."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from policies.check.answers import Answers
from policies.check.beyond import Excess
from policies.check.extent import Extents
from policies.check.gaps import Places, gaps, undeclared, unguarded
from policies.check.locked import locked
from policies.check.lookup import Lookup
from policies.check.overlaps import Overlaps
from policies.check.reaching import Reaching
from policies.check.rights import Ways, closed
from policies.check.vague import unannounceable
from policies.edition import Edition
from policies.matrix import Matrix, shipped_matrix
from policies.mistake import Mistake, Severity
from policies.table import COLUMNS, DECISIONS, numbered, row_key

SLICE: Final = 500
"""How many rules or rows are looked at between two calls of the progress."""

SHAPING: Final = frozenset({"purposes", "categories", "guards", "roles", "groups", "questions", "fields"})
"""The tables whose mistakes change what rules mean."""

DEPENDENT: Final = frozenset(
    {
        *("NAME_UNKNOWN", "CATEGORY_UNKNOWN", "ROLE_MISSING", "CATEGORY_MISSING", "FIELD_NOT_PERSONAL"),
        *("QUESTION_NOT_PERSONAL", "FREE_TEXT_MISFILED", "FREE_TEXT_UNSCREENED", "NONE_OPENS_PERSONAL"),
    }
)
"""What may be no mistake once a file that could not be read is there."""

Progress = Callable[[int, int], None]
Tables = Mapping[str, Sequence[Sequence[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found, by table, row and column.

    Attributes:
        edition: the id of the edition, blank where the tables do not load.
        whole: everything was looked at; else some mistake had to be corrected before the rest can be told.
    """

    findings: tuple[Mistake, ...]
    edition: str = ""
    whole: bool = False

    @property
    def loads(self) -> bool:
        """Whether the tables make an edition."""
        return not self.of(Severity.REFUSED)

    def of(self, severity: Severity) -> tuple[Mistake, ...]:
        """The findings of one severity."""
        return tuple(each for each in self.findings if each.severity is severity)

    def standing_in_the_way(self, accepted: Iterable[str] = ()) -> tuple[Mistake, ...]:
        """What keeps it from being published, where a second person accepted the findings with these ids."""
        taken = frozenset(accepted)
        return tuple(
            each
            for each in self.findings
            if each.severity is not Severity.OVERRIDABLE or each.id not in taken
        )


def check(  # noqa: PLR0913 - what an edition is held against
    tables: Mapping[str, list[list[str]]],
    model: str,
    *,
    today: date,
    fields: Mapping[str, str] | None = None,
    guards: Iterable[str] = (),
    matrix: Matrix | None = None,
    unread: Sequence[Mistake] = (),
    progress: Progress = lambda _done, _total: None,
) -> Report:
    """Everything that is wrong with these tables.

    Args:
        tables: rows of text by table, without headers, as `Edition.tables` makes them.
        model: the text of `casbin_model.conf`.
        today: the day in Japan; a purpose that is announced later is no way to anything yet.
        fields: the fields of personal data that the running code declares, with the categories they have where no
            table `fields` lists them.
        guards: the paths that the running code asks about.
        matrix: the yardstick of what a purpose needs; the shipped one where none is given.
        unread: what `read` said of files that it could not read.
        progress: called with how much of how much is done.
    """
    work = steps(tables, model, today=today, fields=fields, guards=guards, matrix=matrix, unread=unread)
    while True:
        try:
            progress(*next(work))
        except StopIteration as end:
            report: Report = end.value
            return report


def steps(  # noqa: PLR0913 - as `check`
    tables: Mapping[str, list[list[str]]],
    model: str,
    *,
    today: date,
    fields: Mapping[str, str] | None = None,
    guards: Iterable[str] = (),
    matrix: Matrix | None = None,
    unread: Sequence[Mistake] = (),
) -> Generator[tuple[int, int], None, Report]:
    """The same in slices: yields how much of how much is done, and returns the report.

    Whoever stops asking for the next slice has cancelled it.
    """
    yield 0, len(tables.get("rules", ())) + len(tables.get(DECISIONS, ()))
    edition, refused = Edition.read(tables, model, fields or {})
    refused = _refused(refused, unread)
    places = _places(tables)
    found = [*refused, *unguarded(edition.guards, () if unread else guards)]
    found += unannounceable(edition.purposes, places)
    if fields is not None and not unread:
        found += undeclared(edition.declared, fields, places)
    work = _Work(edition, places, matrix or shipped_matrix(), today)
    if not unread and SHAPING.isdisjoint(each.table for each in refused):
        sound = not any(each.severity is Severity.REFUSED for each in refused)
        found += yield from work.rules({each.key for each in refused if each.table == "rules"}, whole=sound)
    whole = not any(each.severity is Severity.REFUSED for each in found)
    return Report(
        findings=in_order(found),
        edition=edition.id if whole else "",
        whole=whole,
    )


class _Work:
    """What is looked at rule by rule."""

    def __init__(self, edition: Edition, places: Places, matrix: Matrix, today: date) -> None:
        self._edition = edition
        self._today = today
        self._places = places
        self._matrix = matrix

    def rules(self, wrong: set[str], *, whole: bool) -> Generator[tuple[int, int], None, list[Mistake]]:
        """The rules whose rows are sound, and where all is, what depends on all of them."""
        edition, places = self._edition, self._places
        rules = tuple(rule for rule in edition.rules if rule.id not in wrong)
        rows = edition.expectations if whole else ()
        total = len(rules) + len(rows)
        extents = Extents(edition)
        reaching = Reaching(edition, extents, self._matrix)
        overlaps = Overlaps(extents, rules)
        excess = Excess(edition, places)
        found: list[Mistake] = []
        working = []
        for place, rule in enumerate(rules):
            if place % SLICE == 0:
                yield place, total
            row = places["rules"].get(rule.id, 0)
            found += overlaps.of(rule, row)
            idle, beyond = reaching.look(rule, row, excess.room) if whole else (None, [])
            if idle:
                found.append(idle)
            else:
                working.append(rule)
                excess.add(rule, beyond)
        if whole:
            found += excess.mistakes()
            lookup = Lookup(rules)
            shut = list(locked(edition, extents, lookup, places))
            told = {each.key for each in shut}
            found += (*shut, *closed(Ways(edition, extents, lookup, self._today), places))
            found += (each for each in gaps(edition, extents, working, places) if each.key not in told)
            answers = Answers(edition, extents, lookup, places)
            for start in range(0, len(rows), SLICE):
                yield len(rules) + start, total
                found += answers.failing(rows[start : start + SLICE])
        yield total, total
        return found


def _refused(refused: Iterable[Mistake], unread: Sequence[Mistake]) -> list[Mistake]:
    """What the loader refuses, less what only follows from files that could not be read."""
    missing = {each.table for each in unread}
    if not missing:
        return list(refused)
    kept = (each for each in refused if each.table not in missing and each.code not in DEPENDENT)
    return [*unread, *kept]


def _places(tables: Tables) -> Places:
    """The number of the first row of each key."""
    return {
        table: {
            row_key(table, cells): number for number, cells in reversed(list(numbered(tables.get(table, ()))))
        }
        for table in COLUMNS
    }


def in_order(found: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """Each finding once, by table and row."""
    return tuple(sorted(dict.fromkeys(found), key=_order))


def _order(each: Mistake) -> tuple[object, ...]:
    tables = list(COLUMNS)
    known = tables.index(each.table) if each.table in tables else len(tables)
    return (known, each.table, each.row, each.column, each.code, each.key, each.told)
