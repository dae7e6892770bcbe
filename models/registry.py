"""The registry: the recipients and clients that are active now, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from models.clients.client import Binding
from models.database.store import Store
from models.day import day_of, moment, today_in_japan
from models.grounds.known import NO_GROUNDS, Grounds, read_grounds
from models.provisions.retention import ProvisionMethod
from models.recipients.recipient import RecipientStatus

LAPSED = "LAPSED"
DESIGNATED, EQUIVALENT = "DESIGNATED", "EQUIVALENT"
"""The routes abroad that stand in for information given to each person."""

NEEDED = ("name", "address", "representative")
"""What a record of provision tells of a third party, beside what was provided (APPI Rule 20(1)(i) and (ii))."""

_RECIPIENTS = """
SELECT id, kind, name, address, representative, country, foreign_route, state_organ, identifying, status,
  contract_from, contract_until, provision_method, contract, events_url FROM recipients ORDER BY id
"""
_CLIENTS = """
SELECT id, role, recipients, documents, scopes, networks, binding, expires_at,
  requests_per_minute, people_per_hour, people_per_day, term FROM clients
WHERE active ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class KnownRecipient:
    """A recipient as it stands today.

    Attributes:
        closed: why nothing may go to it now: `PENDING`, `STOPPED`, or `LAPSED` where its contract does not run.
        grounds: what it may be given data on beside consent and case files.
        method: how the records of what it is given are made, and `contract` what may stand in for them.
        events_url: where it takes what browsers did; blank for nowhere.
    """

    id: str
    kind: str
    name: str
    address: str
    representative: str
    country: str
    foreign_route: str
    state_organ: bool
    identifying: bool = False
    closed: str | None = None
    grounds: Grounds = NO_GROUNDS
    method: ProvisionMethod = ProvisionMethod.INDIVIDUAL
    contract: str = ""
    events_url: str = ""

    @property
    def abroad(self) -> bool:
        """It is outside Japan (APPI Art 28)."""
        return self.country != "JP"

    @property
    def equivalent(self) -> bool:
        """It is abroad, and relied on for a system that must be looked at (APPI Art 28(3))."""
        return self.abroad and self.foreign_route == EQUIVALENT

    @property
    def informed(self) -> bool:
        """Its country, or its system where that was checked in time, stands in for information given to each person."""
        return self.foreign_route == DESIGNATED or (self.foreign_route == EQUIVALENT and self.grounds.checked)

    @property
    def missing(self) -> tuple[str, ...]:
        """What a record of provision needs of it and is blank: `name`, `address`, `representative`."""
        return missing_of({"name": self.name, "address": self.address, "representative": self.representative})


@dataclass(frozen=True, slots=True)
class KnownClient:
    """An active client, with the recipients it asks for.

    Attributes:
        documents: the hashes of those it is held to, or None where it may send any.
        scopes: the words that narrow it; none for not narrowed.
        networks: those it may call from; none for any.
        binding: what its tokens are bound to.
        expires_at: when it ends, in seconds since the epoch.
        term: how often it was restored; a token of another term is of no use.
    """

    id: str
    role: str
    recipients: tuple[str, ...]
    documents: frozenset[str] | None = None
    scopes: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    binding: str = Binding.DEFAULT
    expires_at: float | None = None
    requests_per_minute: int | None = None
    people_per_hour: int | None = None
    people_per_day: int | None = None
    term: int = 0


@dataclass(frozen=True, slots=True)
class Registry:
    """Who may ask and who may be given, at one moment."""

    recipients: Mapping[str, KnownRecipient]
    clients: Mapping[str, KnownClient]

    def open_to(self, recipient: str) -> KnownRecipient | None:
        """The recipient of this id, if something may go to it now."""
        found = self.recipients.get(recipient)
        return found if found is not None and found.closed is None else None

    @property
    def kinds(self) -> dict[str, str]:
        """Each recipient to which something may go, with its group."""
        return {each.id: each.kind for each in self.recipients.values() if each.closed is None}


async def read_registry(store: Store, now: datetime) -> Registry:
    """The registry as the database has it, at this time."""
    today = today_in_japan(now)
    grounds = await read_grounds(store, today)
    recipients = [
        KnownRecipient(
            id=row[0],
            kind=row[1],
            name=row[2],
            address=row[3],
            representative=row[4],
            country=row[5],
            foreign_route=row[6],
            state_organ=bool(row[7]),
            identifying=bool(row[8]),
            closed=closed_on(row[9], day_of(row[10]), day_of(row[11]), today),
            grounds=grounds.get(row[0], NO_GROUNDS),
            method=ProvisionMethod(row[12]),
            contract=row[13],
            events_url=row[14],
        )
        for row in await store.fetch(_RECIPIENTS, {})
    ]
    clients = [_client(row) for row in await store.fetch(_CLIENTS, {})]
    return Registry(
        {each.id: each for each in recipients},
        {each.id: each for each in clients},
    )


def _client(row: Sequence[Any]) -> KnownClient:
    documents = _list(row[3])
    return KnownClient(
        id=row[0],
        role=row[1],
        recipients=tuple(_list(row[2]) or ()),
        documents=None if documents is None else frozenset(documents),
        scopes=tuple(_list(row[4]) or ()),
        networks=tuple(_list(row[5]) or ()),
        binding=row[6],
        expires_at=_seconds(row[7]),
        requests_per_minute=row[8],
        people_per_hour=row[9],
        people_per_day=row[10],
        term=row[11],
    )


def missing_of(parts: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of the matters that a record of provision needs (APPI Art 29, Rule 20) that are blank."""
    return tuple(each for each in NEEDED if not parts[each].strip())


def closed_on(status: str, start: date | None, end: date | None, today: date) -> str | None:
    """Why nothing may go to a recipient of this status and contract."""
    if status != RecipientStatus.ACTIVE:
        return status
    runs = (start is None or start <= today) and (end is None or today <= end)
    return None if runs else LAPSED


def _seconds(value: Any) -> float | None:  # noqa: ANN401 - a time of either dialect
    return None if value is None else moment(value).timestamp()


def _list(value: Any) -> list[str] | None:  # noqa: ANN401 - a column of JSON
    found: list[str] | None = None if value is None else orjson.loads(value)
    return found
