"""The record of a ground: all that is kept of it, how it stands today, and what was changed of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import orjson

from models.database.dialect import Dialect
from models.database.store import Reader
from models.day import day_of, moment
from models.grounds.state import (
    GroundState,
    checked,
    entrusted,
    jointly_used,
    runs,
    succeeded,
    transmission,
)
from models.register import Change, read_changes

Parts = Mapping[str, Any]


class Ground(StrEnum):
    """The kinds of grounds that the privacy desk keeps."""

    ENTRUSTMENT = "entrustment"
    SUCCESSION = "succession"
    JOINT_USE = "joint use"
    FOREIGN_CHECK = "foreign check"
    CONFIRMATION = "confirmation"
    TRANSMISSION = "transmission notice"


@dataclass(frozen=True, slots=True)
class Shape:
    """How one kind is kept: its table, its parts by the names of the interface, each with its column, and its state."""

    table: str
    columns: Mapping[str, str]
    state: Callable[[Parts, date], GroundState]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundRecord:
    """One ground, newest change first."""

    id: str
    parts: Parts
    state: GroundState
    changes: tuple[Change, ...] = ()


MATTERS = ("rangeOfUsers", "usersPurpose", "managerName", "managerAddress", "managerRepresentative")
"""What is told of a joint use in words; that it is one, and its items, stand beside them (Art 27(5)(iii))."""

TOLD = ("recipientJa", "itemsJa", "purposeJa", "optOutUrl")
"""What is told of a transmission in Japanese, and where to opt out of it (Rules 22-2-29, Clause 4(2))."""

SHAPES: Mapping[Ground, Shape] = MappingProxyType(
    {
        Ground.ENTRUSTMENT: Shape(
            "entrustments",
            {
                "recipient": "recipient",
                "contract": "contract",
                "scope": "scope",
                "purposes": "purposes",
                "from": "from_on",
                "until": "until_on",
                "supervisedOn": "supervised_on",
                "superviseDays": "supervise_days",
                "endedOn": "ended_on",
            },
            lambda part, today: entrusted(
                part["contract"],
                part["from"],
                part["until"],
                part["supervisedOn"],
                part["superviseDays"],
                part["endedOn"],
                today,
            ),
        ),
        Ground.SUCCESSION: Shape(
            "successions",
            {
                "recipient": "recipient",
                "reference": "reference",
                "purposes": "purposes",
                "on": "on_day",
                "endedOn": "ended_on",
            },
            lambda part, today: succeeded(part["reference"], part["on"], part["endedOn"], today),
        ),
        Ground.JOINT_USE: Shape(
            "joint_uses",
            {
                "recipients": "recipients",
                "purposes": "purposes",
                "items": "items",
                "rangeOfUsers": "range_of_users",
                "usersPurpose": "users_purpose",
                "managerName": "manager_name",
                "managerAddress": "manager_address",
                "managerRepresentative": "manager_representative",
                "announcedAt": "announced_at",
                "endedOn": "ended_on",
            },
            lambda part, today: jointly_used(
                part["items"],
                [part[name] for name in MATTERS],
                part["announcedAt"],
                part["endedOn"],
                today,
            ),
        ),
        Ground.FOREIGN_CHECK: Shape(
            "foreign_checks",
            {
                "recipient": "recipient",
                "regime": "regime",
                "measures": "measures",
                "checkedOn": "checked_on",
                "nextDueOn": "next_due_on",
                "maintained": "maintained",
                "problems": "problems",
                "action": "action",
                "at": "at",
            },
            lambda part, today: checked(maintained=part["maintained"], due=part["nextDueOn"], today=today),
        ),
        Ground.CONFIRMATION: Shape(
            "confirmations",
            {
                "recipient": "recipient",
                "how": "how",
                "foreignInformed": "foreign_informed",
                "confirmedOn": "confirmed_on",
                "until": "until_on",
                "endedOn": "ended_on",
            },
            lambda part, today: runs(part["confirmedOn"], part["until"], part["endedOn"], today),
        ),
        Ground.TRANSMISSION: Shape(
            "transmission_notices",
            {
                "recipient": "recipient",
                "items": "items",
                "recipientJa": "recipient_ja",
                "itemsJa": "items_ja",
                "purposeJa": "purpose_ja",
                "recipientEn": "recipient_en",
                "itemsEn": "items_en",
                "purposeEn": "purpose_en",
                "policyUrl": "policy_url",
                "optOutUrl": "opt_out_url",
                "optOutJa": "opt_out_ja",
                "limitsJa": "limits_ja",
                "from": "from_on",
                "until": "until_on",
                "publishedAt": "published_at",
                "endedOn": "ended_on",
            },
            lambda part, today: transmission(
                part["items"],
                [part[name] for name in TOLD],
                part["from"],
                part["until"],
                part["publishedAt"],
                part["endedOn"],
                today,
            ),
        ),
    }
)
_LISTS = ("recipients", "purposes", "items")
_DAYS = ("from", "until", "supervisedOn", "endedOn", "on", "checkedOn", "nextDueOn", "confirmedOn")
_TIMES = ("announcedAt", "at", "publishedAt")
_TRUTHS = ("maintained", "foreignInformed")


async def read_grounds_of(
    reader: Reader, kind: Ground, today: date, recipient: str | None = None, *, only: str | None = None
) -> list[GroundRecord]:
    """All of this kind, or those of a recipient, or the one of this id; the newest last."""
    rows = await _fetch(reader, kind, "" if only is None else "WHERE id = :id", only)
    changes = await read_changes(reader, kind.value, only)
    found = [(row[0], _parts(kind, row[1:])) for row in rows]
    last = {parts["recipient"]: name for name, parts in found} if kind is Ground.FOREIGN_CHECK else None
    return [
        GroundRecord(
            id=name,
            parts=parts,
            state=_state(kind, parts, today, current=last is None or last[parts["recipient"]] == name),
            changes=tuple(changes.get(name, ())),
        )
        for name, parts in found
        if recipient is None or recipient in parts.get("recipients", [parts.get("recipient")])
    ]


async def hold_ground(reader: Reader, kind: Ground, ground: str) -> Parts | None:
    """The parts of one ground, held by this transaction until it ends."""
    lock = " FOR UPDATE" if reader.dialect is Dialect.POSTGRES else ""
    rows = await _fetch(reader, kind, "WHERE id = :id", ground, lock)
    return _parts(kind, rows[0][1:]) if rows else None


async def _fetch(
    reader: Reader, kind: Ground, where: str, only: str | None, lock: str = ""
) -> Sequence[Sequence[Any]]:
    shape = SHAPES[kind]
    order = "checked_on, at, id" if kind is Ground.FOREIGN_CHECK else "id"
    sql = f"SELECT id, {', '.join(shape.columns.values())} FROM {shape.table} {where} ORDER BY {order}{lock}"
    return await reader.fetch(sql, {} if only is None else {"id": only})


def _parts(kind: Ground, cells: Sequence[Any]) -> Parts:
    return {name: _part(name, cell) for name, cell in zip(SHAPES[kind].columns, cells, strict=True)}


def _part(name: str, cell: Any) -> Any:  # noqa: ANN401 - a cell of either dialect, by what it holds
    if name in _LISTS:
        return orjson.loads(cell)
    if name in _DAYS:
        return day_of(cell)
    if name in _TIMES:
        return None if cell is None else moment(cell)
    return bool(cell) if name in _TRUTHS else cell


def _state(kind: Ground, parts: Parts, today: date, *, current: bool) -> GroundState:
    return SHAPES[kind].state(parts, today) if current else GroundState.REPLACED
