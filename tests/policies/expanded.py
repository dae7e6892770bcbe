"""Another way to say what an edition allows: its rules spelled out, downwards, as single questions.

It reads tables of text and shares no code with what it is compared to.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from typing import Final

Tables = dict[str, list[list[str]]]
Asked = tuple[str, str, str, str, str]
"""Role, action, purpose, field, group."""

ACTIONS: Final = ("read", "collect", "correct", "erase", "invoke", "transmit")
STAGES: Final = ("applied", "interview", "offer-accepted", "hired")


def below(name: str, children: dict[str, list[str]]) -> set[str]:
    return {name}.union(*(below(child, children) for child in children[name]))


def children(rows: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for child, parents in rows:
        for parent in filter(None, parents.split("+")):
            found[parent].append(child)
    return found


class Expanded:
    """The rules of some tables, each under every question that it is about."""

    def __init__(self, tables: Tables) -> None:
        leaves = [row[0] for row in tables["purposes"] if row[4] != "yes"]
        fields = [(row[0], row[1]) for row in (*tables["fields"], *tables["guards"])]
        names = {
            "role": [row[0] for row in tables["roles"] if row[2] == "role"],
            "action": list(ACTIONS),
            "purpose": [*leaves, "none"],
            "field": [path for path, _ in fields],
            "group": [row[0] for row in tables["groups"]],
        }
        trees = {
            "role": children([(row[0], row[1]) for row in tables["roles"]]),
            "action": children([]),
            "purpose": children([(row[0], row[1]) for row in tables["purposes"]]),
            "field": children([*fields, *((row[0], row[1]) for row in tables["categories"])]),
            "group": children([(row[0], row[1]) for row in tables["groups"]]),
        }
        self.rules: dict[Asked, list[tuple[str, list[str]]]] = defaultdict(list)
        for _, effect, *named, text in (row[:8] for row in tables["rules"]):
            needs = [] if text == "-" else text.split("+")
            spelled = [
                names[each] if name == "any" else sorted(below(name, trees[each]) & set(names[each]))
                for each, name in zip(names, named, strict=True)
            ]
            for role, action, purpose, field, group in product(*spelled):
                self.rules[role, action, purpose, field, group].append((effect, needs))

    def facts(self, asked: Asked) -> set[str]:
        return {need.removeprefix("!") for _, needs in self.rules.get(asked, ()) for need in needs}

    def allows(self, asked: Asked, true: frozenset[str]) -> bool:
        effects = {
            effect
            for effect, needs in self.rules.get(asked, ())
            if all((need in true) if need[0] != "!" else (need[1:] not in true) for need in needs)
        }
        return effects == {"allow"}


def standings(facts: set[str]) -> Iterator[frozenset[str]]:
    """Every set of facts in which a stage has those before it that are named."""
    named = sorted(facts)
    for truths in product((False, True), repeat=len(named)):
        true = frozenset(fact for fact, so in zip(named, truths, strict=True) if so)
        reached = [stage in true for stage in STAGES if stage in facts]
        if reached == sorted(reached, reverse=True):
            yield true


def unlike(old: Tables, new: Tables) -> dict[tuple[Asked, frozenset[str]], str]:
    """Every question and standing that the two answer differently, and whether that widens or narrows."""
    was, now = Expanded(old), Expanded(new)
    found = {}
    for asked in {**was.rules, **now.rules}:
        for true in standings(was.facts(asked) | now.facts(asked)):
            before, after = was.allows(asked, true), now.allows(asked, true)
            if before is not after:
                found[asked, true] = "widens" if after else "narrows"
    return found
