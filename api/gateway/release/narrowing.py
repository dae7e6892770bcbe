"""The narrowing: what of a person's standing reaches only the fields that its ground names.

A case file names items (APPI Art 27(1)), a consent may name categories. Outside of them the fact that rests on it is
not true. So a field that it does not name is open only where it were open without that fact too, and the person with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, combinations
from typing import NamedTuple

from api.gateway.release.basis import case_files
from api.gateway.release.context import Context
from models.consents.scope import leaves_out, scope_told, scopes, untold
from models.database.dialect import Dialect
from models.standing import LAWFUL_CASE
from policies.judging.clearance import IDENTIFIER, IDENTITY, Lens, Opening
from policies.vocabulary import Fact

APART = "#"
"""What stands in a key between the standing, the scopes of consents and the case files."""

NOTHING = Opening({})
Cases = Mapping[str, Sequence[str]]
Reach = tuple[tuple[Fact, frozenset[str]], ...]


class Narrowed(NamedTuple):
    """What is open to whoever has one key.

    Attributes:
        standing: the facts of the lens that are true, as bits.
        reach: those of them that are true of some fields only.
        cases: the items of the person's case files, by basis.
    """

    standing: int
    reach: Reach
    opening: Opening
    cases: Cases


class Narrowing:
    """What narrows the openings of one lens, row by row.

    Attributes:
        by_case: a case file may open something here.
        by_consent: a consent may.
        by_told: what was told before a consent may.
    """

    def __init__(self, context: Context, lens: Lens) -> None:
        self._context = context
        self._lens = lens
        self._required = frozenset(context.clearance.required)
        facts = {*self._required, *lens.facts}
        self.by_case = Fact.LAWFUL in facts
        self.by_consent = Fact.CONSENTED in facts
        self.by_told = Fact.ABROAD_INFORMED in facts

    def __bool__(self) -> bool:
        return self.by_case or self.by_consent or self.by_told

    @property
    def parts(self) -> tuple[bool, tuple[str, ...]]:
        """What a key has beside the standing: whether case files, and the scopes as SQL."""
        return self.by_case, self._scopes

    def key(self, standing: str, dialect: Dialect) -> str:
        """The key of a row as SQL: its standing, and with it all that narrows what the standing opens."""
        if not self:
            return standing
        return f" || '{APART}' || ".join((f"CAST({standing} AS text)", *self._scopes, self._files(dialect)))

    @cached_property
    def _scopes(self) -> tuple[str, ...]:
        circumstance = self._context.circumstance
        told = (scope_told(circumstance),) if self.by_told else ()
        return (*(scopes(circumstance) if self.by_consent else ()), *told)

    def _files(self, dialect: Dialect) -> str:
        if not self.by_case:
            return "''"
        file = "f.basis || ' ' || CAST(f.items AS text)"
        joined = f"string_agg({file}, '|')" if dialect is Dialect.POSTGRES else f"group_concat({file}, '|')"
        return f"COALESCE((SELECT {joined} {LAWFUL_CASE}), '')"

    def narrowed(self, key: int | str) -> Narrowed:
        """What is open to whoever has this key, and why."""
        if isinstance(key, int):
            return Narrowed(key, (), self._lens.openings.get(key, NOTHING), {})
        bits, *named, files = key.split(APART, 1 + len(self._scopes))
        standing, cases = int(bits), case_files(files)
        reach = tuple(self._reach(named, cases))
        return Narrowed(standing, reach, self._narrowed(standing, reach), cases)

    def _reach(self, named: Sequence[str], cases: Cases) -> Iterator[tuple[Fact, frozenset[str]]]:
        """Each fact that is true of some fields only, with what it is true of."""
        if self.by_case:
            yield Fact.LAWFUL, frozenset(item for items in cases.values() for item in items)
        for place, scope in enumerate(named):
            told = self.by_told and place == len(named) - 1
            if scope:
                yield (
                    Fact.ABROAD_INFORMED if told else Fact.CONSENTED,
                    frozenset({IDENTIFIER, *scope.split()}),
                )

    def _narrowed(self, standing: int, reach: Reach) -> Opening:
        whole = self._lens.openings.get(standing, NOTHING)
        if not reach:
            return whole
        rules: dict[str, str | None] = {}
        for path, rule in whole.rules.items():
            wider = self._context.force.edition.field_ancestors(path)
            lost = frozenset(fact for fact, names in reach if names.isdisjoint(wider))
            if path == IDENTITY or not lost:
                rules[path] = rule
            elif self.open_without(standing, path, lost):
                rules[path] = self._without(standing, lost).rules[path]
        return Opening(rules)

    def open_without(self, standing: int, path: str, lost: frozenset[Fact]) -> bool:
        """Whether a field is open whichever of these facts are not true of it."""
        some = chain.from_iterable(combinations(lost, size) for size in range(1, len(lost) + 1))
        openings = (self._without(standing, frozenset(each)) for each in some)
        return all(IDENTITY in opening and path in opening for opening in openings)

    def _without(self, standing: int, lost: frozenset[Fact]) -> Opening:
        if lost & self._required:
            return NOTHING
        for bit, fact in enumerate(self._lens.facts):
            if fact in lost:
                standing &= ~(1 << bit)
        return self._lens.openings.get(standing, NOTHING)


def reached(context: Context, paths: Sequence[str]) -> list[str]:
    """What a person must meet, as SQL, so that fields readable of everybody by whole consents may be looked at.

    A list that is narrowed or sorted by a field has nobody whose consent leaves that field out.
    """
    return [sql for path in paths for sql in _reached(context, path)]


def _reached(context: Context, path: str) -> tuple[str, ...]:
    key = ("reached", path)
    found = context.kept.get(key)
    if not isinstance(found, tuple):
        found = context.kept[key] = tuple(_conditions(context, path))
    return found


def _conditions(context: Context, path: str) -> Iterator[str]:
    lens = context.clearance.lens((IDENTITY, path))
    narrowing = Narrowing(context, lens)
    names = context.force.edition.field_ancestors(path)
    if path == IDENTITY or IDENTIFIER in names:
        return
    claims = [(frozenset({Fact.CONSENTED}), leaves_out)] if narrowing.by_consent else []
    if narrowing.by_told:
        claims.append((frozenset({Fact.CONSENTED, Fact.ABROAD_INFORMED}), untold))
    for lost, claim in claims:
        closed = [key for key in lens.openings if not narrowing.open_without(key, path, lost)]
        if not closed:
            continue
        sql = claim(context.circumstance, names)
        if len(closed) < len(lens.openings):
            sql += f" AND ({context.standing_sql(lens.facts)}) IN ({', '.join(map(str, closed))})"
        yield f"NOT ({sql})"
