"""The cursor: a place in a list, sealed to the requester, the purpose, the filter and the order it was given for."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from functools import cached_property
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from api.gateway.refusal import Code, Refusal
from api.gateway.told import Told

LONGEST = 512


class Cursors:
    """Seals and opens cursors (AES-SIV, RFC 5297: the same place in the same list is always the same cursor)."""

    def __init__(self, secret: str) -> None:
        self._cipher = AESSIV(hashlib.sha512(b"mokuteki cursor " + secret.encode()).digest())

    def of(self, *parts: object) -> "ListCursors":
        """The cursors of one list, by all that makes it this list: who asks, why, and in what order."""
        return ListCursors(self, parts)

    def seal(self, place: list[Any], bound: bytes) -> str:
        """The cursor for a place in the list that `bound` describes."""
        sealed = self._cipher.encrypt(orjson.dumps(place), [bound])
        return urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, cursor: str, bound: bytes, *, argument: str) -> list[Any]:
        """The place that a cursor of this very list stands for.

        Raises:
            Refusal: `BAD_INPUT`, the same for a forged cursor and for that of another list.
        """
        try:
            if len(cursor) > LONGEST or not cursor.isascii():
                raise ValueError  # noqa: TRY301 - one answer to every fault
            sealed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            place = orjson.loads(self._cipher.decrypt(sealed, [bound]))
        except (InvalidTag, NotBase64, ValueError) as error:
            raise _of_another(argument) from error
        if not isinstance(place, list):
            raise _of_another(argument)
        return place


def _of_another(argument: str) -> Refusal:
    return Refusal(Code.BAD_INPUT, Told("CURSOR_OF_ANOTHER"), argument=argument)


class ListCursors:
    """The cursors of one list; what they are bound to is worked out when the first is sealed or opened."""

    def __init__(self, cursors: Cursors, parts: tuple[object, ...]) -> None:
        self._cursors = cursors
        self._parts = parts

    @cached_property
    def _bound(self) -> bytes:
        return hashlib.sha256(orjson.dumps(self._parts, option=orjson.OPT_SORT_KEYS, default=str)).digest()

    def of(self, *more: object) -> "ListCursors":
        """Those of a list within this one."""
        return ListCursors(self._cursors, (*self._parts, *more))

    def seal(self, *place: object) -> str:
        """The cursor for a place in the list."""
        return self._cursors.seal([*place], self._bound)

    def open(self, cursor: str, *, argument: str = "after") -> list[Any]:
        """The place that a cursor of this very list stands for.

        Raises:
            Refusal: `BAD_INPUT`.
        """
        return self._cursors.open(cursor, self._bound, argument=argument)
