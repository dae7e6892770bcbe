"""The address: its parts, and the table of postal codes that completes and checks them."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple

from models.formats import spelling
from models.formats.fold import dashed, plain
from models.formats.postal import Town, postal_code, towns
from models.formats.prefecture import prefecture
from models.formats.screening import refused
from models.formats.wrong import Mistake, Wrong

PART_LONGEST: Final = 100
BUILDING_LONGEST: Final = 200

_IN_COUNTY: Final = re.compile("^.+?郡(?=.+[町村]$)")


def _line(text: str, longest: int) -> str:
    line = dashed(plain(text, longest))
    refused(line)
    return line


class Part(NamedTuple):
    """A part of the address: its column of `users`, and its format."""

    column: str
    read: Callable[[str], str]


PARTS: Final[Mapping[str, Part]] = MappingProxyType(
    {
        "postalCode": Part("postal_code", postal_code),
        "prefecture": Part("prefecture", prefecture),
        "city": Part("city", partial(_line, longest=PART_LONGEST)),
        "town": Part("town", partial(_line, longest=PART_LONGEST)),
        "block": Part("block", partial(_line, longest=PART_LONGEST)),
        "building": Part("building", partial(_line, longest=BUILDING_LONGEST)),
    }
)
"""The parts in the interface, large to small after the postal code."""

Columns = dict[str, str | None]


def complete(  # noqa: PLR0913 - an address has these parts
    postal_code: str | None = None,
    prefecture: str | None = None,
    city: str | None = None,
    town: str | None = None,
    *,
    block: str | None = None,
    building: str | None = None,
) -> Columns:
    """An address by column: a postal code fills prefecture, city and town, or checks those given.

    What a code leaves open (a town, or even the city, where it has several) stays None. A town may be given
    with more around it (`神南一丁目`); city and town may be in Roman letters and become the table's own.
    Without a postal code nothing is checked but the prefecture's name.

    Raises:
        Wrong: the first thing wrong, its `argument` such as `address.prefecture`.
    """
    given = (postal_code, prefecture, city, town, block, building)
    columns, mistakes = read_address(dict(zip(PARTS, given, strict=True)))
    if mistakes:
        raise mistakes[0].wrong
    return columns


def read_address(given: Mapping[str, str | None]) -> tuple[Columns, list[Mistake]]:
    """The columns of an address, and everything that is wrong with it; None in, unless filled, is None out.

    Args:
        given: the parts that were typed, by their names in `PARTS`.
    """
    columns: Columns = {}
    mistakes: list[Mistake] = []
    for name, text in given.items():
        part = PARTS[name]
        try:
            columns[part.column] = None if text is None else part.read(text)
        except Wrong as wrong:
            mistakes.append(wrong.at(_path(name)))
    if code := columns.get("postal_code"):
        found, unlike = _found(code, columns)
        columns |= _filled(found, columns)
        mistakes += unlike
    return columns, mistakes


def _path(name: str) -> str:
    return f"address.{name}"


def _found(code: str, columns: Columns) -> tuple[list[Town], list[Mistake]]:
    """The towns of a code that are like what was given, and what was given that is like none of them."""
    found = list(towns(code))
    if not found:
        return [], [Wrong("POSTAL_CODE_UNKNOWN").at(_path("postalCode"))]
    mistakes = []
    for name, like in _LIKE.items():
        if given := columns.get(name):
            if alike := like(given, found):
                found = alike
            else:
                mistakes.append(Wrong(f"ADDRESS_{name.upper()}").at(_path(name)))
    return found, mistakes


def _in_prefecture(given: str, found: Iterable[Town]) -> list[Town]:
    return [each for each in found if each.prefecture == given]


def _in_city(given: str, found: Iterable[Town]) -> list[Town]:
    return [each for each in found if _is_city(given, each)]


def _in_town(given: str, found: Iterable[Town]) -> list[Town]:
    """The towns named; else those codes for the rest of a city, where any town may be."""
    named = [each for each in found if each.town and (_names(given, each) or _surrounds(given, each))]
    return named or [each for each in found if not each.town]


def _is_city(given: str, town: Town) -> bool:
    """The city itself; a ward without its city, or the other way round; a town without its county."""
    if spelling.is_latin(given):
        return spelling.latin(given) == spelling.latin_of_kana(town.city_kana)
    written, listed = spelling.key(given), spelling.key(town.city)
    return (
        written in {listed, spelling.key(_IN_COUNTY.sub("", town.city))}
        or (written.endswith("市") and listed.startswith(written) and listed.endswith("区"))
        or (written.endswith("区") and listed.endswith(f"市{written}"))
    )


def _names(given: str, town: Town) -> bool:
    """The town itself, or how its name begins."""
    if spelling.is_latin(given):
        return spelling.latin(given) == spelling.latin_of_kana(town.town_kana)
    return spelling.key(town.town).startswith(spelling.key(given))


def _surrounds(given: str, town: Town) -> bool:
    """The town with its block after it, or with its street before it as in Kyoto."""
    if spelling.is_latin(given):
        return spelling.latin(given).startswith(spelling.latin_of_kana(town.town_kana))
    return spelling.key(town.town) in spelling.key(given)


_LIKE: Final[Mapping[str, Callable[[str, Iterable[Town]], list[Town]]]] = MappingProxyType(
    {"prefecture": _in_prefecture, "city": _in_city, "town": _in_town}
)


def _filled(found: Iterable[Town], columns: Columns) -> Columns:
    """What the towns agree on, as the table spells it; a town with more around it stays as it was given."""
    prefectures = {each.prefecture for each in found}
    cities = {each.city for each in found}
    named = {each.town: each for each in found}
    filled: Columns = {}
    for column, values in (("prefecture", prefectures), ("city", cities), ("town", named.keys())):
        (only, *others) = values or [""]
        known = only if not others else ""
        filled[column] = known or columns.get(column)
    given = columns.get("town")
    if given and not any(_names(given, each) for each in named.values()):
        filled["town"] = given
    return filled
