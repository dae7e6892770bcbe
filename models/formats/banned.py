"""The banned: names of things that the policy has no place for, and the law that says so."""

import csv
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from models.formats.wrong import Wrong

_FILE: Final = Path(__file__).with_name("banned.csv")
_HUMP: Final = re.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD: Final = re.compile(r"[^\W_]+")


def refuse_banned(name: str) -> None:
    """Refuse a name of a field for what may not be collected, in any style: `card_image`, `placeOfBirth`, `本籍`.

    A name is banned if the words of a banned name stand in it (`residenceCardImage`), or if it is one without
    its joins (`mynumber`).

    Raises:
        Wrong: `BANNED_…`, with the reason and the law.
    """
    code = banned(name)
    if code is not None:
        raise Wrong(code)


def banned(name: str) -> str | None:
    """The code under which a name is banned, or None."""
    words = _words(name)
    joined = "".join(words)
    return _JOINED.get(joined) or next((_SPOKEN[run] for run in _runs(words) if run in _SPOKEN), None)


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


def _read() -> Mapping[tuple[str, ...], str]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return MappingProxyType({_words(row["name"]): row["code"] for row in csv.DictReader(file)})


_SPOKEN: Final = _read()
_JOINED: Final = MappingProxyType({"".join(words): code for words, code in _SPOKEN.items()})
_MOST_WORDS: Final = max(map(len, _SPOKEN))
