"""The eras: Japanese years from Meiji on, and the day on which each began."""

from datetime import date, timedelta
from typing import Final, NamedTuple

from models.formats.wrong import Wrong


class Era(NamedTuple):
    """An era (元号): its name, its letter (JIS X 0301), its English name and its first day."""

    ja: str
    letter: str
    en: str
    begins: date


ERAS: Final = (
    Era("明治", "M", "Meiji", date(1868, 1, 25)),  # edict of 1868-10-23, back to the first day of the year
    Era("大正", "T", "Taisho", date(1912, 7, 30)),  # edict of the day
    Era("昭和", "S", "Showa", date(1926, 12, 25)),  # edict of the day
    Era("平成", "H", "Heisei", date(1989, 1, 8)),  # 昭和64年政令第1号
    Era("令和", "R", "Reiwa", date(2019, 5, 1)),  # 平成31年政令第143号
)
"""The eras in order; each ends the day before the next begins."""

SOLAR: Final = date(1873, 1, 1)
"""The first day by today's calendar (明治5年太政官布告第337号); months and days before it are lunar."""

_BY_NAME: Final = {name: place for place, era in enumerate(ERAS) for name in (era.ja, era.letter)}
NAMES: Final = tuple(_BY_NAME)
"""By what an era may be called: 令和, R."""


EARLIEST: Final = 1800
LATEST: Final = 2200
"""No card and nobody's life reaches beyond; databases take the last days there are for infinity."""


def era_day(name: str, year: int, month: int, day: int) -> date:
    """The day of an era as a date: 令和, 1, 5, 1 gives 2019-05-01.

    Raises:
        Wrong: `DATE_IMPOSSIBLE`, `ERA_NOT_BEGUN`, `ERA_ENDED`, or `ERA_LUNAR` before 1873.
        KeyError: the name is not one of `NAMES`.
    """
    place = _BY_NAME[name]
    era = ERAS[place]
    found = calendar_day(era.begins.year + year - 1, month, day)
    if year < 1 or found < era.begins:
        raise Wrong("ERA_NOT_BEGUN", era=era.en, gengo=era.ja, first=era.begins.isoformat())
    if place + 1 < len(ERAS) and found >= (following := ERAS[place + 1]).begins:
        last, after = (following.begins - timedelta(days=1)).isoformat(), following.begins.isoformat()
        raise Wrong("ERA_ENDED", era=era.en, gengo=era.ja, last=last, next=after)
    if found < SOLAR:
        raise Wrong("ERA_LUNAR")
    return found


def calendar_day(year: int, month: int, day: int) -> date:
    """The date of these numbers.

    Raises:
        Wrong: `DATE_IMPOSSIBLE`.
    """
    try:
        found = date(year, month, day)
    except ValueError:
        found = None
    if found is None or not EARLIEST <= year <= LATEST:
        raise Wrong("DATE_IMPOSSIBLE")
    return found
