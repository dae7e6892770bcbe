"""The dice: everything that is drawn for the demonstration, from one seed, so that it can be drawn again."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Generic, TypeVar

from models.person_row import ALPHABET, ID_LENGTH

T = TypeVar("T")


class Weighted(Generic[T]):
    """Values with how often each is drawn."""

    def __init__(self, pairs: Sequence[tuple[T, float]]) -> None:
        self.values = [value for value, _ in pairs]
        self.cumulated = list(accumulate(weight for _, weight in pairs))


class Dice(random.Random):
    """A seeded source of made-up values; nothing secret is ever drawn from it."""

    def identifier(self) -> str:
        """An id of 26 letters and digits."""
        bits = self.getrandbits(5 * ID_LENGTH)
        return "".join([ALPHABET[bits >> 5 * place & 31] for place in range(ID_LENGTH)])

    def reference(self) -> int:
        """A reference of the ledger: positive, of at most 63 bits."""
        return self.randrange(1, 1 << 63)

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return self.random() < share

    def draw(self, values: Weighted[T]) -> T:
        """One value, as often as its weight says."""
        return self.choices(values.values, cum_weights=values.cumulated)[0]

    def moment(self, after: datetime, before: datetime) -> datetime:
        """A time between two others, to the second."""
        span = int((before - after).total_seconds())
        return after + timedelta(seconds=self.randrange(1, max(span, 2)))
