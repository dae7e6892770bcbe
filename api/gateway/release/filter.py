"""The filter and the order of a list: each field in them is an access and needs the right to be read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import orjson

from api.gateway.refusal import Code, Refusal
from api.gateway.told import Told
from models.catalogue import FIELDS
from models.database.dialect import Dialect
from models.derived import BANDS, PENDING_GRACE, PERMITTED_28_HOURS, WorkRestriction, born_in
from models.personal import Undeclared
from models.sealing.vault import Vault

PATHS: Mapping[str, str] = MappingProxyType(
    {
        "ids": "User.id",
        "email": "User.email",
        "phone": "User.phone",
        "prefecture": "User.address.prefecture",
        "nationality": "User.residenceCard.nationality",
        "ageBand": "User.ageBand",
        "workEligibility": "User.workEligibility",
        "registeredAt": "User.registeredAt",
    }
)
"""Each key of `UserFilter` with the field it looks at."""

_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "ids": "u.id",
        "email": "u.email",
        "phone": "u.phone",
        "prefecture": "u.prefecture",
        "registeredAt": "u.registered_at",
    }
)


def _mark(path: str) -> tuple[str, str]:
    field = FIELDS[path]
    if field.mark is None:
        raise Undeclared(f"`{path}` is sealed and a filter looks for it: give its column a `MarkField`")
    return f"u.{field.mark}", f"u.{field.columns[0]}"


_MARKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {key: _mark(path) for key, path in PATHS.items() if FIELDS[path].sealed}
)
"""The keys that look at a sealed field: by the marks of its values, in a column beside that of the cells."""

_SIGNS: Mapping[str, str] = MappingProxyType({"eq": "=", "gte": ">=", "lt": "<"})


@dataclass(frozen=True, slots=True)
class Order:
    """An order of the list: the field it needs, its column or None for the id alone, and its direction."""

    field: str
    column: str | None
    descending: bool


class OrderName(StrEnum):
    """The orders of a list."""

    ID_ASC = "ID_ASC"
    ID_DESC = "ID_DESC"
    REGISTERED_AT_ASC = "REGISTERED_AT_ASC"
    REGISTERED_AT_DESC = "REGISTERED_AT_DESC"


ORDERS: Mapping[OrderName, Order] = MappingProxyType(
    {
        OrderName.ID_ASC: Order("User.id", None, descending=False),
        OrderName.ID_DESC: Order("User.id", None, descending=True),
        OrderName.REGISTERED_AT_ASC: Order("User.registeredAt", "u.registered_at", descending=False),
        OrderName.REGISTERED_AT_DESC: Order("User.registeredAt", "u.registered_at", descending=True),
    }
)


def order_of(asked: str | None) -> Order:
    """The order that an argument names; by id where it names none."""
    return ORDERS[OrderName(asked or OrderName.ID_ASC)]


@dataclass(slots=True)
class Conditions:
    """SQL that narrows a statement, and the values it names."""

    sql: list[str]
    values: dict[str, Any]
    dialect: Dialect
    today: date
    vault: Vault

    def place(self, value: object) -> str:
        """A name for a value, to stand in SQL."""
        name = f"f{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def among(self, column: str, named: Iterable[Any]) -> str:
        """SQL that is true where the column is one of those named; of one, the order of an index can be used too."""
        choices = list(dict.fromkeys(named))
        if len(choices) == 1:
            return f"{column} = {self.place(choices[0])}"
        if self.dialect is Dialect.POSTGRES:
            kind = "timestamptz" if column == "u.registered_at" else "text"
            return f"{column} = ANY({self.place(choices)}::{kind}[])"
        plain = [
            each.astimezone(UTC).isoformat(" ") if isinstance(each, datetime) else each for each in choices
        ]
        listed = self.place(orjson.dumps(plain).decode())
        return f"{column} IN (SELECT value FROM json_each({listed}))"


def filter_paths(given: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that a filter looks at."""
    return tuple(PATHS[key] for key in given if key in PATHS)


def by_marks(given: Mapping[str, Any]) -> bool:
    """Whether a filter looks at a sealed field."""
    return not _MARKS.keys().isdisjoint(given)


def conditions(given: Mapping[str, Any], dialect: Dialect, today: date, vault: Vault) -> Conditions:
    """The filter as SQL; every part is required.

    Raises:
        Refusal: `BAD_INPUT` for a part that says nothing, since dropping it would widen the answer, and for
            a band of ages that is none.
    """
    made = Conditions([], {}, dialect, today, vault)
    for key, operand in given.items():
        if operand is None:
            raise _refused("FILTER_NULL", f"filter.{key}")
        if key == "ids":
            made.sql.append(made.among("u.id", operand))
            continue
        if not operand:
            raise _refused("FILTER_EMPTY", f"filter.{key}")
        for sign, value in operand.items():
            if value is None:
                raise _refused("FILTER_NULL", f"filter.{key}.{sign}")
            made.sql.append(_one(key, sign, value, made))
    return made


def _one(key: str, sign: str, value: Any, made: Conditions) -> str:  # noqa: ANN401 - an argument
    derived = _DERIVED.get(key)
    if derived is not None:
        choices = dict.fromkeys(value if sign == "in" else [value])
        if key == "ageBand":
            _check_bands(choices, f"filter.{key}.{sign}")
        return (
            "(" + " OR ".join(derived(str(choice), made) for choice in choices) + ")" if choices else "1 = 0"
        )
    if key in _MARKS:
        return _marked(key, value if sign == "in" else [value], made)
    column = _COLUMNS[key]
    if sign == "in":
        return made.among(column, value)
    return f"{column} {_SIGNS[sign]} {made.place(value)}"


def _marked(key: str, named: Iterable[str], made: Conditions) -> str:
    column, cells = _MARKS[key]
    marks = [mark for each in dict.fromkeys(named) for mark in made.vault.marks(PATHS[key], each)]
    return f"{cells} IS NOT NULL AND {made.among(column, marks)}"


def _check_bands(choices: Iterable[object], argument: str) -> None:
    known = [name for name, _ in BANDS]
    if any(choice not in known for choice in choices):
        raise _refused("BAND_UNKNOWN", argument, ", ".join(known))


def _refused(told: str, argument: str, known: str | None = None) -> Refusal:
    return Refusal(Code.BAD_INPUT, Told(told, argument=argument, known=known), argument=argument)


def _age_band(band: str, made: Conditions) -> str:
    after, until = born_in(band, made.today)
    parts = []
    if after is not None:
        parts.append(f"u.birth_date > {made.place(after)}")
    if until is not None:
        parts.append(f"u.birth_date <= {made.place(until)}")
    return "(" + " AND ".join(parts) + ")"


def eligibility_sql(made: Conditions) -> str:
    """`derived.work_eligibility` as SQL, to filter by; a test holds the two together."""
    today, grace = made.place(made.today), made.place(made.today - PENDING_GRACE)
    return (
        "CASE WHEN u.card_work_restriction IS NULL THEN NULL"
        f" WHEN u.card_stay_expires_on IS NULL THEN CASE WHEN u.card_work_restriction = '{WorkRestriction.NONE}'"
        " THEN 'ELIGIBLE' ELSE 'NEEDS_CHECK' END"
        f" WHEN u.card_stay_expires_on < {today} THEN"
        f" CASE WHEN u.stay_pending AND u.card_stay_expires_on >= {grace}"
        " THEN 'NEEDS_CHECK' ELSE 'NOT_ELIGIBLE' END"
        f" WHEN u.card_work_restriction = '{WorkRestriction.NOT_PERMITTED}' THEN"
        f" CASE WHEN u.card_other_activity = '{PERMITTED_28_HOURS}' THEN 'NEEDS_CHECK' ELSE 'NOT_ELIGIBLE' END"
        f" WHEN u.card_work_restriction = '{WorkRestriction.DESIGNATED}' THEN 'NEEDS_CHECK'"
        " ELSE 'ELIGIBLE' END"
    )


def _work_eligibility(value: str, made: Conditions) -> str:
    return f"{eligibility_sql(made)} = {made.place(value)}"


_DERIVED: Mapping[str, Callable[[str, Conditions], str]] = MappingProxyType(
    {"ageBand": _age_band, "workEligibility": _work_eligibility}
)
