"""The period of stay, as ISO 8601 writes durations."""

import re
from typing import Final

from models.formats.fold import plain
from models.formats.wrong import Wrong

INDEFINITE: Final = "INDEFINITE"

_TYPED: Final = 40
_MONTHS_A_YEAR: Final = 12
_MOST_MONTHS: Final = 60
_MOST_DAYS: Final = 1826
"""Five years (ICRRA 2-2(3))."""

_SHAPES: Final = (
    re.compile("P(?:(?P<y>[0-9]{1,2})Y)?(?:(?P<m>[0-9]{1,2})M)?(?:(?P<d>[0-9]{1,4})D)?"),
    re.compile(
        "(?:(?P<y>[0-9]{1,2})年)?(?:(?P<m>[0-9]{1,2})(?:[かカヵケヶ箇個])?月)?(?:(?P<d>[0-9]{1,4})日)?(?:間)?"
    ),
    re.compile("(?:(?P<y>[0-9]{1,2})YEARS?)?(?:(?P<m>[0-9]{1,2})MONTHS?)?(?:(?P<d>[0-9]{1,4})DAYS?)?"),
)
_WITHOUT_END: Final = frozenset({INDEFINITE, "無期限"})


def period_of_stay(text: str) -> str:
    """A period of stay: `3年`, `3 years` and `P3Y` give `P3Y`; `1年3月` gives `P1Y3M`; `無期限` `INDEFINITE`.

    Raises:
        Wrong: `CARD_PERIOD` for what is no period, or one of more than five years; `TEXT_…`.
    """
    typed = plain(text, _TYPED).replace(" ", "").upper()
    if typed in _WITHOUT_END:
        return INDEFINITE
    found = next(filter(None, (shape.fullmatch(typed) for shape in _SHAPES)), None)
    years, months, days = (int(found[part] or 0) for part in "ymd") if found else (0, 0, 0)
    months += years * _MONTHS_A_YEAR
    if bool(months) == bool(days) or months > _MOST_MONTHS or days > _MOST_DAYS:
        raise Wrong("CARD_PERIOD")
    if days:
        return f"P{days}D"
    years, months = divmod(months, _MONTHS_A_YEAR)
    return f"P{f'{years}Y' if years else ''}{f'{months}M' if months else ''}"
