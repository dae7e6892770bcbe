"""The numbers of purposes, by which what people were told of them is kept: each belongs to one purpose for good."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from policies.edition import Edition
from policies.mistake import Mistake, mistake
from policies.purpose import LAST_NUMBER
from policies.table import FIRST_ROW


class Numbered(NamedTuple):
    """A purpose with the number that an edition gives it."""

    number: int
    id: str


def numbers(edition: Edition) -> dict[Numbered, int]:
    """The purposes of an edition by number and name, each with its row."""
    purposes = enumerate(edition.purposes.values(), FIRST_ROW)
    return {Numbered(each.number, each.id): row for row, each in purposes}


def renumbered(new: Iterable[tuple[Numbered, int]], published: Collection[Numbered]) -> Iterator[Mistake]:
    """Purposes with the number that another ever had, or with another than they had in a published edition."""
    new = tuple(new)
    taken = {each.number for each in (*published, *(one for one, _ in new))}
    free = next((number for number in range(LAST_NUMBER + 1) if number not in taken), None)
    such = {
        "free_en": "" if free is None else f", such as {free}",
        "free_ja": "" if free is None else f"（例：{free}）",
    }
    for one, row in new:
        place = ("purposes", row, "number", one.id)
        others = sorted(each.id for each in published if each.number == one.number and each.id != one.id)
        before = sorted(each.number for each in published if each.id == one.id and each.number != one.number)
        if others:
            yield mistake("NUMBER_REUSED", *place, number=one.number, other=others[0], **such)
        if before:
            yield mistake("NUMBER_CHANGED", *place, name=one.id, was=before[0])
