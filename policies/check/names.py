"""The checks that every table shares: names are well formed and unique, texts are there."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from policies.mistake import Mistake
from policies.table import Row
from policies.vocabulary import ANY, NO_NEEDS, NONE_PURPOSE

NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*")
PATH: Final = re.compile(r"[A-Z][A-Za-z]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+")
KEY: Final = re.compile(r"[a-z][A-Za-z0-9]*")
RESERVED: Final = frozenset({ANY, NO_NEEDS, NONE_PURPOSE})
NOTHING: Final = {"en": "nothing", "ja": "空欄"}


def misnamed(rows: Iterable[Row], column: str, shape: re.Pattern[str]) -> list[Mistake]:
    """Names that are malformed, reserved, or given twice."""
    seen: set[str] = set()
    mistakes = []
    for row in rows:
        name = row[column]
        if not shape.fullmatch(name):
            mistakes.append(row.mistake(column, "NAME_MALFORMED", name=name))
        elif name in RESERVED:
            mistakes.append(row.mistake(column, "NAME_RESERVED", name=name))
        elif name in seen:
            mistakes.append(row.mistake(column, "NAME_TWICE", name=name))
        seen.add(name)
    return mistakes


def textless(rows: Iterable[Row], columns: Sequence[str]) -> list[Mistake]:
    """Cells that must hold a text and are blank."""
    return [
        row.mistake(column, "TEXT_MISSING") for row in rows for column in columns if not row[column].strip()
    ]


def unlisted(rows: Iterable[Row], column: str, allowed: Iterable[str]) -> list[Mistake]:
    """Cells that hold none of the allowed words."""
    words = tuple(allowed)
    return [
        row.mistake(
            column,
            "WORD_NOT_ALLOWED",
            word=row[column],
            words_en=" or ".join(_named(words, "en")),
            words_ja="か".join(_named(words, "ja")),
        )
        for row in rows
        if row[column] not in words
    ]


def _named(words: Iterable[str], lang: str) -> list[str]:
    return [f"`{word}`" if word else NOTHING[lang] for word in words]
