"""The box: changed decisions told together, all combinations of its roles, purposes, recipients and fields."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from policies.impact.comparison import Found
from policies.impact.outcome import Condition, Direction

Names = tuple[str, ...]


class Box(NamedTuple):
    """Decisions that change alike: exactly those of each role with each action, purpose, recipient and field."""

    condition: Condition
    roles: Names
    actions: Names
    purposes: Names
    recipients: Names
    fields: Names
    decisions: int
    refused: Names
    before: Names
    after: Names


DIMENSIONS: Final = ("recipients", "purposes", "roles", "actions")
"""What is merged, in this order; fields are merged first of all."""

RULES: Final = ("refused", "before", "after")


def boxes(found: Iterable[Found], order: Mapping[str, int]) -> tuple[Box, ...]:
    """All that was found in few boxes, what widens first; fields stand in the given order."""
    every = [
        Box(
            condition=each.condition,
            roles=(each.role,),
            actions=(each.action,),
            purposes=(each.purpose,),
            recipients=(each.recipient,),
            fields=each.fields,
            decisions=each.decisions * len(each.fields),
            refused=each.refused,
            before=each.before,
            after=each.after,
        )
        for each in found
    ]
    for dimension in ("fields", *DIMENSIONS):
        every = [_one(dimension, alike, order) for alike in _alike(dimension, every)]
    return tuple(sorted(every, key=lambda box: box.condition.direction is not Direction.WIDENS))


def _alike(dimension: str, every: Iterable[Box]) -> Iterable[list[Box]]:
    """Those that differ in this dimension alone."""
    found: dict[Box, list[Box]] = defaultdict(list)
    for box in every:
        blank: dict[str, Names] = dict.fromkeys((dimension, *RULES), ())
        found[box._replace(decisions=0, **blank)].append(box)  # type: ignore[arg-type]  # names of the box
    return found.values()


def _one(dimension: str, alike: list[Box], order: Mapping[str, int]) -> Box:
    joined = {name: _union(getattr(box, name) for box in alike) for name in (dimension, *RULES)}
    if dimension == "fields":
        joined[dimension] = tuple(sorted(joined[dimension], key=order.__getitem__))
    decisions = sum(box.decisions for box in alike)
    return alike[0]._replace(decisions=decisions, **joined)  # type: ignore[arg-type]  # names of the box


def _union(lists: Iterable[Names]) -> Names:
    return tuple(dict.fromkeys(name for names in lists for name in names))
