"""The vague: texts of purposes that say too little to be announced.

A purpose is specified as far as possible (APPI Art 17(1)), so that a person can tell what their data is used for in
the end. The guideline on it (general rules, 3-1-1) rejects 「事業活動に用いるため」 and
「マーケティング活動に用いるため」; the labour ministry, of ESA Art 5-5, rejects "to provide recruitment
information" and accepts "to send e-mail about job offers". So a text is vague if nothing is left of it but words
like those.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from policies.check.gaps import Places
from policies.mistake import Mistake, mistake
from policies.purpose import Purpose

_FILE: Final = Path(__file__).with_name("vague.csv")
_ASIDE: Final = re.compile(r"\([^()]*\)")
_KANJI: Final = re.compile(r"[一-龯々〆ヵヶァ-ヴーA-Za-z0-9]")
_WORD: Final = re.compile(r"[a-z0-9]+")
SHORTEST: Final = {"ja": 8, "en": 15}
"""A text of fewer characters tells no purpose."""

LEAST: Final = {"ja": 2, "en": 2}
"""How many characters in Japanese that are no kana, or words in English, must be left of a text."""


@cache
def _words(lang: str) -> tuple[str, ...]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        found = {row["word"] for row in csv.DictReader(file) if row["lang"] == lang}
    return tuple(sorted(found, key=len, reverse=True))


def said(text: str) -> str:
    """What a text says, compared: without an aside in brackets, in one width and case."""
    return _ASIDE.sub("", unicodedata.normalize("NFKC", text)).strip().casefold().strip("。. ")


def vague(text: str, lang: str) -> bool:
    """Whether nothing is left of a text but words that would fit any business."""
    plain = said(text)
    if lang == "ja":
        for word in _words(lang):
            plain = plain.replace(word.casefold(), " ")
        return len(_KANJI.findall(plain)) < LEAST[lang]
    return len(set(_WORD.findall(plain)) - set(_words(lang))) < LEAST[lang]


def unannounceable(purposes: Mapping[str, Purpose], places: Places) -> Iterator[Mistake]:
    """The texts of leaf purposes that cannot be announced, in either language; those of parents are headings."""
    leaves = [each for each in purposes.values() if not each.abstract]
    for lang in ("ja", "en"):
        first: dict[str, str] = {}
        for purpose in leaves:
            text = getattr(purpose, lang)
            plain = said(text)
            wrong = _wrong(purpose, plain, lang, purposes) or _same(plain, first)
            first.setdefault(plain, purpose.id)
            if text.strip() and wrong:
                code, told = wrong
                row = places["purposes"].get(purpose.id, 0)
                yield mistake(code, "purposes", row, lang, purpose.id, text=text, **told)


def _wrong(
    purpose: Purpose, plain: str, lang: str, purposes: Mapping[str, Purpose]
) -> tuple[str, dict[str, str]] | None:
    parent = purposes.get(purpose.parent)
    if parent is not None and said(getattr(parent, lang)) == plain:
        return "TEXT_AS_PARENT", {"parent": parent.id}
    if len(plain) < SHORTEST[lang]:
        return "TEXT_SHORT", {}
    return ("TEXT_VAGUE", {}) if vague(plain, lang) else None


def _same(plain: str, first: Mapping[str, str]) -> tuple[str, dict[str, str]] | None:
    return ("TEXT_AS_ANOTHER", {"other": first[plain]}) if plain in first else None
