"""The comparison: every question that two editions answer differently, found without asking those that they cannot."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from policies.edition import Edition
from policies.impact.outcome import Condition, Direction, Kind, Outcome, outcomes
from policies.impact.side import ByField, Key, Names, Side
from policies.vocabulary import Action, Effect, Role


class Slice(NamedTuple):
    """The questions of one role and action: a piece of the comparison that needs none of the others."""

    role: str
    action: str


class Found(NamedTuple):
    """Fields whose decisions change alike in one context; rules by their ids.

    Attributes:
        decisions: of each field, how many: one for each standing in which it changes.
    """

    role: str
    action: str
    purpose: str
    recipient: str
    fields: tuple[str, ...]
    condition: Condition
    decisions: int
    refused: Names
    before: Names
    after: Names


Part = tuple[Found, ...]
"""What one slice found."""

_Home = tuple[Names, Names]
"""The wider names of a field before and after."""

_Turn = tuple[tuple[str, ...], Outcome, Names, Names, Names]
"""Fields, how their decisions change, and the rules that refuse as before, decided before, and decide after."""


class Comparison:
    """Two editions side by side; what it works out once for one slice, it keeps for the others."""

    def __init__(self, old: Edition, new: Edition) -> None:
        self.old, self.new = Side(old), Side(new)
        self.purposes = tuple(dict.fromkeys((*self.old.purposes, *self.new.purposes)))
        self.groups = tuple(dict.fromkeys((*self.old.groups, *self.new.groups)))
        homes = _homes(self.old, self.new)
        self._all = tuple(homes.items())
        self._moved = tuple((home, paths) for home, paths in self._all if home[0] != home[1])
        self._unlike = self.old.unlike(self.new)
        self._both = frozenset(self.old.matters) & frozenset(self.new.matters)
        self._keys: dict[tuple[str, str, str], tuple[tuple[Key, ...], tuple[Key, ...]]] = {}
        self._turns: dict[tuple[tuple[Key, ...], tuple[Key, ...], str], tuple[_Turn, ...]] = {}
        self._outcomes: dict[tuple[tuple[Kind, ...], tuple[Kind, ...]], tuple[Outcome, ...]] = {}

    @property
    def slices(self) -> tuple[Slice, ...]:
        """Every piece."""
        return tuple(Slice(role, action) for role, action in product(map(str, Role), map(str, Action)))

    def of(self, piece: Slice) -> Part:
        """What changes in one piece."""
        return tuple(
            Found(
                piece.role, piece.action, purpose, group, fields, outcome.condition, outcome.standings, *rules
            )
            for purpose, group in product(self.purposes, self.groups)
            for fields, outcome, *rules in self._context(piece, purpose, group)
        )

    def _context(self, piece: Slice, purpose: str, group: str) -> tuple[_Turn, ...]:
        old, new = self._known(piece.role, purpose, group)
        alike = old == new and self._unlike.isdisjoint(old)
        if alike and not self._moved:
            return ()
        key = (old, new, piece.action)
        if key not in self._turns:
            homes = self._moved if alike else self._all
            rules = self.old.about(old, piece.action), self.new.about(new, piece.action)
            self._turns[key] = tuple(self._turned(homes, *rules)) if any(rules) else ()
        return self._turns[key]

    def _known(self, role: str, purpose: str, group: str) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
        asked = (role, purpose, group)
        if asked not in self._keys:
            self._keys[asked] = self.old.keys(*asked), self.new.keys(*asked)
        return self._keys[asked]

    def _turned(self, homes: Iterable[tuple[_Home, Names]], old: ByField, new: ByField) -> Iterator[_Turn]:
        """The fields whose decisions change in one context, those together that the same rules are about."""
        for (before, after), paths in _alike(homes, old, new).items():
            was = sorted(place for name in before for place in old[name])
            now = sorted(place for name in after for place in new[name])
            for outcome in self._decided(self._kinds(self.old, was), self._kinds(self.new, now)):
                widens = outcome.condition.direction is Direction.WIDENS
                allowing = (self.new, now) if widens else (self.old, was)
                rules = _ids(self.old, was, outcome.before), _ids(self.new, now, outcome.after)
                yield tuple(paths), outcome, _ids(*allowing, outcome.refused), *rules

    def _kinds(self, side: Side, places: Iterable[int]) -> tuple[Kind, ...]:
        rules = ((side.edition.rules[place], side.matters[place] in self._both) for place in places)
        return tuple(Kind(rule.effect is Effect.ALLOW, rule.needs, steady) for rule, steady in rules)

    def _decided(self, old: tuple[Kind, ...], new: tuple[Kind, ...]) -> tuple[Outcome, ...]:
        if (old, new) not in self._outcomes:
            self._outcomes[old, new] = outcomes(old, new)
        return self._outcomes[old, new]


def _homes(old: Side, new: Side) -> dict[_Home, Names]:
    """The fields by the wider names that each edition has for them: none where it does not know them."""
    homes: dict[_Home, list[str]] = defaultdict(list)
    for path in sorted({*old.above, *new.above}):
        homes[old.above.get(path, ()), new.above.get(path, ())].append(path)
    return {home: tuple(paths) for home, paths in homes.items()}


def _alike(homes: Iterable[tuple[_Home, Names]], old: ByField, new: ByField) -> Mapping[_Home, Sequence[str]]:
    """Fields by those of their names, their own among them, that rules name before and after."""
    alike: dict[_Home, list[str]] = defaultdict(list)
    named = old.keys() | new.keys()
    for (above, over), paths in homes:
        before = tuple(name for name in above if name in old)
        after = tuple(name for name in over if name in new)
        own = named.intersection(paths)
        if before or after:
            alike[before, after] += (path for path in paths if path not in own)
        for path in sorted(own):
            was = (path, *before) if above and path in old else before
            now = (path, *after) if over and path in new else after
            alike[was, now].append(path)
    return {names: paths for names, paths in alike.items() if paths}


def _ids(side: Side, places: Sequence[int], which: Iterable[int]) -> Names:
    return tuple(side.edition.rules[places[each]].id for each in which)
