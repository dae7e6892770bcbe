"""The known grounds: what each recipient may be given data on today, beside consent and case files."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import orjson

from models.confirmed import Confirmed
from models.day import JAPAN, day_of
from models.history import moment
from models.store import Store

_ENTRUSTED = """
SELECT recipient, purposes, contract, from_on, until_on, supervised_on, supervise_days, ended_on FROM entrustments
"""
_SUCCEEDED = "SELECT recipient, purposes, reference, on_day, ended_on FROM successions"
_JOINT = """
SELECT recipients, purposes, items, range_of_users, users_purpose, manager_name, manager_address,
  manager_representative, announced_at, ended_on FROM joint_uses
"""
_CHECKED = """
SELECT recipient, maintained, next_due_on FROM foreign_checks ORDER BY checked_on, at, id
"""
_CONFIRMED = """
SELECT recipient, confirmed_on, until_on, ended_on, id, foreign_informed FROM confirmations
ORDER BY foreign_informed, confirmed_on, id
"""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What holds for one recipient today.

    Attributes:
        entrusted: the purposes for which it works on the company's behalf, under contract and supervision.
        succeeded: the purposes for which the business went over to it.
        jointly_used: the purposes for which data is used together with it, all five matters announced.
        checked: its system abroad was found equivalent, and the next look is not due yet.
        confirmed: people's consent to its taking related information as theirs was confirmed.
        confirmation: the latest that holds, first of those with foreign information, for a record of provision (Rule 28).
    """

    entrusted: frozenset[str] = frozenset()
    succeeded: frozenset[str] = frozenset()
    jointly_used: frozenset[str] = frozenset()
    checked: bool = False
    confirmed: bool = False
    confirmation: Confirmed | None = None


NO_GROUNDS = Grounds()


@dataclass(slots=True)
class _Found:
    entrusted: set[str] = field(default_factory=set)
    succeeded: set[str] = field(default_factory=set)
    jointly_used: set[str] = field(default_factory=set)
    checked: bool = False
    confirmed: bool = False
    confirmation: Confirmed | None = None


async def read_grounds(store: Store, today: date) -> Mapping[str, Grounds]:
    """The grounds of each recipient that has any, as the database has them."""
    found: dict[str, _Found] = defaultdict(_Found)
    for recipient, purposes, contract, start, end, supervised, days, ended in await store.fetch(
        _ENTRUSTED, {}
    ):
        begun = day_of(start)
        seen = day_of(supervised) or begun
        watched = seen is not None and today <= seen + timedelta(days=days)
        if contract.strip() and watched and _runs(begun, day_of(end), ended, today):
            found[recipient].entrusted.update(orjson.loads(purposes))
    for recipient, purposes, reference, day, ended in await store.fetch(_SUCCEEDED, {}):
        if reference.strip() and _runs(day_of(day), None, ended, today):
            found[recipient].succeeded.update(orjson.loads(purposes))
    for row in await store.fetch(_JOINT, {}):
        if _announced(row, today):
            for recipient in orjson.loads(row[0]):
                found[recipient].jointly_used.update(orjson.loads(row[1]))
    for recipient, maintained, due in await store.fetch(_CHECKED, {}):
        next_due = day_of(due)
        found[recipient].checked = bool(maintained) and next_due is not None and today <= next_due
    for recipient, *row in await store.fetch(_CONFIRMED, {}):
        confirmation = _confirmation(row, today)
        found[recipient].confirmed |= confirmation is not None
        found[recipient].confirmation = confirmation or found[recipient].confirmation
    return {
        recipient: Grounds(
            frozenset(each.entrusted),
            frozenset(each.succeeded),
            frozenset(each.jointly_used),
            each.checked,
            each.confirmed,
            each.confirmation,
        )
        for recipient, each in found.items()
    }


def _runs(start: date | None, end: date | None, ended: Any, today: date) -> bool:  # noqa: ANN401 - a date of either dialect
    """Whether today lies in it, both days included; the day on which it was ended is not in it."""
    gone = day_of(ended)
    return (
        start is not None
        and start <= today
        and (end is None or today <= end)
        and (gone is None or today < gone)
    )


def _confirmation(row: Sequence[Any], today: date) -> Confirmed | None:
    """What was confirmed, if that holds today."""
    day, end, ended, number, informed = row
    confirmed_on = day_of(day)
    if confirmed_on is None or not _runs(confirmed_on, day_of(end), ended, today):
        return None
    return Confirmed(number, confirmed_on, bool(informed))


def _announced(row: Sequence[Any], today: date) -> bool:
    """Whether all five matters of a joint use are there, and were announced before today began to use it."""
    _, _, items, *matters, announced, ended = row
    told = bool(orjson.loads(items)) and all(str(matter).strip() for matter in matters)
    day = None if announced is None else moment(announced).astimezone(JAPAN).date()
    return told and _runs(day, None, ended, today)
