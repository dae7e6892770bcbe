"""The bits: the number that the ledger knows each field by, given once and never to another."""

import struct
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from models.database.store import Store

_NUMBER = """
INSERT INTO catalogue (path, bit) SELECT CAST(:path AS varchar), CAST(:bit AS int)
WHERE NOT EXISTS (SELECT 1 FROM catalogue WHERE path = :path OR bit = :bit) ON CONFLICT DO NOTHING
"""


class Bits:
    """Fields as numbers, and sets of fields as hexadecimal bits."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._number = dict(numbers)
        self._path = {number: path for path, number in self._number.items()}
        self.hex = lru_cache(maxsize=4096)(self._hex)
        self.words = lru_cache(maxsize=4096)(self._words)

    def _hex(self, paths: frozenset[str]) -> str:
        mask = sum(1 << self._number[path] for path in paths)
        return f"{mask:x}" if mask else ""

    def _words(self, paths: frozenset[str]) -> str:
        """The numbers as a text that can be searched for one of them: `" 3 17 "`."""
        numbers = sorted(self._number[path] for path in paths)
        return f" {' '.join(map(str, numbers))} " if numbers else ""

    def word(self, path: str) -> str | None:
        """What to search such a text for, or None for a field that never was."""
        number = self._number.get(path)
        return None if number is None else f" {number} "

    def paths(self, text: str) -> tuple[str, ...]:
        """The fields of hexadecimal bits, in the order of their numbers."""
        mask = int(text, 16) if text else 0
        return tuple(self._path[number] for number in range(mask.bit_length()) if mask >> number & 1)


async def load_bits(store: Store, paths: Iterable[str]) -> Bits:
    """The numbers of all fields; a field that has none yet gets the next.

    Two processes that meet a new field at once agree, since the first to write its number wins.
    """
    known = await _read(store)
    missing = [path for path in paths if path not in known]
    while missing:
        async with store.transaction() as transaction:
            for place, path in enumerate(missing, start=max(known.values(), default=-1) + 1):
                await transaction.execute(_NUMBER, {"path": path, "bit": place})
        known = await _read(store)
        missing = [path for path in missing if path not in known]
    return Bits(known)


async def _read(store: Store) -> dict[str, int]:
    return {row[0]: row[1] for row in await store.fetch("SELECT path, bit FROM catalogue", {})}


def pack(refs: Iterable[int]) -> bytes:
    """References as 8 bytes each, big-endian."""
    numbers = list(refs)
    return struct.pack(f">{len(numbers)}Q", *numbers)


def unpack(packed: bytes) -> Iterator[int]:
    """References out of their bytes."""
    return (number for (number,) in struct.iter_unpack(">Q", packed))
