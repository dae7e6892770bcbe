"""The space of standings: sets of standings over a few facts, each set one integer with a bit for every standing."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Final

from policies.rule import Need
from policies.vocabulary import STAGES, Fact

Cube = tuple[Need, ...]
"""Facts that are true and facts that are not; it stands for every standing in which that is so."""

_Product = tuple[tuple[int, bool], ...]
_ORDER: Final = {fact: place for place, fact in enumerate(Fact)}


class Space:
    """Every set of some facts; a set of standings is an integer, so that `&`, `|` and `~` are those of sets.

    Attributes:
        facts: in the order of the vocabulary; the n-th is bit n of a standing's number.
        every: all sets of facts, those that no user can have among them.
        possible: the standings there can be: a stage of an application implies those before it.
    """

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.facts = tuple(sorted(facts, key=_ORDER.__getitem__))
        self._size = 1 << len(self.facts)
        self.every = (1 << self._size) - 1
        self._true = {fact: self._pattern(bit) for bit, fact in enumerate(self.facts)}
        self.possible = self.every
        for earlier, later in pairwise(stage for stage in STAGES if stage in self._true):
            self.possible &= self._true[earlier] | ~self._true[later]

    def _pattern(self, bit: int) -> int:
        """The standings whose number has this bit."""
        half = 1 << bit
        pattern, width = ((1 << half) - 1) << half, 2 * half
        while width < self._size:
            pattern |= pattern << width
            width *= 2
        return pattern

    def true(self, fact: Fact) -> int:
        """The standings that hold this fact."""
        return self._true[fact]

    def meeting(self, needs: Iterable[Need]) -> int:
        """The standings that meet these needs."""
        met = self.every
        for need in needs:
            met &= ~self._true[need.fact] if need.absent else self._true[need.fact]
        return met

    def cubes(self, least: int, most: int) -> tuple[Cube, ...]:
        """Few short cubes that together hold all of `least` and nothing outside `most`.

        No cube can be left out, and none does with a fact fewer (Minato, Fast generation of prime-irredundant
        covers, 1993).
        """
        for bit in range(len(self.facts)):
            least, most = self._without(bit, least, most)
        products = _cover(least, most, len(self.facts), {})[0]
        kept = self._irredundant([self._shortest(each, most) for each in products], least)
        return tuple(tuple(Need(self.facts[bit], absent) for bit, absent in each) for each in kept)

    def _without(self, bit: int, least: int, most: int) -> tuple[int, int]:
        """The same two sets without looking at one fact, where a set between them does not turn on it."""
        half, true = 1 << bit, self._true[self.facts[bit]]
        some = (least & ~true) | ((least & true) >> half)
        both = (most & ~true) & ((most & true) >> half)
        if some & ~both:
            return least, most
        return some | (some << half), both | (both << half)

    def _product(self, product: _Product) -> int:
        return self.meeting(Need(self.facts[bit], absent) for bit, absent in product)

    def _shortest(self, product: _Product, most: int) -> _Product:
        for literal in product:
            shorter = tuple(each for each in product if each != literal)
            if not self._product(shorter) & ~most:
                product = shorter
        return tuple(sorted(product))

    def _irredundant(self, products: list[_Product], least: int) -> list[_Product]:
        kept = list(dict.fromkeys(products))
        held = {each: self._product(each) for each in kept}
        for product in reversed(tuple(kept)):
            rest = least
            for other in kept:
                if other is not product:
                    rest &= ~held[other]
            if not rest:
                kept.remove(product)
        return kept


@lru_cache(maxsize=8)
def space(facts: frozenset[Fact]) -> Space:
    """The space of these facts."""
    return Space(facts)


_Covers = dict[tuple[int, int, int], tuple[tuple[_Product, ...], int]]


def _cover(least: int, most: int, bits: int, known: _Covers) -> tuple[tuple[_Product, ...], int]:
    """Products over the first `bits` facts between two sets, and the set of all they hold."""
    size = 1 << bits
    if not least:
        return (), 0
    if most == (1 << size) - 1:
        return ((),), most
    key = (least, most, bits)
    if key not in known:
        known[key] = _split(least, most, bits - 1, known)
    return known[key]


def _split(least: int, most: int, bit: int, known: _Covers) -> tuple[tuple[_Product, ...], int]:
    half = 1 << bit
    low = (1 << half) - 1
    least0, least1, most0, most1 = least & low, least >> half, most & low, most >> half
    if least0 == least1 and most0 == most1:
        found, held = _cover(least0, most0, bit, known)
        return found, held | held << half
    without, held0 = _cover(least0 & ~most1, most0, bit, known)
    having, held1 = _cover(least1 & ~most0, most1, bit, known)
    either, held = _cover((least0 & ~held0) | (least1 & ~held1), most0 & most1, bit, known)
    products = (
        *(((bit, True), *each) for each in without),
        *(((bit, False), *each) for each in having),
        *either,
    )
    return products, (held0 | held) | (held1 | held) << half
