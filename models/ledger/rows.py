"""The rows of the ledger: entries as the tables hold them, numbered and packed."""

from base64 import b32hexencode
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from secrets import randbits
from typing import Any

import orjson

from models.database.store import Row, Table
from models.ledger.bits import Bits, pack
from models.ledger.entry import Entry, ProvisionEntry
from policies.known import Known

DIRECT = 16
"""Up to this many users, an access enters the index by person in its own commit; above, right behind it."""

LARGEST_ID = (1 << 63) - 1
CLOCK_SHIFT = 21
"""The bits of an access's number below its time in milliseconds: 10 for the process, 11 to count."""

ACCESSES = Table(
    "accesses",
    (
        ("id", "bigint"),
        ("at", "timestamptz"),
        ("request_id", "text"),
        ("client", "text"),
        ("role", "text"),
        ("staff", "text"),
        ("purpose", "text"),
        ("recipient", "text"),
        ("operation", "text"),
        ("edition", "text"),
        ("outcome", "text"),
        ("code", "text"),
        ("reason", "text"),
        ("users", "int"),
        ("arguments", "text"),
        ("touched", "text"),
        ("groups", "text"),
        ("refs", "bytea"),
    ),
)
PEOPLE = Table("access_people", (("ref", "bigint"), ("accesses", "bytea")))
TAIL = Table("access_tail", (("access_id", "bigint"),))
PROVISIONS = Table(
    "provisions",
    (
        ("id", "text"),
        ("access_id", "bigint"),
        ("ref", "bigint"),
        ("recipient", "text"),
        ("recipient_name", "text"),
        ("recipient_address", "text"),
        ("recipient_representative", "text"),
        ("items", "text"),
        ("basis", "text"),
        ("consented_at", "timestamptz"),
        ("provided_at", "timestamptz"),
        ("retain_until", "date"),
        ("method", "text"),
        ("contract", "text"),
        ("confirmation", "text"),
        ("confirmed_on", "date"),
        ("foreign_informed", "boolean"),
    ),
)

SLOWEST = 3_600_000 << CLOCK_SHIFT
"""An access is numbered when it is recorded, which is later than its time by no more than this: an hour."""


def first_id(at: datetime) -> int:
    """The lowest number that an access at this time, to the millisecond, can have; before 1970 there is none."""
    return max(0, min(int(at.timestamp() * 1000) << CLOCK_SHIFT, LARGEST_ID))


def provision_id(number: int, ref: int) -> str:
    """The id of what was provided about a person by an access; ids rise as the numbers of accesses do."""
    return b32hexencode(pack((number, ref))).decode().rstrip("=")


@lru_cache(maxsize=4096)
def form(known: Known) -> Mapping[str, Any]:
    """What was known of a group, as its JSON holds it."""
    return known.form()


class AccessIds:
    """Numbers of accesses: they rise with time, and two processes seldom meet; the table refuses the second."""

    def __init__(self) -> None:
        self._last = 0
        self._count = 0
        self.renumber()

    def renumber(self) -> None:
        """Take another number for this process, after it met one of the same."""
        self._process = randbits(10) << 11

    def next(self, at: datetime) -> int:
        """The number of an access at this time."""
        moment = max(int(at.timestamp() * 1000), self._last)
        if moment == self._last:
            self._count += 1
            if self._count >> 11:
                moment, self._count = moment + 1, 0
        else:
            self._count = 0
        self._last = moment
        return moment << CLOCK_SHIFT | self._process | self._count


class Rows:
    """Makes rows of entries."""

    def __init__(self, bits: Callable[[], Bits]) -> None:
        self._bits = bits
        self.ids = AccessIds()

    def rows(self, entries: Sequence[Entry]) -> dict[Table, list[Row]]:
        """The rows of several entries, by table."""
        rows: dict[Table, list[Row]] = {ACCESSES: [], PEOPLE: [], TAIL: [], PROVISIONS: []}
        for entry in entries:
            number = self.ids.next(entry.at)
            rows[ACCESSES].append(self._access(number, entry))
            people = dict.fromkeys(_refs(entry))
            if len(people) > DIRECT:
                rows[TAIL].append((number,))
            else:
                packed = pack([number])
                rows[PEOPLE].extend((ref, packed) for ref in people)
            rows[PROVISIONS].extend(self._provision(number, entry, one) for one in entry.provisions)
        return rows

    def _access(self, number: int, entry: Entry) -> Row:
        bits = self._bits()
        touched = entry.arguments
        groups: list[dict[str, Any]] = []
        for group in (*entry.groups, *entry.hidden):
            touched |= group.released | group.withheld | group.written
            groups.append(
                {
                    "n": len(group.refs),
                    "released": bits.hex(group.released),
                    "withheld": bits.hex(group.withheld),
                    "basis": group.basis,
                    **({"written": bits.hex(group.written)} if group.written else {}),
                    **form(group.known),
                }
            )
        return (
            number,
            entry.at,
            entry.request_id,
            entry.client,
            entry.role,
            entry.staff,
            entry.purpose,
            entry.recipient,
            entry.operation,
            entry.edition,
            entry.outcome.value,
            entry.code,
            entry.reason,
            entry.users,
            bits.hex(entry.arguments),
            bits.words(touched),
            orjson.dumps(groups).decode(),
            pack(_refs(entry)),
        )

    def _provision(self, number: int, entry: Entry, one: ProvisionEntry) -> Row:
        bits, confirmed = self._bits(), one.confirmed
        return (
            provision_id(number, one.ref),
            number,
            one.ref,
            one.recipient,
            one.name,
            one.address,
            one.representative,
            bits.hex(one.items),
            one.basis,
            one.consented_at,
            entry.at,
            one.retain_until,
            one.method.value,
            one.contract,
            confirmed and confirmed.id,
            confirmed and confirmed.on_day,
            confirmed and confirmed.foreign_informed,
        )


def _refs(entry: Entry) -> Iterator[int]:
    """Everybody whose history this is, in the order of the groups."""
    yield from (ref for group in (*entry.groups, *entry.hidden) for ref in group.refs)
    yield from entry.sought
