"""Names as people of each nationality bear them: in Roman letters, katakana and, for some, kanji."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from models.demo.dice import Dice, Weighted

_FILE = Path(__file__).with_name("names.csv")
_BETWEEN_KANA = "・"


class Name(NamedTuple):
    """A name, or a part of one; `kanji` is blank where there is none."""

    roman: str
    kana: str
    kanji: str = ""


class Key(NamedTuple):
    """Which list of parts: `family`, `middle`, `given` or `nikkei`, for F, M or, blank, both."""

    nationality: str
    part: str
    sex: str


def _read() -> Mapping[Key, Weighted[Name]]:
    lists: dict[Key, list[Name]] = defaultdict(list)
    with _FILE.open(encoding="utf-8", newline="") as file:
        for nationality, part, sex, roman, kana, kanji in list(csv.reader(file))[1:]:
            lists[Key(nationality, part, sex)].append(Name(roman, kana, kanji))
    return MappingProxyType({key: _ranked(key, names) for key, names in lists.items()})


def _ranked(key: Key, names: list[Name]) -> Weighted[Name]:
    """Family names stand with the most frequent first, and thin out; given names are all as frequent."""
    family = key.part == "family"
    return Weighted([(name, 1 / rank if family else 1) for rank, name in enumerate(names, 1)])


_PARTS = _read()


def _part(dice: Dice, nationality: str, part: str, sex: str) -> Name:
    both = _PARTS.get(Key(nationality, part, ""))
    return dice.draw(both or _PARTS[Key(nationality, part, sex)])


def draw_name(dice: Dice, nationality: str, sex: str, parts: tuple[str, ...]) -> Name:
    """A full name made of these parts in this order, none of them twice."""
    drawn: list[Name] = []
    while len(drawn) < len(parts):
        name = _part(dice, nationality, parts[len(drawn)], sex)
        if all(name.roman != other.roman for other in drawn):
            drawn.append(name)
    return Name(
        roman=" ".join(name.roman for name in drawn),
        kana=_BETWEEN_KANA.join(name.kana for name in drawn),
        kanji=_kanji(drawn),
    )


def _kanji(parts: list[Name]) -> str:
    """The name in kanji if it has any; a given name without kanji follows in katakana."""
    if not parts[0].kanji:
        return ""
    if all(name.kanji for name in parts):
        return "".join(name.kanji for name in parts)
    return " ".join(name.kanji or name.kana for name in parts)
