"""The residence card: its number, what it says of work, and dates that must go together."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from models.derived import PERMITTED_28_HOURS, WorkRestriction
from models.formats.fold import dashed, plain
from models.formats.numbers import RESIDENCE_CARD, is_individual_number
from models.formats.period import INDEFINITE
from models.formats.wrong import Mistake, Wrong

FIRST_ISSUED: Final = date(2012, 7, 9)
"""The day from which residence cards exist (平成21年法律第79号)."""

_TYPED: Final = 80
_BETWEEN: Final = re.compile("[ -]")
_MARKS: Final = re.compile(r"[\s:・、,()]")


class OtherActivity(StrEnum):
    """Permission for other activity (資格外活動許可) on the back of the card."""

    NONE = "NONE"
    PERMITTED_28_HOURS = PERMITTED_28_HOURS


def card_number(text: str) -> str:
    """A residence card number: two letters, eight digits, two letters (ICRRA Rules 19-6(5)), `AB12345678CD`.

    Raises:
        Wrong: `INDIVIDUAL_NUMBER` for an Individual Number, which may not be collected (My Number Act 20);
            `CARD_NUMBER`; `TEXT_…`.
    """
    number = _BETWEEN.sub("", dashed(plain(text, _TYPED))).upper()
    if is_individual_number(number):
        raise Wrong("INDIVIDUAL_NUMBER")
    if not RESIDENCE_CARD.fullmatch(number):
        raise Wrong("CARD_NUMBER")
    return number


def _key(text: str) -> str:
    return _MARKS.sub("", text).upper()


def _one_of(code: str, names: Mapping[str, str]) -> Callable[[str], str]:
    """A format that knows a closed list, each value by its own name and by these."""
    known = {_key(name): value for name, value in names.items()} | {value: value for value in names.values()}

    def read(text: str) -> str:
        value = known.get(_key(plain(text, _TYPED)))
        if value is None:
            raise Wrong(code)
        return value

    return read


work_restriction: Final = _one_of(
    "CARD_WORK_RESTRICTION",
    {
        "就労制限なし": WorkRestriction.NONE.value,
        "在留資格に基づく就労活動のみ可": WorkRestriction.BY_STATUS.value,
        "指定書により指定された就労活動のみ可": WorkRestriction.DESIGNATED.value,
        "指定書記載機関での在留資格に基づく就労活動のみ可": WorkRestriction.DESIGNATED.value,
        "就労不可": WorkRestriction.NOT_PERMITTED.value,
    },
)
"""What the front of the card says of work, by its code or in the words printed there."""

other_activity: Final = _one_of(
    "CARD_OTHER_ACTIVITY",
    {
        "なし": OtherActivity.NONE.value,
        "許可:原則週28時間以内": OtherActivity.PERMITTED_28_HOURS.value,
        "許可:原則週28時間以内・風俗営業等の従事を除く": OtherActivity.PERMITTED_28_HOURS.value,
    },
)
"""What the back of the card says of other activity, by its code or in the words printed there."""

sex: Final = _one_of("CARD_SEX", {"女": "F", "女性": "F", "Female": "F", "男": "M", "男性": "M", "Male": "M"})
"""Sex as printed on the card: `女`, `F`."""


def card_mistakes(columns: Mapping[str, Any], today: date) -> list[Mistake]:
    """What of a card does not go together, by the columns of `users`; those missing or None are passed over.

    An end in the past is no mistake: an expired card may still be a lawful stay.
    """
    issued = columns.get("card_issued_on")
    stay = columns.get("card_stay_expires_on")
    valid = columns.get("card_valid_until")
    told: list[tuple[str, str, bool]] = [
        ("issuedOn", "CARD_ISSUED_FUTURE", bool(issued and issued > today)),
        ("issuedOn", "CARD_ISSUED_EARLY", bool(issued and issued < FIRST_ISSUED)),
        ("stayExpiresOn", "CARD_STAY_ENDED", bool(issued and stay and stay < issued)),
        (
            "stayExpiresOn",
            "CARD_STAY_ENDLESS",
            bool(stay and columns.get("card_period_of_stay") == INDEFINITE),
        ),
        ("validUntil", "CARD_VALID_ENDED", bool(issued and valid and valid < issued)),
    ]
    return [Wrong(code).at(f"residenceCard.{name}") for name, code, wrong in told if wrong]
