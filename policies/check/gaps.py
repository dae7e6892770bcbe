"""The gaps: what no rule opens, so that nobody can use it, and what the running code asks about and finds nowhere."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from policies.check.extent import Extents
from policies.edition import Edition
from policies.form import ANSWERS
from policies.mistake import Mistake, mistake
from policies.rule import Rule
from policies.vocabulary import ANY, UNSORTED, Action, Effect

Places = Mapping[str, Mapping[str, int]]
"""The number of each row by its table and key."""

READING: Final = frozenset({str(Action.READ), ANY})


def gaps(edition: Edition, extents: Extents, working: Iterable[Rule], places: Places) -> Iterator[Mistake]:
    """Personal data that no allow lets anybody read, and every other field that none opens.

    `working` are the rules that can decide something. A query or mutation whose parts are opened one by one, such as
    the stages of an application, is opened by them.
    """
    allows = [rule for rule in working if rule.effect is Effect.ALLOW]
    read = frozenset(rule.field for rule in allows if rule.action in READING)
    named = frozenset(rule.field for rule in allows)
    reached = {
        path
        for path in edition.fields
        if not (read if path in extents.personal else named).isdisjoint(extents.field.wider[path])
    }
    whole = {path.rpartition(".")[0] for path in reached if path not in extents.personal}
    for path, category in edition.fields.items():
        if path not in reached and path not in whole:
            code = "GAP_UNSORTED" if category == UNSORTED else "GAP"
            yield _gap(code, path, places)


def _gap(code: str, path: str, places: Places) -> Mistake:
    table, key = "fields", path
    if path.startswith(ANSWERS):
        table, key = "questions", path.removeprefix(ANSWERS)
    elif path in places["guards"]:
        table = "guards"
    return mistake(code, table, places[table].get(key, 0), "category", key, path=path, unsorted=UNSORTED)


def unguarded(guards: Collection[str], needed: Iterable[str]) -> list[Mistake]:
    """The paths that the running code asks about and that have no row."""
    return [
        mistake("GUARD_MISSING", "guards", 0, "field", path, path=path)
        for path in needed
        if path not in guards
    ]


def undeclared(listed: Mapping[str, str], declared: Mapping[str, str], places: Places) -> Iterator[Mistake]:
    """What a table of fields and the running code do not both have."""
    for path in declared:
        if path not in listed:
            yield mistake("FIELD_LEFT_OUT", "fields", 0, "path", path, path=path, unsorted=UNSORTED)
    for path in listed:
        if path not in declared:
            yield mistake(
                "FIELD_UNDECLARED", "fields", places["fields"].get(path, 0), "path", path, path=path
            )
