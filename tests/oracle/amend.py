"""Amended editions: the shipped rules with a few dropped, turned, moved or added, that the loader accepts."""

from random import Random

from models.catalogue import CATEGORIES
from policies.edition import Edition, PolicyError
from policies.vocabulary import Action, Effect, Fact, Role

FACTS = [str(fact) for fact in Fact]
ID, EFFECT, ROLE, ACTION, PURPOSE, FIELD, RECIPIENT, NEEDS = range(8)


def amended(edition: Edition, seed: int) -> Edition:
    """Another edition; the same seed amends alike."""
    dice = Random(seed)  # noqa: S311 - nothing secret is drawn
    while True:
        sheets = edition.sheets()
        fields = dict(CATEGORIES)
        amend = _Amendment(dice, edition)
        for _ in range(dice.randint(3, 12)):
            amend.rules(sheets["rules"])
        if dice.random() < 0.5:
            moved = dice.choice([path for path in fields if path != "User.id"])
            fields[moved] = dice.choice(list(edition.categories.within("person")))
        try:
            return Edition.of(sheets, edition.model, fields)
        except PolicyError:
            continue


class _Amendment:
    def __init__(self, dice: Random, edition: Edition) -> None:
        self._dice = dice
        self._words = {
            EFFECT: [str(effect) for effect in Effect],
            ROLE: ["any", *edition.roles, *map(str, Role)],
            ACTION: ["any", *([str(Action.READ)] * 5)],
            PURPOSE: ["any", *edition.purposes],
            FIELD: ["any", *edition.categories.within("person"), *edition.declared],
            RECIPIENT: ["any", *edition.groups],
        }

    def rules(self, rules: list[list[str]]) -> None:
        """Change one thing."""
        readable = [rule for rule in rules if rule[ACTION] in {"any", "read"}]
        rule = self._dice.choice(readable)
        match self._dice.choice(("drop", "flip", "needs", "needs", "move", "move", "add", "add", "deny")):
            case "drop":
                rules.remove(rule)
            case "flip":
                rule[EFFECT] = "deny" if rule[EFFECT] == "allow" else "allow"
                rule[NEEDS] = rule[NEEDS].replace("!", "")
            case "needs":
                rule[NEEDS] = self._needs(rule)
            case "move":
                self._move(rule)
            case "add":
                rules.append(self._copy(rule, len(rules)))
            case "deny":
                denied = self._copy(rule, len(rules))
                denied[EFFECT] = "deny"
                denied[NEEDS] = self._needs(denied)
                rules.insert(self._dice.randint(0, len(rules)), denied)

    def _copy(self, rule: list[str], number: int) -> list[str]:
        copied = [f"amended-{number}-{self._dice.randrange(10**6)}", *rule[1:]]
        self._move(copied)
        return copied

    def _move(self, rule: list[str]) -> None:
        place = self._dice.choice((ROLE, PURPOSE, FIELD, FIELD, FIELD, RECIPIENT))
        rule[place] = self._dice.choice(self._words[place])

    def _needs(self, rule: list[str]) -> str:
        kept = [] if rule[NEEDS] == "-" else rule[NEEDS].split("+")
        if kept and self._dice.random() < 0.4:
            kept.remove(self._dice.choice(kept))
        named = {word.removeprefix("!") for word in kept}
        fact = self._dice.choice(FACTS)
        if fact not in named:
            absent = rule[EFFECT] == "deny" and self._dice.random() < 0.4
            kept.append(f"!{fact}" if absent else fact)
        return "+".join(kept) or "-"
