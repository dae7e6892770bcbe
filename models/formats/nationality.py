"""Nationality or region, and country, as ISO 3166-1 names them."""

import gettext
import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import pycountry

from models.formats.fold import plain
from models.formats.wrong import Wrong

_TYPED: Final = 100
_JOINS: Final = re.compile(r"[\s.,'\u2019()・-]")
_ALSO: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AE": "UAE",
        "CN": "中華人民共和国",
        "CZ": "Czech Republic",
        "GB": "UK|Great Britain|イギリス",
        "KR": "Korea|Republic of Korea|大韓民国",
        "MN": "モンゴル",
        "MM": "Burma",
        "PS": "Palestine",
        "RU": "Russia|ロシア",
        "TR": "Turkey|トルコ",
        "US": "America|アメリカ",
        "VN": "越南",
    }
)
"""Names in use, or on cards, that the list of the library lacks."""


def nationality(text: str) -> str:
    """A nationality or region as ISO 3166-1 alpha-2, from alpha-2, alpha-3 or a name in English or Japanese.

    Taiwan (`TW`) and Palestine (`PS`) are regions on the card (ICRRA 2(v)(b) and its Order). A card that says 朝鮮, or
    that its holder is stateless, has no such code: the field is then left out.

    Raises:
        Wrong: `CARD_NATIONALITY`; `TEXT_…`.
    """
    code = _code(text)
    if code is None:
        raise Wrong("CARD_NATIONALITY")
    return code


def country(text: str) -> str:
    """A country as ISO 3166-1 alpha-2, from alpha-2, alpha-3 or a name in English or Japanese.

    Raises:
        Wrong: `COUNTRY`; `TEXT_…`.
    """
    code = _code(text)
    if code is None:
        raise Wrong("COUNTRY")
    return code


@cache
def country_name(code: str, language: str) -> str:
    """What a country is called, or its code where that is none."""
    known = pycountry.countries.get(alpha_2=code)
    if known is None:
        return code
    name = str(known.name)
    return _japanese().gettext(name) if language == "ja" else name


@cache
def _japanese() -> gettext.NullTranslations:
    return gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["ja"])


def _code(text: str) -> str | None:
    return _by_name().get(_key(plain(text, _TYPED)))


def _key(name: str) -> str:
    return _JOINS.sub("", name).casefold()


@cache
def _by_name() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for country in pycountry.countries:
        spelt = list(_names(country))
        also = _ALSO.get(country.alpha_2, "").split("|")
        codes = (country.alpha_2, country.alpha_3)
        names |= {
            _key(name): country.alpha_2 for name in (*codes, *spelt, *map(_japanese().gettext, spelt), *also)
        }
    names.pop("", None)
    return MappingProxyType(names)


def _names(country: Any) -> Iterator[str]:  # noqa: ANN401 - the library makes its attributes from data
    return (
        country._fields[each] for each in ("name", "common_name", "official_name") if each in country._fields
    )
