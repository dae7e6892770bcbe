"""Personal text: whether a text holds what tells who somebody is, also folded, encoded or nested in itself."""

import html
import re
from base64 import b64decode, urlsafe_b64decode
from binascii import Error as NotBase64
from binascii import unhexlify
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import unquote_plus

import phonenumbers
from phonenumbers import NumberParseException

from models.formats.fold import searchable
from models.formats.numbers import holds_individual_number, holds_payment_card, holds_residence_card

DEEPEST: Final = 4
"""How many encodings within each other are opened."""

LONGEST: Final = 1_000
"""Characters of a text beyond which it is taken for personal without a look."""

_MAILBOX: Final = re.compile(
    r"[\w.!#$%&'*+=?^`{|}~-]+\s?(?:@|[(\[]at[)\]])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE
)
_CALLED: Final = re.compile(r"(?<![0-9])(?:\+[1-9]|0|81)[0-9](?:[-. ()/]{0,2}[0-9]){6,12}(?![0-9])")
_NUMBER_OF_A_PERSON: Final = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-hjkmnp-tv-z]{26}(?![0-9A-Za-z])", re.IGNORECASE
)
"""As this installation numbers people: 26 characters of Crockford's base 32."""

_BASE64: Final = (re.compile(r"[A-Za-z0-9+/]{8,}={0,2}"), re.compile(r"[A-Za-z0-9_-]{8,}={0,2}"))
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){6,}")
_ESCAPED: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})")


def looks_personal(text: str) -> bool:
    """Whether a text holds an e-mail address, a telephone number, or a number of a card, a person or My Number.

    It is looked at as it stands and as whatever it may be an encoding of: percent, HTML, backslash, base64, hexadecimal,
    full-width forms and invisible characters, up to `DEEPEST` within each other. What looks so is refused, so a text is
    rather taken for personal too often than too seldom.
    """
    return len(text) > LONGEST or any(map(_tells, set(_readings(text, DEEPEST))))


def _tells(text: str) -> bool:
    return bool(
        _MAILBOX.search(text)
        or _NUMBER_OF_A_PERSON.search(text)
        or holds_payment_card(text)
        or holds_individual_number(text)
        or holds_residence_card(text)
        or any(_rings(found[0]) for found in _CALLED.finditer(text))
    )


def _rings(text: str) -> bool:
    """Whether a number could be somebody's telephone: one that exists, or has the length of one."""
    digits = f"+{text}" if text.startswith("81") else text
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(digits, "JP"))
    except NumberParseException:
        return False


def _readings(text: str, deepest: int) -> Iterator[str]:
    """The text and all that it may stand for."""
    seen = searchable(text)
    yield seen
    if not deepest:
        return
    inner = {unquote_plus(seen), html.unescape(seen), _ESCAPED.sub(_unescaped, seen)} - {seen}
    inner.update(_decoded(seen))
    for each in inner:
        yield from _readings(each, deepest - 1)


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1] or match[2], 16))


def _decoded(text: str) -> Iterator[str]:
    for shape, decode in zip(_BASE64, (b64decode, urlsafe_b64decode), strict=True):
        for found in shape.finditer(text):
            bare = found[0].rstrip("=")
            yield from _printable(decode, bare + "=" * (-len(bare) % 4))
    for found in _HEX.finditer(text):
        yield from _printable(unhexlify, found[0])


def _printable(decode: Callable[[str], bytes], text: str) -> Iterator[str]:
    try:
        told = decode(text).decode()
    except (NotBase64, ValueError):
        return
    if told and told.isprintable():
        yield told
