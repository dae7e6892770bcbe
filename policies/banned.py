"""The banned: names of things that may not be asked of anybody, and the law that says so."""

import csv
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

LONGEST: Final = 100
"""A client's name of more characters is none of ours, and is not read: that takes time with its square."""

_HERE: Final = Path(__file__).parent
_HUMP: Final = re.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD: Final = re.compile(r"[^\W_]+")
_BLANK: Final = re.compile(r"\s+")
_NOTHING: Final = "(?!)"
_GAP: Final = "\n"
"""What a harmless word leaves behind, so that no other arises from what stood around it."""


class Word(NamedTuple):
    """A Japanese word that is banned wherever it stands, unless what stands there is `harmless`."""

    word: str
    code: str
    harmless: re.Pattern[str]


class Ban(NamedTuple):
    """Why something may not be asked: one sentence with the law, in each language."""

    en: str
    ja: str


def banned(name: str, *, longest: int | None = LONGEST) -> str | None:
    """The code under which a name is banned, in any style: `card_image`, `placeOfBirth`, `本籍`; or None.

    A name is banned if the words of a banned name stand in it (`residenceCardImage`), or if it is one without
    its joins (`mynumber`). Japanese has no borders of words: there it is enough that a banned one stands anywhere
    (`本籍はどこですか`), but for what merely holds its characters (`日本籍`).
    """
    if longest is not None and len(name) > longest:
        return None
    words = _words(name)
    joined = "".join(words)
    spoken = _JOINED.get(joined) or next((_SPOKEN[run] for run in _runs(words) if run in _SPOKEN), None)
    return spoken or _written(name)


def _written(name: str) -> str | None:
    """The code of a Japanese word that stands anywhere in this text."""
    text = _BLANK.sub("", unicodedata.normalize("NFKC", name)).casefold()
    return next((word.code for word in _WRITTEN if word.word in word.harmless.sub(_GAP, text)), None)


def _words(name: str) -> tuple[str, ...]:
    parts = _WORD.findall(_HUMP.sub(" ", unicodedata.normalize("NFKC", name)))
    return tuple(part.casefold() for part in parts)


def _runs(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Every run of neighbouring words."""
    return [
        words[start : start + length]
        for start in range(len(words))
        for length in range(1, _MOST_WORDS + 1)
        if start + length <= len(words)
    ]


def _read(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


BANS: Final[Mapping[str, Ban]] = MappingProxyType(
    {row["code"]: Ban(row["en"], row["ja"]) for row in _read("bans.csv")}
)
"""The reasons by code."""

_NAMES: Final = _read("banned.csv")
_SPOKEN: Final = MappingProxyType({_words(row["name"]): row["code"] for row in _NAMES})
_JOINED: Final = MappingProxyType({"".join(words): code for words, code in _SPOKEN.items()})
_WRITTEN: Final = tuple(
    Word(row["name"], row["code"], re.compile(row["except"] or _NOTHING))
    for row in _NAMES
    if not row["name"].isascii()
)
_MOST_WORDS: Final = max(map(len, _SPOKEN))
