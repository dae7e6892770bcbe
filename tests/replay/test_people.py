"""Counting people without a list of them: exact for some thousands, near for many, and the same in any order."""

import random

from policies.replay.people import KEPT, People


def refs(count: int, seed: int) -> list[int]:
    dice = random.Random(seed)  # noqa: S311 - nobody's
    return [dice.getrandbits(62) for _ in range(count)]


def test_a_few_thousand_are_counted_exactly() -> None:
    people = People()
    some = refs(KEPT, 1)
    people.add(some)
    people.add(some[:100])
    assert (people.count(), people.exact) == (KEPT, True)


def test_many_are_estimated_within_some_percent() -> None:
    people = People()
    some = refs(300_000, 2)
    for start in range(0, len(some), 1000):
        people.add(some[start : start + 1000])
        people.add(some[:500])
    assert not people.exact
    assert abs(people.count() - 300_000) < 0.06 * 300_000
    assert len(people.kept()[0]) <= 2 * KEPT


def test_references_that_differ_in_few_bits_are_counted_alike() -> None:
    people = People()
    people.add(number << 44 for number in range(100_000))
    assert abs(people.count() - 100_000) < 0.06 * 100_000


def test_counts_of_parts_make_the_count_of_the_whole() -> None:
    some = refs(60_000, 3)
    whole, merged = People(), People()
    whole.add(some)
    for start in range(0, len(some), 7_000):
        part = People()
        part.add(some[max(0, start - 500) : start + 7_000])
        merged.merge(part)
    assert abs(merged.count() - whole.count()) < 0.06 * whole.count()
    few, more = People(), People()
    few.add(some[:100])
    more.add(some[50:150])
    few.merge(more)
    assert (few.count(), few.exact) == (150, True)
