"""The overlaps: rules that say what another says already."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from policies.check.extent import Asked, Extents, named
from policies.check.lookup import Lookup
from policies.check.possible import absent, positive
from policies.mistake import Mistake, mistake
from policies.rule import Need, Rule
from policies.vocabulary import Effect, Fact, implying

BITS: Final = {
    (fact, missing): 1 << 2 * place + missing for place, fact in enumerate(Fact) for missing in (0, 1)
}
"""A bit for each fact that must be true, and one for each that must not."""

Needs = int
"""The needs of a rule and all they imply, as bits: whoever meets more bits meets fewer."""

Meaning = tuple[Effect, tuple[int, ...], Needs]


@lru_cache(maxsize=65536)
def bits(needs: tuple[Need, ...]) -> Needs:
    """The needs with all they imply: a stage those before it, one that is not reached those after it."""
    true = sum(BITS[fact, 0] for fact in positive(needs))
    return true + sum(BITS[fact, 1] for fact in implying(absent(needs)))


class Overlaps:
    """Tells of each rule, in their order, whether another makes it needless."""

    def __init__(self, extents: Extents, rules: tuple[Rule, ...]) -> None:
        self._extents = extents
        self._alike: dict[tuple[Effect, Asked], dict[Needs, Rule]] = {}
        for rule in rules:
            self._alike.setdefault((rule.effect, named(rule)), {}).setdefault(bits(rule.needs), rule)
        first = [next(iter(each.values())) for each in self._alike.values()]
        self._lookups = {effect: Lookup(rule for rule in first if rule.effect is effect) for effect in Effect}
        self._first: dict[Meaning, Rule] = {}
        self._wider: dict[tuple[Effect, Asked], tuple[dict[Needs, Rule], ...]] = {}

    def of(self, rule: Rule, row: int) -> Iterator[Mistake]:
        """What is wrong with one rule; two that say the same are told at the later one."""
        if not all(each.within(name) for each, name in zip(self._extents.every, named(rule), strict=True)):
            return
        meaning = self._meaning(rule)
        first = self._first.setdefault(meaning, rule)
        if first is not rule:
            yield mistake("DUPLICATE", "rules", row, "rule", rule.id, other=first.id)
            return
        others = (other for alike in self._covering(rule) for other in _fewer(alike, bits(rule.needs)))
        other = next((each for each in others if self._meaning(each) != meaning), None)
        if other is not None:
            yield mistake("SHADOWED", "rules", row, "rule", rule.id, other=other.id)

    def _meaning(self, rule: Rule) -> Meaning:
        names = zip(self._extents.every, named(rule), strict=True)
        return rule.effect, tuple(each.number(name) for each, name in names), bits(rule.needs)

    def _covering(self, rule: Rule) -> tuple[dict[Needs, Rule], ...]:
        """The rules of the same effect that are about all that this one is about, those of the same names together."""
        asked = named(rule)
        key = (rule.effect, asked)
        if key not in self._wider:
            wider = [each.holding(name) for each, name in zip(self._extents.every, asked, strict=True)]
            found = self._lookups[rule.effect].find(wider)
            self._wider[key] = tuple(self._alike[each.effect, named(each)] for each in found)
        return self._wider[key]


def _fewer(alike: dict[Needs, Rule], needs: Needs) -> Iterator[Rule]:
    """Those that need no more than this: looked up by each part of the needs, or one by one where they are fewer."""
    if len(alike) <= 1 << needs.bit_count():
        yield from (rule for each, rule in alike.items() if not each & ~needs)
        return
    part = needs
    while True:
        if part in alike:
            yield alike[part]
        if not part:
            return
        part = (part - 1) & needs
