"""The packed table: rows of an edition as text in pieces, each row read only when it is asked for.

A hundred thousand rules as objects take half a second to be handed from one process to another, and as long again
whenever memory is tidied up; as text they take what a copy takes.
"""

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, Generic, NamedTuple, TypeVar, overload

from policies.judging.places import Places
from policies.rule import Rule

ROWS: Final = 256
"""How many rows a piece holds; the last may hold fewer."""

LATELY: Final = 4096
"""How many rows are remembered at most, as the questions of one requester turn on the same."""

One = TypeVar("One")


class Piece(NamedTuple):
    """Rows of a table one after another, and where each ends."""

    text: bytes
    ends: "array[int]"


def pieces(rows: Iterable[Sequence[str]]) -> Iterator[Piece]:
    """The rows of a table in pieces."""
    left = iter(rows)
    while some := list(islice(left, ROWS)):
        texts = [json.dumps(row, ensure_ascii=False).encode() for row in some]
        ends, end = array("I"), 0
        for text in texts:
            end += len(text)
            ends.append(end)
        yield Piece(b"".join(texts), ends)


class Packed(Sequence[One], Generic[One]):
    """A table of which a row is read whenever it is asked for; equal to any sequence of the same."""

    def __init__(self, packed: Sequence[Piece], read: Callable[[Sequence[str]], One]) -> None:
        self._pieces = tuple(packed)
        self._read = read
        self._lately: dict[int, One] = {}
        self._length = sum(len(piece.ends) for piece in self._pieces)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, place: int) -> One: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[One, ...]: ...
    def __getitem__(self, place: int | slice) -> One | tuple[One, ...]:
        if isinstance(place, slice):
            return tuple(self._at(each) for each in range(*place.indices(self._length)))
        at = place + self._length if place < 0 else place
        if not 0 <= at < self._length:
            raise IndexError(place)
        return self._at(at)

    def _at(self, place: int) -> One:
        found = self._lately.get(place)
        if found is None:
            piece, row = divmod(place, ROWS)
            text, ends = self._pieces[piece]
            found = self._read(json.loads(text[ends[row - 1] if row else 0 : ends[row]]))
            if len(self._lately) >= LATELY:
                self._lately.clear()
            self._lately[place] = found
        return found

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(other) != self._length:
            return NotImplemented if not isinstance(other, Sequence) else False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))


class PackedRules(Packed[Rule]):
    """The rules of an edition, packed, with what finds them.

    Attributes:
        places: where they stand, by what they name.
    """

    def __init__(self, packed: Sequence[Piece], places: Places, by_name: Sequence[int]) -> None:
        """`by_name`: the places in the order of the rules' ids."""
        super().__init__(packed, Rule.of)
        self.places = places
        self._by_name = by_name

    def named(self, name: str) -> Rule | None:
        """The rule with this id."""
        low, high = 0, len(self._by_name)
        while low < high:
            middle = (low + high) // 2
            found = self._at(self._by_name[middle])
            if found.id == name:
                return found
            low, high = (middle + 1, high) if found.id < name else (low, middle)
        return None


def by_name(rules: Sequence[Rule]) -> "array[int]":
    """The places of rules in the order of their ids."""
    return array("I", sorted(range(len(rules)), key=lambda place: rules[place].id))
