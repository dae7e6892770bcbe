"""Screening: what free text may not hold, and what a human should look at before anybody else does."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from models.formats.fold import searchable
from models.formats.numbers import holds_individual_number, holds_payment_card, holds_residence_card
from models.formats.wrong import Wrong

_WORDS: Final = Path(__file__).with_name("words.csv")
_HARMLESS: Final = Path(__file__).with_name("harmless.csv")
_GAP: Final = "\n"
"""What a harmless phrase leaves behind, so that no word arises from what stood around it."""


def refused(text: str) -> None:
    """Refuse a text with a number that has no place in it.

    Raises:
        Wrong: `INDIVIDUAL_NUMBER` (it may be neither asked for nor kept: My Number Act 15 and 20),
            `PAYMENT_CARD_NUMBER` or `RESIDENCE_CARD_NUMBER` (it has a field of its own).
    """
    seen = searchable(text)
    if holds_payment_card(seen):
        raise Wrong("PAYMENT_CARD_NUMBER")
    if holds_individual_number(seen):
        raise Wrong("INDIVIDUAL_NUMBER")
    if holds_residence_card(seen):
        raise Wrong("RESIDENCE_CARD_NUMBER")


def findings(text: str) -> tuple[str, ...]:
    """What a text may tell that must not be collected, by codes such as `RELIGION`, in the order of the list.

    Special-care information (APPI 2(3)) and what the Employment Security guideline bars (1999 Notice 141,
    5-1(2)), found by Japanese and English words. A finding is no proof and no refusal: it queues the text for a
    human, so a word is rather found too often than missed. Phrases known to be harmless are passed over.
    """
    seen = _HARMLESS_PHRASES.sub(_GAP, searchable(text).casefold())
    return tuple(code for code, words in _FOUND_BY.items() if words.search(seen))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def _any_of(rows: Iterable[Mapping[str, str]], column: str) -> re.Pattern[str]:
    """A pattern for all the words, the longest first; English ones stand alone, perhaps in the plural."""
    words: dict[str, list[str]] = {"ja": [], "en": []}
    for row in rows:
        words[row["language"]].append(re.escape(row[column].casefold()))
    ja, en = ("|".join(sorted(each, key=len, reverse=True)) for each in words.values())
    return re.compile(f"{ja}|(?<![a-z0-9])(?:{en})(?:e?s)?(?![a-z0-9])")


def _by_code() -> Mapping[str, re.Pattern[str]]:
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(_WORDS):
        rows[row["code"]].append(row)
    return MappingProxyType({code: _any_of(words, "word") for code, words in rows.items()})


_FOUND_BY: Final = _by_code()
_HARMLESS_PHRASES: Final = _any_of(_rows(_HARMLESS), "phrase")

FINDINGS: Final = tuple(_FOUND_BY)
"""Every code there is."""
