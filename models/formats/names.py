"""A person's name: in Roman letters, in kanji and in katakana."""

import re
from typing import Final

import jaconv

from models.formats.fold import dashed, plain
from models.formats.wrong import Wrong

NAME_LONGEST: Final = 200

_APOSTROPHES: Final = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u2032", "'"))
_WORD: Final = "[-'.]*[A-Za-z][-'.A-Za-z]*"
_ROMAN: Final = re.compile(f"{_WORD}(?: {_WORD})*")

_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_VARIANTS: Final = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_KANJI: Final = re.compile(f"[{_HAN}{_VARIANTS}々〆〇〻ぁ-ゖゝゞァ-ヺヽヾー・ ]+")
_HAS_KANJI: Final = re.compile(f"[{_HAN}]")

_KANA: Final = re.compile("[ァ-ヺヽヾー・ ]+")
_HAS_KANA: Final = re.compile("[ァ-ヺ]")


def name_roman(text: str) -> str:
    """The name in Roman letters as on the residence card (ICRRA Rules 19-6(1)), capital or small.

    Letters without accents, and spaces, hyphens, apostrophes and full stops between them.

    Raises:
        Wrong: `NAME_ROMAN`; `TEXT_…`.
    """
    name = dashed(plain(text, NAME_LONGEST)).translate(_APOSTROPHES)
    if not _ROMAN.fullmatch(name):
        raise Wrong("NAME_ROMAN")
    return name


def name_kanji(text: str) -> str:
    """The name in kanji, if there is one; a part of it may stand in kana. Rare forms of kanji are kept.

    Raises:
        Wrong: `NAME_KANJI`; `TEXT_…`.
    """
    name = plain(text, NAME_LONGEST)
    if not _KANJI.fullmatch(name) or not _HAS_KANJI.search(name):
        raise Wrong("NAME_KANJI")
    return name


def name_kana(text: str) -> str:
    """The name in full-width katakana; half-width katakana and hiragana are turned into it.

    Raises:
        Wrong: `NAME_KANA`; `TEXT_…`.
    """
    name = jaconv.hira2kata(plain(text, NAME_LONGEST))
    if not _KANA.fullmatch(name) or not _HAS_KANA.search(name):
        raise Wrong("NAME_KANA")
    return name
