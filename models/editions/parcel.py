"""The parcel: an edition as one process hands it to another, in pieces that take a millisecond to open."""

import pickle
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from policies.edition import Edition
from policies.expectation import Expectation
from policies.judging.packed import Packed, PackedRules, by_name, pieces
from policies.judging.places import Places, places
from policies.tree import Tree

KEYS: Final = 2000
"""How many entries of the index lie in one piece."""

PARTS: Final = ("model", "purposes", "categories", "roles", "groups", "questions", "guards", "declared", "id")
"""What of an edition is handed over as it is."""


class Part(NamedTuple):
    """One piece of a parcel, by the name of what it is a part of."""

    name: str
    value: Any


def parcel(edition: Edition, name: str) -> Iterator[bytes]:
    """The pieces of a checked edition with this id."""
    for tree in (edition.categories, edition.roles, edition.groups):
        _grow(tree)
    parts = {each: getattr(edition, each) for each in PARTS if each != "id"} | {"id": name}
    yield from (closed_part(each, value) for each, value in parts.items())
    yield from (closed_part("rules", piece) for piece in pieces(rule.row() for rule in edition.rules))
    yield from (closed_part("expectations", piece) for piece in pieces(edition.expectations))
    stand = places(edition.rules)
    index = iter(stand.turns.items())
    while some := dict(islice(index, KEYS)):
        yield closed_part("turns", some)
    yield closed_part("places", stand._replace(turns={}))
    yield closed_part("digest", edition.digest)
    yield closed_part("by_name", by_name(edition.rules))


def _grow(tree: Tree) -> None:
    """Have a tree know the way up from each of its names, which it is handed over with."""
    tree.ancestors("")


def closed_part(name: str, value: object) -> bytes:
    """A piece of this name."""
    return pickle.dumps((name, value), pickle.HIGHEST_PROTOCOL)


def opened_part(piece: bytes) -> Part:
    """A piece opened. Only of what a process of our own wrote: what is read here may run."""
    return Part(*pickle.loads(piece))  # noqa: S301 - see above


class Parcel:
    """The pieces that have come so far."""

    def __init__(self) -> None:
        self._whole: dict[str, Any] = {}
        self._several: defaultdict[str, list[Any]] = defaultdict(list)
        self._turns: dict[str, int] = {}

    def add(self, part: Part) -> None:
        """Put a piece to the others."""
        if part.name in {"rules", "expectations"}:
            self._several[part.name].append(part.value)
        elif part.name == "turns":
            self._turns.update(part.value)
        else:
            self._whole[part.name] = part.value

    def edition(self) -> Edition:
        """The edition, when all pieces have come.

        Raises:
            KeyError: one is missing.
        """
        whole = self._whole
        stand: Places = whole["places"]._replace(turns=self._turns)
        made = Edition(
            rules=PackedRules(self._several["rules"], stand, whole["by_name"]),
            expectations=Packed(self._several["expectations"], Expectation._make),
            **{name: whole[name] for name in PARTS if name != "id"},
        )
        # Told, and the id compared with the text, where all of it was read already.
        made.__dict__.update(id=whole["id"], digest=whole["digest"])
        return made
