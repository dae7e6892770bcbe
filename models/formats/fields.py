"""The fields of the form: each with the column that keeps it and the format that reads it."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple

from models.formats import card, contact, dates, names
from models.formats.address import PARTS
from models.formats.nationality import nationality
from models.formats.period import period_of_stay
from models.formats.status import status

ADDRESS: Final = "address"
CARD: Final = "residenceCard"
ANSWERS: Final = "answers"


class Field(NamedTuple):
    """A field: its column of `users`, and its format, which may ask what day it is."""

    column: str
    read: Callable[[str, date], object]


def _field(column: str, read: Callable[[str], object]) -> Field:
    return Field(column, lambda text, _: read(text))


FIELDS: Final[Mapping[str, Field]] = MappingProxyType(
    {
        "name.roman": _field("name_roman", names.name_roman),
        "name.kanji": _field("name_kanji", names.name_kanji),
        "name.kana": _field("name_kana", names.name_kana),
        "email": _field("email", contact.email),
        "phone": _field("phone", contact.phone),
        "birthDate": Field("birth_date", dates.birth_date),
        **{f"{ADDRESS}.{name}": _field(part.column, part.read) for name, part in PARTS.items()},
        f"{CARD}.number": _field("card_number", card.card_number),
        f"{CARD}.status": _field("card_status", status),
        f"{CARD}.workRestriction": _field("card_work_restriction", card.work_restriction),
        f"{CARD}.otherActivity": _field("card_other_activity", card.other_activity),
        f"{CARD}.periodOfStay": _field("card_period_of_stay", period_of_stay),
        f"{CARD}.stayExpiresOn": _field("card_stay_expires_on", dates.date),
        f"{CARD}.validUntil": _field("card_valid_until", dates.date),
        f"{CARD}.nationality": _field("card_nationality", nationality),
        f"{CARD}.sex": _field("card_sex", card.sex),
        f"{CARD}.issuedOn": _field("card_issued_on", dates.date),
    }
)
"""The fields by their paths in the interface."""

REQUIRED: Final = ("name.roman", "email", "birthDate")
"""Without these nobody can be registered."""

CARD_NUMBER: Final = f"{CARD}.number"
CARD_ENDS: Final = (f"{CARD}.validUntil", f"{CARD}.stayExpiresOn")
"""Of a card, its number and one of its ends are needed; nothing else that may be printed on it."""


def within(group: str) -> tuple[str, ...]:
    """The names in one object of the form: `roman`, `kanji`, `kana` in `name`; none in a scalar."""
    return tuple(
        name for path in FIELDS for first, _, name in [path.partition(".")] if first == group and name
    )


NAMES: Final = (*dict.fromkeys(path.partition(".")[0] for path in FIELDS), ANSWERS)
"""The names of the form itself."""
