"""The overlaps: rules that say what another says already."""

from collections.abc import Iterator

from policies.check.extent import Asked, Extents, named
from policies.check.lookup import Lookup
from policies.check.possible import absent, implied, positive
from policies.mistake import Mistake, mistake
from policies.rule import Rule
from policies.vocabulary import Effect, Standing, implying

Meaning = tuple[Effect, tuple[int, ...], Standing, Standing]


class Overlaps:
    """Tells of each rule, in their order, whether another makes it needless."""

    def __init__(self, extents: Extents, rules: tuple[Rule, ...]) -> None:
        self._extents = extents
        self._lookups = {effect: Lookup(rule for rule in rules if rule.effect is effect) for effect in Effect}
        self._first: dict[Meaning, Rule] = {}
        self._covers: dict[tuple[Effect, Asked], tuple[Rule, ...]] = {}

    def of(self, rule: Rule, row: int) -> Iterator[Mistake]:
        """What is wrong with one rule; two that say the same are told at the later one."""
        meaning = self._meaning(rule)
        if not all(self._extents.every[column].within(name) for column, name in enumerate(named(rule))):
            return
        first = self._first.setdefault(meaning, rule)
        if first is not rule:
            yield mistake("DUPLICATE", "rules", row, "rule", rule.id, other=first.id)
            return
        for other in self._covering(rule):
            if other is not rule and implied(other.needs, rule.needs) and self._meaning(other) != meaning:
                yield mistake("SHADOWED", "rules", row, "rule", rule.id, other=other.id)
                return

    def _meaning(self, rule: Rule) -> Meaning:
        numbers = tuple(
            each.number(name) for each, name in zip(self._extents.every, named(rule), strict=True)
        )
        return rule.effect, numbers, positive(rule.needs), implying(absent(rule.needs))

    def _covering(self, rule: Rule) -> tuple[Rule, ...]:
        """The rules of the same effect that are about all that this one is about."""
        asked = named(rule)
        key = (rule.effect, asked)
        if key not in self._covers:
            wider = [each.holding(name) for each, name in zip(self._extents.every, asked, strict=True)]
            self._covers[key] = self._lookups[rule.effect].find(wider)
        return self._covers[key]
