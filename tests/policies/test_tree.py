"""The tree: what climbs it looks at each name once, and a table that would grow too large a one does not load."""

from collections import Counter
from collections.abc import Iterator, Mapping

import pytest

from policies.check.trees import MOST, SHOWN
from policies.mistake import Mistake
from policies.table import Sheets
from policies.tree import climb, depths
from tests.policies.test_loader import mistakes_of


class Counted(Mapping[str, tuple[str, ...]]):
    """Names with the wider ones right above them, and how often each was looked at."""

    def __init__(self, parents: Mapping[str, tuple[str, ...]]) -> None:
        self._parents = parents
        self.looks: Counter[str] = Counter()

    def __getitem__(self, name: str) -> tuple[str, ...]:
        self.looks[name] += 1
        return self._parents[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parents)

    def __len__(self) -> int:
        return len(self._parents)


def ladder(steps: int, width: int) -> dict[str, tuple[str, ...]]:
    """Names in steps, each under all of the step above it."""
    return {
        f"n{step}-{place}": tuple(f"n{step - 1}-{above}" for above in range(width)) if step else ()
        for step in range(steps)
        for place in range(width)
    }


def chained(table: str, count: int) -> list[Mistake]:
    """What is wrong where so many names hang on one another, the first on the root or on the wider role."""

    def hang(sheets: Sheets) -> None:
        kind = ["wider"] if table == "roles" else []
        above = {"roles": "others", "categories": "person"}[table]
        for place in range(count):
            sheets[table].append([f"n{place}", f"n{place - 1}" if place else above, *kind, "名", "name"])

    return list(mistakes_of(hang))


@pytest.mark.parametrize("parents", [ladder(300, 1), ladder(9, 20)], ids=["a chain", "a net"])
def test_who_climbs_looks_at_each_name_once(parents: dict[str, tuple[str, ...]]) -> None:
    last = list(parents)[-1]
    counted = Counted(parents)
    found = climb(counted, last)
    assert (found[0], found[-1].split("-")[0], len(set(found))) == (last, "n0", len(found))
    assert max(counted.looks[name] for name in found) == 1


def test_how_deep_each_name_lies_is_found_though_many_ways_lead_up() -> None:
    found = depths(ladder(9, 20))
    assert {name.split("-")[0]: depth for name, depth in found.items()} == {f"n{n}": n + 1 for n in range(9)}


def test_the_longest_way_counts_and_what_hangs_on_a_circle_has_none() -> None:
    parents = {
        "a": (),
        "b": ("a",),
        "c": ("b", "a"),
        "round": ("about",),
        "about": ("round",),
        "on": ("round",),
    }
    assert depths(parents) == {"a": 1, "b": 2, "c": 3}


@pytest.mark.parametrize("table", ["roles", "categories"])
def test_a_tree_of_too_many_names_is_refused_and_nothing_is_said_of_each(table: str) -> None:
    told = chained(table, MOST)
    (large,) = (each for each in told if each.code == "TREE_LARGE")
    assert (large.table, large.row, large.severity) == (table, 0, "REFUSED")
    assert f"more than {MOST}" in large.what
    assert {each.code for each in told} <= {"TREE_LARGE"}


def test_a_tree_of_many_names_is_refused_for_being_deep_alone() -> None:
    assert {each.code for each in chained("roles", 900)} == {"TOO_DEEP"}


def test_of_a_long_circle_some_names_are_told() -> None:
    def turn(sheets: Sheets) -> None:
        for place in range(500):
            sheets["categories"].append([f"n{place}", f"n{(place + 1) % 500}", "名", "name"])
        sheets["categories"].append(["hanging", "n0", "名", "name"])

    told = {each.key: dict(each.told)["way"] for each in mistakes_of(turn) if each.code == "CIRCLE"}
    assert list(told) == ["n0"]
    assert told["n0"] == "n0 → n1 → n2 → n3 → n4 → n5 → n6 → n7 → … → n0"
    assert len(told["n0"].split(" → ")) == SHOWN
