"""Folding: one spelling for what means the same, and no character that cannot be seen."""

import re
import unicodedata
from typing import Final, Literal

from models.formats.wrong import Wrong
from policies.hidden import shown

_SLACK: Final = 8
"""How much longer than its column a text may be before it is folded: spaces and parts of letters fall away."""

_PASTED: Final[dict[int, str | None]] = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
"""Soft hyphens and joiners of no width, which come along with pasted text."""

_MARKS: Final[dict[int, str | None]] = {0x309B: "\u3099", 0x309C: "\u309a"}
"""The voicing marks of kana: typed apart, they belong to the letter before."""

_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What changes the direction of the text after it (Unicode Annex 9): a line could then be read as another."""

_AS_WRITTEN: Final = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
"""Forms of kanji that people bear in their names; Unicode would fold them into the usual form."""

_DASHES: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\ufe58\ufe63"), "-")
_BAR: Final = re.compile("(?<=[0-9])ー(?=[0-9])")
_NONCHARACTERS: Final = range(0xFDD0, 0xFDF0)
_LAST_OF_PLANE: Final = 0xFFFE


def plain(text: str, longest: int) -> str:
    """One line, folded: full-width letters and digits to ASCII, half-width kana to full, spaces to one.

    Args:
        text: what was typed.
        longest: the most characters (code points) that its column holds.

    Raises:
        Wrong: `TEXT_BLANK`, `TEXT_TOO_LONG` or, for what cannot be seen, `TEXT_CHARACTERS`.
    """
    if len(text) > _SLACK * longest:
        raise Wrong("TEXT_TOO_LONG", longest=longest)
    typed = text.translate(_PASTED | _MARKS)
    if _unfit(typed, prose=False):
        raise Wrong("TEXT_CHARACTERS")
    return _fitting(" ".join(_normal("NFKC", typed).split()), longest)


def prose(text: str, longest: int) -> str:
    """A person's own words, over any number of lines, as they were written; only line ends become one kind.

    A text of nothing that can be seen is blank.

    Raises:
        Wrong: as `plain` does.
    """
    if len(text) > _SLACK * longest:
        raise Wrong("TEXT_TOO_LONG", longest=longest)
    lines = re.sub("\r\n?|[\u2028\u2029]", "\n", text)
    if _unfit(lines, prose=True):
        raise Wrong("TEXT_CHARACTERS")
    if not shown(lines).strip():
        raise Wrong("TEXT_BLANK")
    return _fitting(_normal("NFC", lines).strip(), longest)


def searchable(text: str) -> str:
    """A text as it is searched: folded like a line, with nothing invisible in between.

    It never fails, and is never kept.
    """
    seen = "".join(char for char in text if unicodedata.category(char) not in {"Cf", "Cs"})
    return dashed(" ".join(_normal("NFKC", seen).split()))


def dashed(text: str) -> str:
    """Every kind of dash as a hyphen, and the long vowel mark too where it stands between digits."""
    return _BAR.sub("-", text.translate(_DASHES))


def _normal(form: Literal["NFC", "NFKC"], text: str) -> str:
    parts = _AS_WRITTEN.split(text)
    return "".join(
        part if place % 2 else unicodedata.normalize(form, part) for place, part in enumerate(parts)
    )


def _fitting(text: str, longest: int) -> str:
    if not text:
        raise Wrong("TEXT_BLANK")
    if len(text) > longest:
        raise Wrong("TEXT_TOO_LONG", longest=longest)
    return text


def _unfit(text: str, *, prose: bool) -> bool:
    return not text.isprintable() and any(_hidden(char, prose=prose) for char in text)


def _hidden(char: str, *, prose: bool) -> bool:
    """A control, half of a pair, a character for private use or for no use, or one that turns the text."""
    match unicodedata.category(char):
        case "Cs" | "Co":
            return True
        case "Cc":
            return not (prose and char in "\n\t")
        case "Cf":
            return not prose or char in _TURNING
        case "Cn":
            return ord(char) in _NONCHARACTERS or ord(char) & _LAST_OF_PLANE == _LAST_OF_PLANE
        case _:
            return False
