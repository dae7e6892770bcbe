"""The warming: what is asked of the edition in force is prepared of the next, before anybody asks it."""

from collections.abc import Iterator
from contextlib import suppress

import structlog

from api.gateway.decide import OF_A_READING
from api.gateway.documents.selection import Selected
from api.gateway.kept import Kept
from api.gateway.release.context import Context
from api.gateway.release.plan import user_plan
from api.gateway.release.purpose import contexts_in_use, renewed
from api.gateway.release.reading import Reading
from models.database.dialect import Dialect
from models.editions.force import Force
from models.editions.warming import Warming, judged

_log = structlog.get_logger("editions")


def warming(dialect: Dialect) -> Warming:
    """What is in use: the questions of the judge, then the contexts, and in them explanations and readings.

    A reading that does not fit the next edition is left to whoever asks it next, and the log says so.
    """

    def steps(old: Force, new: Force) -> Iterator[None]:
        yield from judged(old, new)
        followed: dict[int, Context] = {}
        for context in contexts_in_use(old):
            made = renewed(context, new)
            if made is not None:
                followed[id(context)] = made
                yield from _explained(context, made)
            yield
        for selected, reading in _readings(old):
            found = followed.get(id(reading.context))
            if found is not None:
                try:
                    yield from _read(selected, reading, found, dialect)
                except Exception:  # noqa: BLE001 - it keeps no other reading cold
                    _log.exception("edition.cold")

    return steps


def _explained(old: Context, new: Context) -> Iterator[None]:
    for key in tuple(old.kept):
        match key:
            case ("explanation", str(path)) if key not in new.kept:
                yield from new.clearance.rehearse(())
                asked = new.clearance.refusal(path)
                new.kept[key] = yield from new.force.judge.explaining(asked)
            case _:
                pass


def _readings(force: Force) -> tuple[tuple[Selected, Reading], ...]:
    """Selections with their readings, those used last first."""
    kept = force.kept.get("readings")
    return kept.newest() if isinstance(kept, Kept) else ()


def _read(selected: Selected, old: Reading, context: Context, dialect: Dialect) -> Iterator[None]:
    key = id(context), id(selected)
    if context.readings.get(key) is None:
        plan = user_plan(selected.children, context.force.catalogue)
        yield from context.clearance.rehearse(Reading.paths(plan))
        yield
        made = Reading(context, plan, dialect, old.guard)
        context.readings.keep(key, (selected, made), OF_A_READING + selected.fields)
        yield
        with suppress(LookupError):  # a standing that the next edition does not tell apart
            yield from made.rehearse(old)
