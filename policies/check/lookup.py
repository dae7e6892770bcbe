"""The look-up: the rules that hold certain names, found without reading all of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from policies.check.extent import named
from policies.judging.question import Decision
from policies.rule import Rule, unmet
from policies.vocabulary import Effect, Standing


class Lookup:
    """Rules by all of their names."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._tree: dict[str, Any] = {}
        for place, rule in enumerate(self.rules):
            level = self._tree
            *path, last = named(rule)
            for name in path:
                level = level.setdefault(name, {})
            level.setdefault(last, []).append(place)

    def find(self, wider: Sequence[Iterable[str]]) -> tuple[Rule, ...]:
        """The rules that hold one of these names in each column, in their order."""
        levels: list[Any] = [self._tree]
        for names in wider:
            levels = [level[name] for level in levels for name in names if name in level]
        return tuple(self.rules[place] for place in sorted(place for places in levels for place in places))


def decide(rules: Iterable[Rule], standing: Standing) -> Decision:
    """What these rules, which all match, answer: no if one denies, else yes if one allows; by the first that does.

    This is what the model says, told in Python; `Judge` asks Casbin, and tests hold the two to the same answers.
    """
    met = [rule for rule in rules if not unmet(rule.needs, standing)]
    deny = next((rule for rule in met if rule.effect is Effect.DENY), None)
    allow = next((rule for rule in met if rule.effect is Effect.ALLOW), None)
    if deny or not allow:
        return Decision(allowed=False, rule=deny.id if deny else None)
    return Decision(allowed=True, rule=allow.id)
