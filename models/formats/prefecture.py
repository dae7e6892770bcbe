"""The prefectures, by code and by name in both languages."""

import gettext
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

import pycountry

from models.formats.fold import plain
from models.formats.spelling import latin
from models.formats.wrong import Wrong

_TYPED: Final = 40
_KINDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"JP-01": ("", ""), "JP-13": ("都", "to"), "JP-26": ("府", "fu"), "JP-27": ("府", "fu")}
)
"""What follows the name, in kanji and in Roman letters; Hokkaido has it within."""

_USUAL: Final = ("県", "ken")


def prefecture(text: str) -> str:
    """A prefecture as ISO 3166-2: `JP-13`, `東京都`, `東京`, `Tokyo` and `Tokyo-to` give `JP-13`.

    Raises:
        Wrong: `PREFECTURE`; `TEXT_…`.
    """
    typed = plain(text, _TYPED)
    names = _names()
    code = names.get(typed.upper()) or names.get(typed) or names.get(latin(typed))
    if code is None:
        raise Wrong("PREFECTURE")
    return code


@cache
def _names() -> Mapping[str, str]:
    """Every name of every prefecture, with its code."""
    japanese = gettext.translation("iso3166-2", pycountry.LOCALES_DIR, languages=["ja"])
    names: dict[str, str] = {}
    for each in pycountry.subdivisions.get(country_code="JP"):  # type: ignore[no-untyped-call]  # partly typed
        kanji, roman = _KINDS.get(each.code, _USUAL)
        ja = japanese.gettext(each.name)
        written = (each.code, ja, ja + kanji)
        spoken = (each.name, each.name + roman, each.name + "prefecture")
        names |= dict.fromkeys((*written, *map(latin, spoken)), each.code)
    return MappingProxyType(names)
