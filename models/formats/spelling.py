"""The spelling of places: one key for what is the same place written another way. Keys are never kept."""

import re
import unicodedata
from typing import Final

import jaconv

_DIGITS: Final = {numeral: value for value, numeral in enumerate("〇一二三四五六七八九")}
_TEN: Final = "十"
_NUMERALS: Final = re.compile("[〇一二三四五六七八九十]+")
_SMALL_KE: Final = str.maketrans({"ヶ": "ケ", "が": "ケ", "ガ": "ケ", "の": "ノ", "之": "ノ", "乃": "ノ"})  # noqa: RUF001 - kana
"""霞が関 and 霞ヶ関, 虎ノ門 and 虎の門."""

_HAMLET: Final = re.compile("^(?:大字|小字|字)|(?<=.)(?:大字|小字)")
_LETTERS: Final = re.compile("[^a-z]+")
_LONG: Final = (("ou", "o"), ("oo", "o"), ("uu", "u"))
_NASAL: Final = re.compile("m(?=[bmp])")


def key(text: str) -> str:
    """A Japanese place name for comparison: `北１条西` and `北一条 西` are the same."""
    folded = unicodedata.normalize("NFKC", text).replace(" ", "").translate(_SMALL_KE)
    return _HAMLET.sub("", arabic(folded))


def arabic(text: str) -> str:
    """Kanji numerals up to 99 as digits: `二十四軒` as `24軒`, `一号` as `1号`."""
    return _NUMERALS.sub(_arabic, text)


def _arabic(found: re.Match[str]) -> str:
    numerals = found[0]
    if _TEN not in numerals:
        return "".join(str(_DIGITS[each]) for each in numerals)
    tens, _, ones = numerals.partition(_TEN)
    if len(tens) > 1 or len(ones) > 1 or _TEN in ones:
        return numerals
    return str(10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0))


def is_latin(text: str) -> bool:
    """The name stands in Roman letters, perhaps with accents."""
    return all(char.isascii() or unicodedata.combining(char) for char in unicodedata.normalize("NFKD", text))


def latin(text: str) -> str:
    """A place name in Roman letters for comparison: `Chūō-ku`, `Chuo-ku` and `Chuouku` are the same."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if char.isascii())
    letters = _NASAL.sub("n", _LETTERS.sub("", plain))
    for written, spoken in _LONG:
        letters = letters.replace(written, spoken)
    return letters


def latin_of_kana(kana: str) -> str:
    """The same key for a name in katakana: `チュウオウク`."""
    return latin(jaconv.kana2alphabet(jaconv.kata2hira(kana)))
