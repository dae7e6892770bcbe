"""The row: one access as the ledger holds it, plain enough to go to another process, and what it tells."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from struct import iter_unpack
from typing import NamedTuple

from policies.known import Known, known_of

KEPT = 50_000
"""How many different groups are remembered as read; then all are forgotten."""

REF_BYTES = 8
NO_GROUPS = "[]"
FIRST, NEXT = '[{"n":', '},{"n":'


class AccessRow(NamedTuple):
    """One access: `arguments` as hexadecimal bits, `groups` as JSON, `refs` packed; `day` is that in Japan, ISO 8601."""

    id: int
    day: str
    client: str
    role: str
    purpose: str | None
    recipient: str | None
    edition: str
    outcome: str
    code: str | None
    arguments: str
    groups: str
    refs: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What people were given and on what ground; those of one reader who were given the same share one object."""

    known: Known
    released: tuple[str, ...]
    withheld: tuple[str, ...]
    written: tuple[str, ...]

    @property
    def told(self) -> bool:
        """Whether anything of them was; nothing was of those who were named in vain."""
        return bool(self.released or self.withheld or self.written)


class Part(NamedTuple):
    """Some people of an access who were given the same."""

    size: int
    given: Given


class Reader:
    """Reads the parts of rows; `paths` are the fields by their bits."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = tuple(paths)
        self._given: dict[str, Given] = {}

    def parts(self, row: AccessRow) -> list[Part]:
        """The groups of a row.

        The ledger writes how many first, `{"n":2,…}`, and no object inside a group: what follows is read once for all
        groups of the same. What is written in another way is read whole.
        """
        if row.groups == NO_GROUPS:
            return []
        if not row.groups.startswith(FIRST):
            return [
                Part(form.pop("n"), self._read(json.dumps(form)[1:-1])) for form in json.loads(row.groups)
            ]
        found = []
        for group in row.groups[len(FIRST) : -2].split(NEXT):
            size, _, rest = group.partition(",")
            found.append(Part(int(size), self._given.get(rest) or self._read(rest)))
        return found

    def _read(self, text: str) -> Given:
        found = self._given.get(text)
        if found is None:
            if len(self._given) >= KEPT:
                self._given.clear()
            form = json.loads(f"{{{text}}}")
            found = self._given[text] = Given(
                known_of(form),
                self.fields(form["released"]),
                self.fields(form["withheld"]),
                self.fields(form.get("written", "")),
            )
        return found

    def fields(self, bits: str) -> tuple[str, ...]:
        """The fields of hexadecimal bits; a number that no field has is left out."""
        mask = int(bits, 16) if bits else 0
        return tuple(
            path
            for number, path in enumerate(self._paths[: mask.bit_length()])
            if mask >> number & 1 and path
        )


def people(row: AccessRow, start: int, size: int | None = None) -> Iterator[int]:
    """The references of so many people from this place on, or of all behind it."""
    end = None if size is None else (start + size) * REF_BYTES
    return (ref for (ref,) in iter_unpack(">Q", row.refs[start * REF_BYTES : end]))


def by_bit(numbers: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """The fields in the order of their bits, blank where a number has none; from a path and a number each."""
    found = {number: path for path, number in numbers}
    return tuple(found.get(number, "") for number in range(max(found, default=-1) + 1))
