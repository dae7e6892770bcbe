"""Everything that is on record about each person, read row by row."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson
from tortoise import Model

from models.acquisition import Acquisition, Announcement
from models.amendment import Amendment
from models.application import Application, Screening
from models.cases.casefile import CaseFile, CasePerson
from models.clients.client import Client
from models.consents.consent import Consent
from models.grounds.ground import Confirmation, Entrustment, ForeignCheck, JointUse, Succession
from models.recipients.recipient import Recipient
from models.restraint import Erasure, Hold, OptOut
from models.sealing.vault import vault_in_use
from models.user import User

Rows = list[dict[str, Any]]


@dataclass(eq=False)
class Person:
    """One person and all rows about them."""

    row: dict[str, Any]
    consents: Rows = field(default_factory=list)
    acquisitions: Rows = field(default_factory=list)
    holds: Rows = field(default_factory=list)
    opt_outs: Rows = field(default_factory=list)
    erasures: Rows = field(default_factory=list)
    applications: Rows = field(default_factory=list)
    screenings: Rows = field(default_factory=list)
    cases: Rows = field(default_factory=list)
    amendments: Rows = field(default_factory=list)

    @property
    def id(self) -> str:
        found: str = self.row["id"]
        return found

    @property
    def registered_at(self) -> datetime:
        found: datetime = self.row["registered_at"]
        return found


@dataclass(frozen=True)
class Register:
    """All people, recipients and clients, and what was announced to everybody."""

    people: tuple[Person, ...]
    recipients: dict[str, dict[str, Any]]
    grounds: dict[str, Rows]
    clients: dict[str, dict[str, Any]]
    announced: dict[str, datetime]


GROUNDS: dict[str, type[Model]] = {
    "entrustments": Entrustment,
    "successions": Succession,
    "joint_uses": JointUse,
    "foreign_checks": ForeignCheck,
    "confirmations": Confirmation,
}


async def read_register(users: Collection[str] | None = None) -> Register:
    """What is in the opened database now, of these people or of everybody."""
    only: dict[str, Any] = {} if users is None else {"user_id__in": list(users)}
    named = {} if users is None else {"id__in": list(users)}
    people = {row["id"]: Person(row) for row in await _rows(User, named)}
    for model, name in (
        (Consent, "consents"),
        (Acquisition, "acquisitions"),
        (Hold, "holds"),
        (OptOut, "opt_outs"),
        (Erasure, "erasures"),
        (Application, "applications"),
        (Screening, "screenings"),
    ):
        for row in await _rows(model, only):
            getattr(people[row["user_id"]], name).append(row)
    files = {row["id"]: row for row in await _rows(CaseFile)}
    for row in await _rows(CasePerson, only):
        people[row["user_id"]].cases.append(files[row["case_id"]])
    for change in await Amendment.filter(**only):
        people[change.user_id].amendments.append(_opened(change))
    return Register(
        people=tuple(people.values()),
        recipients={row["id"]: row for row in await _rows(Recipient)},
        grounds={name: await _rows(model) for name, model in GROUNDS.items()},
        clients={row["id"]: row for row in await _rows(Client) if row["active"]},
        announced={row["purpose"]: row["announced_at"] for row in await _rows(Announcement)},
    )


async def _rows(model: type[Model], given: dict[str, Any] | None = None) -> Rows:
    """Each row as a mapping; texts, dates, times and JSON as Python has them."""
    found = await model.filter(**given or {})
    names = model._meta.db_fields  # noqa: SLF001 - the only list of columns
    return [{name: _plain(getattr(row, name)) for name in names} for row in found]


def _opened(change: Amendment) -> dict[str, Any]:
    """A change in clear, as the history tells it."""
    sides = {"was": change.was, "became": change.became}
    told = {
        side: None
        if cell is None
        else orjson.loads(vault_in_use().open(f"{change.field}@{side}", change.ref, cell))
        for side, cell in sides.items()
    }
    names = ("id", "field", "at", "by", "client", "purpose")
    return told | {name: _plain(getattr(change, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return str(getattr(value, "value", value))
    if isinstance(value, date | bool | int | list | dict) or value is None:
        return value
    raise TypeError(type(value).__name__)
