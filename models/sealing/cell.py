"""The cell: one value of one person under one data key, so that it opens in its own field and row only.

A cell is `key number (3 bytes) | nonce (12) | ciphertext | tag (16)`, with AES-256-GCM (NIST SP 800-38D), a random
nonce, the path of the field as associated data, and before the text the 8 bytes of the person's `ref`.
"""

import hmac
import os
import struct
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import repeat
from operator import itemgetter

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HEAD = 3
"""Bytes of the key's number; as base64 they are four letters of their own, so that SQL finds them in text too."""

LARGEST_NUMBER = 256**HEAD - 1
SECRET = 32
"""Bytes of a key: AES-256 and HMAC-SHA-256 alike."""

MARK = 15
"""Bytes of the keyed hash that a mark keeps: 120 bits, of which two values share none by chance."""

_NONCE = 12
_REF = 8
_TAG = 16
_SHORTEST = HEAD + _NONCE + _REF + _TAG
_pack_ref = struct.Struct(">q").pack
_head: Callable[[bytes], bytes] = itemgetter(slice(0, HEAD))
_nonce: Callable[[bytes], bytes] = itemgetter(slice(HEAD, HEAD + _NONCE))
_body: Callable[[bytes], bytes] = itemgetter(slice(HEAD + _NONCE, None))
_ref: Callable[[bytes], bytes] = itemgetter(slice(0, _REF))
_rest: Callable[[bytes], bytes] = itemgetter(slice(_REF, None))


class Unreadable(Exception):  # noqa: N818 - it names the state
    """A cell does not open: altered, moved from another row or field, or under a key that is gone.

    Attributes:
        path: the field.
        number: the key that the cell names, or None where it is no cell at all.
    """

    def __init__(self, path: str, number: int | None) -> None:
        super().__init__(f"`{path}` holds a value that does not open with key {number}")
        self.path = path
        self.number = number


class UnknownKey(Unreadable):
    """The key that a cell names is not known here: perhaps it was made after the keys were read."""


def number_of(cell: object) -> int | None:
    """The number of the key that a cell names; None for what is no cell."""
    return int.from_bytes(_head(cell)) if isinstance(cell, bytes) else None


class CellKey:
    """A data key that seals and opens cells."""

    __slots__ = ("_encrypt", "decrypt", "head", "number")

    def __init__(self, number: int, secret: bytes) -> None:
        aead = AESGCM(secret)
        self.number = number
        self.head = number.to_bytes(HEAD)
        self.decrypt = aead.decrypt
        self._encrypt = aead.encrypt

    def seal(self, path: str, ref: int, plain: bytes) -> bytes:
        """The cell of a value; sealed twice, it is another each time."""
        nonce = os.urandom(_NONCE)
        return self.head + nonce + self._encrypt(nonce, _pack_ref(ref) + plain, path.encode())

    def open(self, path: str, ref: int, cell: bytes) -> bytes:
        """The value of a cell that names this key.

        Raises:
            Unreadable: it is not the cell of this field and person.
        """
        try:
            plain = self.decrypt(_nonce(cell), _body(cell), path.encode())
        except (InvalidTag, ValueError):
            raise Unreadable(path, self.number) from None
        if _ref(plain) != _pack_ref(ref):
            raise Unreadable(path, self.number)
        return _rest(plain)

    def open_all(self, path: str, refs: Sequence[int], cells: Sequence[bytes]) -> list[bytes] | None:
        """The values of many cells if all of them name this key and open with it, else None.

        Every step runs over all cells at once, for a call in Python for each would double the time; where they
        are of one length, as those of a card are, they are cut at once too.
        """
        try:
            heads, nonces, bodies = _parts(cells)
            if set(heads) != {self.head}:
                return None
            plains = list(map(self.decrypt, nonces, bodies, repeat(path.encode())))
        except (InvalidTag, ValueError, TypeError, struct.error):
            return None
        owners, values = _halves(plains)
        return values if owners == list(refs) else None


def _parts(cells: Sequence[bytes]) -> tuple[Iterable[bytes], Iterable[bytes], Iterable[bytes]]:
    """The heads, nonces and bodies of cells."""
    (size, *others) = set(map(len, cells))
    if others or size < _SHORTEST:
        return map(_head, cells), map(_nonce, cells), map(_body, cells)
    cut = _cutter(f"{HEAD}s{_NONCE}s{size - HEAD - _NONCE}s", len(cells)).unpack(b"".join(cells))
    return cut[0::3], cut[1::3], cut[2::3]


def _halves(plains: Sequence[bytes]) -> tuple[list[int], list[bytes]]:
    """The references and the values of opened cells."""
    (size, *others) = set(map(len, plains))
    if others or size < _REF:
        return [int.from_bytes(_ref(plain)) for plain in plains], list(map(_rest, plains))
    cut = _cutter(f"q{size - _REF}s", len(plains)).unpack(b"".join(plains))
    return list(cut[0::2]), list(cut[1::2])


@lru_cache(maxsize=64)
def _cutter(one: str, count: int) -> struct.Struct:
    """Cuts so many things of this layout that stand one behind the other."""
    return struct.Struct(">" + one * count)


class MarkKey:
    """A data key that marks equal values of one field alike (HMAC, RFC 2104), to look for them unopened."""

    __slots__ = ("_secret", "head", "number")

    def __init__(self, number: int, secret: bytes) -> None:
        self.number = number
        self.head = number.to_bytes(HEAD)
        self._secret = secret

    def mark(self, path: str, value: str) -> str:
        """The mark of a value: the key's number and the shortened hash, as 24 letters of base64.

        The value counts as it is written, letter by letter.
        """
        digest = hmac.digest(self._secret, f"{path}\0{value}".encode(), sha256)
        return b64encode(self.head + digest[:MARK]).decode()
