"""The known grounds: what each recipient may be given data on today, beside consent and case files."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import orjson

from models.database.store import Store
from models.day import day_of, moment
from models.grounds.confirmed import Confirmed
from models.grounds.state import (
    GroundState,
    checked,
    entrusted,
    jointly_used,
    runs,
    succeeded,
    transmission,
)

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


_TRANSMITTED = """
SELECT recipient, id, items, from_on, until_on, published_at, ended_on, recipient_ja, items_ja, purpose_ja, opt_out_url
FROM transmission_notices ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What holds for one recipient today.

    Attributes:
        entrusted: the purposes for which it works on the company's behalf, under contract and supervision.
        succeeded: the purposes for which the business went over to it.
        jointly_used: the purposes for which data is used together with it, all five matters announced.
        checked: its system abroad was found equivalent, and the next look is not due yet.
        confirmation: of people's consent to its taking related information as theirs, if any holds: the latest, first of
            those that they had been told of its country, as a recipient abroad needs (Art 31(1), Rule 28).
        transmitted: the fields of events that notices in force announce for it, each with the notice.
    """

    entrusted: frozenset[str] = frozenset()
    succeeded: frozenset[str] = frozenset()
    jointly_used: frozenset[str] = frozenset()
    checked: bool = False
    confirmation: Confirmed | None = None
    transmitted: tuple[tuple[str, str], ...] = ()

    def announced(self, field: str) -> str | None:
        """The notice in force that announces a field of events, the first of several."""
        return next((notice for item, notice in self.transmitted if item == field), None)

    def confirmed(self, *, abroad: bool) -> bool:
        """Whether the recipient, abroad or not, may take related information as personal (Art 31(1))."""
        one = self.confirmation
        return one is not None and (one.foreign_informed or not abroad)


NO_GROUNDS = Grounds()


@dataclass(slots=True)
class _Found:
    entrusted: set[str] = field(default_factory=set)
    succeeded: set[str] = field(default_factory=set)
    jointly_used: set[str] = field(default_factory=set)
    checked: bool = False
    confirmation: Confirmed | None = None
    transmitted: list[tuple[str, str]] = field(default_factory=list)


async def read_grounds(store: Store, today: date) -> Mapping[str, Grounds]:
    """The grounds of each recipient that has any, as the database has them."""
    found: dict[str, _Found] = defaultdict(_Found)
    await _read_purposes(store, today, found)
    for recipient, maintained, due in await store.fetch(_CHECKED, {}):
        state = checked(maintained=bool(maintained), due=day_of(due), today=today)
        found[recipient].checked = state is GroundState.HOLDS
    for recipient, day, end, ended, number, informed in await store.fetch(_CONFIRMED, {}):
        confirmed_on = day_of(day)
        state = runs(confirmed_on, day_of(end), day_of(ended), today)
        if confirmed_on is not None and state is GroundState.HOLDS:
            found[recipient].confirmation = Confirmed(number, confirmed_on, bool(informed))
    for row in await store.fetch(_TRANSMITTED, {}):
        recipient, number, items, start, end, published, ended, *matters = row
        named = orjson.loads(items)
        at = None if published is None else moment(published)
        state = transmission(named, matters, day_of(start), day_of(end), at, day_of(ended), today)
        if state is GroundState.HOLDS:
            found[recipient].transmitted += ((item, number) for item in named)
    return {
        recipient: Grounds(
            frozenset(each.entrusted),
            frozenset(each.succeeded),
            frozenset(each.jointly_used),
            each.checked,
            each.confirmation,
            tuple(each.transmitted),
        )
        for recipient, each in found.items()
    }


async def _read_purposes(store: Store, today: date, found: dict[str, _Found]) -> None:
    """The grounds that hold for some purposes: entrustment, succession and joint use."""
    for row in await store.fetch(_ENTRUSTED, {}):
        recipient, purposes, contract, start, end, supervised, days, ended = row
        times = day_of(start), day_of(end), day_of(supervised), days, day_of(ended)
        if entrusted(contract, *times, today) is GroundState.HOLDS:
            found[recipient].entrusted.update(orjson.loads(purposes))
    for recipient, purposes, reference, day, ended in await store.fetch(_SUCCEEDED, {}):
        if succeeded(reference, day_of(day), day_of(ended), today) is GroundState.HOLDS:
            found[recipient].succeeded.update(orjson.loads(purposes))
    for recipients, purposes, items, *matters, announced, ended in await store.fetch(_JOINT, {}):
        at = None if announced is None else moment(announced)
        if jointly_used(orjson.loads(items), matters, at, day_of(ended), today) is GroundState.HOLDS:
            for recipient in orjson.loads(recipients):
                found[recipient].jointly_used.update(orjson.loads(purposes))
