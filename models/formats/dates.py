"""Dates: as ISO 8601 writes them, or by Japanese years."""

import datetime as dt
import re
from typing import Final

from models.derived import years_before
from models.formats.era import NAMES, calendar_day, era_day
from models.formats.fold import dashed, plain
from models.formats.spelling import arabic
from models.formats.wrong import Wrong

YOUNGEST: Final = 15
"""Nobody younger may be employed (Labor Standards Act 56(1): until 31 March after the 15th birthday)."""

OLDEST: Final = 120
"""Somebody older is a slip of the pen: few have ever lived so long."""

_TYPED: Final = 40
_REST: Final = r"(?P<a>年|[-./])(?P<month>[0-9]{1,2})(?P<b>月|[-./])(?P<day>[0-9]{1,2})(?P<c>日?)"
_WESTERN: Final = re.compile(f"(?:西暦)?(?P<year>[0-9]{{4}}){_REST}")
_BY_ERA: Final = re.compile(f"(?P<era>{'|'.join(NAMES)})(?P<year>元|[0-9]{{1,2}}){_REST}")
_JOINED: Final = frozenset({("年", "月", "日"), ("-", "-", ""), (".", ".", ""), ("/", "/", "")})


def date(text: str) -> dt.date:
    """A date: `2019-05-01`, `2019/5/1`, `2019年5月1日`, `令和元年5月1日`, `R1.5.1`; numerals may be kanji.

    Always year, month, day, so that no day is taken for a month.

    Raises:
        Wrong: `DATE_SHAPE`, `DATE_IMPOSSIBLE`, `ERA_NOT_BEGUN`, `ERA_ENDED`, `ERA_LUNAR`; `TEXT_…`.
    """
    typed = arabic(dashed(plain(text, _TYPED))).replace(" ", "").upper()
    found = _WESTERN.fullmatch(typed) or _BY_ERA.fullmatch(typed)
    if found is None or (found["a"], found["b"], found["c"]) not in _JOINED:
        raise Wrong("DATE_SHAPE")
    month, day = int(found["month"]), int(found["day"])
    if era := found.groupdict().get("era"):
        return era_day(era, 1 if found["year"] == "元" else int(found["year"]), month, day)
    return calendar_day(int(found["year"]), month, day)


def birth_date(text: str, today: dt.date) -> dt.date:
    """A date of birth of somebody who is between 15 and 120 years old today.

    Raises:
        Wrong: `BIRTH_FUTURE`, `BIRTH_TOO_YOUNG`, `BIRTH_TOO_OLD`; as `date` does.
    """
    born = date(text)
    if born > today:
        raise Wrong("BIRTH_FUTURE")
    if born > years_before(today, YOUNGEST):
        raise Wrong("BIRTH_TOO_YOUNG", youngest=YOUNGEST)
    if born <= years_before(today, OLDEST + 1):
        raise Wrong("BIRTH_TOO_OLD", oldest=OLDEST)
    return born
