"""The register: what those of clients, recipients and grounds share: who keeps it, and every change of it on record."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from time import time_ns
from typing import Any, NoReturn

import orjson
from tortoise import Model, fields

from models.database.store import Reader, Transaction
from models.day import moment
from models.formats.wrong import Mistake, Wrong

LATEST = 100
"""The most changes that are told of one record."""

_CHANGED = """
INSERT INTO register_changes (id, register, record, at, by, request_id, what, was, became)
VALUES (:id, :register, :record, :now, :by, :request, :what, :was, :became)
"""
_CHANGES = """
SELECT record, id, at, by, request_id, what, was, became FROM (
  SELECT c.*, row_number() OVER (PARTITION BY record ORDER BY at DESC, id DESC) AS place
  FROM register_changes c WHERE register = :register{only}
) newest WHERE place <= :latest ORDER BY place
"""


class RegisterChange(Model):
    """One change of a record: by whom, when, and its parts before and after, never a secret.

    Its number grows with time, so that several changes of one operation, which share `at`, keep their order.
    """

    id = fields.CharField(max_length=26, primary_key=True)
    register = fields.CharField(max_length=20)
    record = fields.CharField(max_length=60)
    at = fields.DatetimeField()
    by = fields.CharField(max_length=120)
    request_id = fields.CharField(max_length=32, null=True)
    what = fields.CharField(max_length=20)
    was: dict[str, object] = fields.JSONField()
    became: dict[str, object] = fields.JSONField()

    class Meta:
        """Where it is kept."""

        table = "register_changes"
        indexes = (("register", "record", "at"),)


class Mistaken(Exception):  # noqa: N818 - it names the state
    """A change that cannot be made, with everything that is wrong with it; nothing was changed."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(f"`{each.path}`: {each.wrong.en}" for each in mistakes))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Who changes a record, when, and in which request."""

    by: str
    at: datetime
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One change: by whom, when, in which request, and the parts before and after."""

    id: str
    at: datetime
    by: str
    request_id: str | None
    what: str
    was: Mapping[str, Any]
    became: Mapping[str, Any]


def refuse(path: str, code: str, **told: int | str) -> NoReturn:
    """Raise `Mistaken` for one part."""
    raise Mistaken([Wrong(code, **told).at(path)])


def others(values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The parts that are not as they were."""
    return {part: value for part, value in values.items() if value != before[part]}


async def keep_change(  # noqa: PLR0913, PLR0917 - what a change is made of
    transaction: Transaction,
    keeper: Keeper,
    register: str,
    record: str,
    what: str,
    was: Mapping[str, Any],
    became: Mapping[str, Any],
) -> None:
    """Put a change of a record on record."""
    await transaction.execute(
        _CHANGED,
        {
            "id": f"{time_ns():016x}{token_hex(5)}",
            "register": register,
            "record": record,
            "now": keeper.at,
            "by": keeper.by,
            "request": keeper.request_id,
            "what": what,
            "was": orjson.dumps(was).decode(),
            "became": orjson.dumps(became).decode(),
        },
    )


async def read_changes(reader: Reader, register: str, only: str | None = None) -> Mapping[str, list[Change]]:
    """The latest changes of every record, or of the one of this name, newest first."""
    values: dict[str, Any] = {"register": register, "latest": LATEST}
    if only is not None:
        values["only"] = only
    found: dict[str, list[Change]] = defaultdict(list)
    sql = _CHANGES.format(only="" if only is None else " AND record = :only")
    for record, *row in await reader.fetch(sql, values):
        name, at, by, request, what, was, became = row
        found[record].append(
            Change(name, moment(at), by, request, what, orjson.loads(was), orjson.loads(became))
        )
    return found
