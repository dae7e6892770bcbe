"""The excess: what rules let be read beyond the necessity matrix, told question by question."""

from collections.abc import Iterable
from typing import Final

from policies.check.extent import Asked
from policies.check.gaps import Places
from policies.check.possible import smallest
from policies.check.reaching import Beyond
from policies.edition import Edition
from policies.mistake import Mistake, mistake
from policies.rule import JOIN, Rule
from policies.vocabulary import NO_NEEDS, Standing
from policies.words import Words

MOST: Final = 1000
"""How many questions are told; more are beyond what anybody accepts one by one."""


class Excess:
    """Gathers, over all rules, the questions of reading that are answered beyond the matrix."""

    def __init__(self, edition: Edition, places: Places) -> None:
        self._en, self._ja = Words(edition, "en"), Words(edition, "ja")
        self._places = places
        self._found: dict[Asked, tuple[list[str], set[Standing], Standing | None]] = {}
        self._more: Rule | None = None

    @property
    def room(self) -> int:
        """How many questions of one more rule need be known: one too many tells that there are too many."""
        return MOST + 1 if self._more is None else 0

    def add(self, rule: Rule, beyond: Iterable[Beyond]) -> None:
        """What one more rule answers so."""
        for each in beyond if self._more is None else ():
            if each.asked not in self._found and len(self._found) == MOST:
                self._more = rule
                return
            rules, standings, _ = self._found.setdefault(each.asked, ([], set(), each.needed))
            rules.append(rule.id)
            standings.update(each.standings)

    def mistakes(self) -> Iterable[Mistake]:
        """One for each question, at the first rule that opens it; and one that nobody can accept for too many."""
        for asked, (rules, standings, needed) in self._found.items():
            yield self._told(asked, rules, smallest(standings), needed)
        if self._more is not None:
            row = self._places["rules"].get(self._more.id, 0)
            yield mistake("BEYOND_MATRIX_MORE", "rules", row, "rule", self._more.id, most=MOST)

    def _told(
        self, asked: Asked, rules: list[str], standings: list[Standing], needed: Standing | None
    ) -> Mistake:
        told = [_written(facts) for facts in standings]
        names = [f"`{name}`" for name in rules]
        cell = f"{asked.field} {asked.purpose} {asked.role}>{asked.recipient} {'|'.join(told)}"
        return mistake(
            "BEYOND_MATRIX",
            "rules",
            self._places["rules"].get(rules[0], 0),
            "field",
            rules[0],
            about=cell,
            rules_en=f"by {' and '.join(names)}",
            rules_ja=f"規則{'、'.join(names)}",
            role=asked.role,
            group=asked.recipient,
            path=asked.field,
            purpose=asked.purpose,
            role_en=_who(self._en, asked),
            role_ja=_who(self._ja, asked),
            path_en=self._en.labelled(asked.field),
            path_ja=self._ja.labelled(asked.field),
            whom_en=_whom(self._en, asked, ", given to: {},"),
            whom_ja=_whom(self._ja, asked, "提供先を{}として、"),
            facts_en=" or ".join(f"`{each}`" if each != NO_NEEDS else "no fact" for each in told),
            facts_ja="、又は".join(f"`{each}`" if each != NO_NEEDS else "条件なし" for each in told),
            matrix_en="does not allow it" if needed is None else f"needs `{_written(needed)}`",
            matrix_ja="認められていません" if needed is None else f"`{_written(needed)}`が必要です",
        )


def _who(words: Words, asked: Asked) -> str:
    return words.beside(words.whoever(asked.role), asked.role)


def _whom(words: Words, asked: Asked, told: str) -> str:
    """For whom, where that is not told by who asks."""
    if asked.recipient == asked.role:
        return ""
    return told.format(words.beside(words.recipient(asked.recipient), asked.recipient))


def _written(facts: Standing) -> str:
    """Facts as needs name them; of the stages, the furthest implies the rest but each is told."""
    return JOIN.join(sorted(facts)) or NO_NEEDS
