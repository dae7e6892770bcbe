"""The registration form: the questions whose answers are fields of their own."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

ANSWERS = "User.answers."
LARGEST = 99_999_999
"""The greatest number that is taken where a question names none."""


class Kind(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"
    MULTI_CHOICE = "multi-choice"
    NUMBER = "number"
    DATE = "date"
    SHORT_TEXT = "short-text"
    LONG_TEXT = "long-text"

    @property
    def free(self) -> bool:
        """The answer is the person's own words, and may hold what nobody asked for."""
        return self in {Kind.SHORT_TEXT, Kind.LONG_TEXT}

    @property
    def listed(self) -> bool:
        """The answer comes from a closed list."""
        return self in {Kind.CHOICE, Kind.MULTI_CHOICE}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormQuestion:
    """One question of the form; the labels of the choices stand in the same order as the choices.

    A question for a number may name the least and the greatest as its choices, without labels.

    Attributes:
        required: whoever registers while it is asked must answer it.
        asked_from, asked_until: the first and the last day, in Japan, on which it is asked; None for no bound.
            Answers given then stay, and can be corrected.
    """

    key: str
    kind: Kind
    category: str
    choices: tuple[str, ...]
    choices_ja: tuple[str, ...]
    choices_en: tuple[str, ...]
    label_ja: str
    label_en: str
    help_ja: str
    help_en: str
    required: bool = False
    asked_from: date | None = None
    asked_until: date | None = None

    def asked_on(self, day: date) -> bool:
        """Whether the form asks it on this day."""
        return (self.asked_from or day) <= day <= (self.asked_until or day)

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the greatest number of a question for one."""
        if self.kind is not Kind.NUMBER or not self.choices:
            return 0, LARGEST
        least, greatest = self.choices
        return int(least), int(greatest)

    @property
    def field(self) -> str:
        """The path of its answer."""
        return ANSWERS + self.key

    def row(self) -> tuple[str, ...]:
        """The question as its file holds it."""
        lists = tuple("|".join(each) for each in (self.choices, self.choices_ja, self.choices_en))
        return (
            self.key,
            str(self.kind),
            self.category,
            *lists,
            self.label_ja,
            self.label_en,
            self.help_ja,
            self.help_en,
            "yes" if self.required else "",
            *(day.isoformat() if day else "" for day in (self.asked_from, self.asked_until)),
        )
