"""The hidden: characters that nobody sees, or by which a text is shown as another (Unicode Annex 9)."""

import re
from typing import Final

_HIDDEN: Final = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f"  # controls but for the new line
    r"\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # formats, directions
    r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"  # fillers and selectors
    r"\ud800-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe-\U0010ffff]"
)  # halves of pairs, private use and what is no character
TOLD: Final = 3
"""How many of them are named."""


def hidden(text: str) -> str:
    """The first characters of a text that nobody sees, as `U+200B, U+202E`; blank where all can be seen."""
    found = {} if text.isascii() and text.isprintable() else dict.fromkeys(_HIDDEN.findall(text))
    return ", ".join(f"U+{ord(char):04X}" for char in list(found)[:TOLD])


def shown(text: str) -> str:
    """A text without what nobody sees."""
    return _HIDDEN.sub("", text)
