"""The necessity matrix: which field a purpose needs, for whom and on what facts; a yardstick beside the edition."""

import csv
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

from policies.form import ANSWERS
from policies.rule import JOIN
from policies.vocabulary import NO_NEEDS, Fact, Role, Standing, standing

_FILE: Final = Path(__file__).with_name("matrix.csv")
_RAW: Final = "R"
_ONLY: Final = "R@"
_TEXT: Final = f"{ANSWERS}(text)"
_CHOICE: Final = f"{ANSWERS}(choice)"


@dataclass(frozen=True)
class Matrix:
    """The rows of `matrix.csv`.

    A row `(needs)` holds what every field needs for a purpose, a row `(who)` the pairs `role>group` it serves. A
    cell of a field is blank for no, `R` for yes, `R:interview` for yes with that fact too, `R@person` for that
    group alone. The role `user` needs `self` in place of all of it.
    """

    purposes: tuple[str, ...]
    needed: tuple[Standing, ...]
    pairs: tuple[frozenset[tuple[str, str]], ...]
    lines: dict[str, tuple[str, ...]]

    @cached_property
    def groups(self) -> frozenset[str]:
        """The groups of recipients that it names."""
        return frozenset(group for each in self.pairs for _, group in each)

    def line(self, path: str, *, text: bool = False) -> str:
        """The row of a field; of an answer the one for all answers, in free text or not. Blank where there is none."""
        if path in self.lines:
            return path
        answers = _TEXT if text else _CHOICE
        return answers if path.startswith(ANSWERS) and answers in self.lines else ""

    def needs(self, line: str, purpose: str, role: str, groups: tuple[str, ...]) -> Standing | None:
        """The facts that reading needs; None where the purpose does not need the field, or not for this recipient.

        `groups` are the recipient's group and the wider ones.
        """
        if line not in self.lines or purpose not in self.purposes:
            return None
        place = self.purposes.index(purpose)
        cell = self.lines[line][place]
        mark, _, special = cell.replace(_ONLY, f"{_ONLY}:").partition(":")
        serves = any((role, group) in self.pairs[place] for group in groups)
        if not serves or not mark or (mark == _ONLY and special not in groups):
            return None
        if role == Role.USER:
            return standing(Fact.SELF)
        if special == Fact.SELF:
            return None
        return self.needed[place] | (standing(Fact(special)) if special and mark == _RAW else frozenset())


@cache
def shipped_matrix() -> Matrix:
    """The matrix kept beside the rules."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        header, needs, who, *lines = csv.reader(file)
    return Matrix(
        purposes=tuple(header[3:]),
        needed=tuple(
            standing(*(Fact(word) for word in cell.split(JOIN) if word != NO_NEEDS)) for cell in needs[3:]
        ),
        pairs=tuple(frozenset(map(_pair, cell.split("|"))) for cell in who[3:]),
        lines={line[0]: tuple(line[3:]) for line in lines},
    )


def _pair(text: str) -> tuple[str, str]:
    role, _, group = text.partition(">")
    return role, group
