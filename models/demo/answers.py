"""Answers to the registration form: every question of an edition gets one that fits its kind."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from models.demo.dice import Dice
from models.demo.phrases import PHRASES, Phrases
from policies.form import FormQuestion, Kind

Answer = str | int | list[str]

_ANSWERED = 0.93
_MOST_CHOSEN = 3
_MOST_YEARS = 20
_ADULT = 18
_SOON = 180
_SENTENCES = 3
_YOUNGEST: Mapping[str, int] = MappingProxyType(
    {"VOCATIONAL": 20, "COLLEGE": 20, "BACHELOR": 22, "MASTER": 24, "DOCTOR": 27}
)
"""Choices that nobody reaches before an age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who fills in the form: how old, in which language they write, and on which day."""

    age: int
    language: str
    today: date


def _choice(dice: Dice, question: FormQuestion, writer: Writer) -> Answer:
    """The middle of a long list is chosen more often than its ends."""
    within = [choice for choice in question.choices if _YOUNGEST.get(choice, 0) <= writer.age]
    last = len(within) - 1
    return dice.choices(within, [1 + min(place, last - place) for place in range(len(within))])[0]


def _several(dice: Dice, question: FormQuestion, _: Writer) -> Answer:
    chosen = dice.sample(question.choices, dice.randint(1, min(_MOST_CHOSEN, len(question.choices))))
    return [choice for choice in question.choices if choice in chosen]


def _number(dice: Dice, _: FormQuestion, writer: Writer) -> Answer:
    return dice.randint(0, max(0, min(writer.age - _ADULT, _MOST_YEARS)))


def _date(dice: Dice, _: FormQuestion, writer: Writer) -> Answer:
    return (writer.today + timedelta(days=dice.randint(1, _SOON))).isoformat()


def _short(dice: Dice, question: FormQuestion, writer: Writer) -> Answer:
    return dice.choice(_phrases(question, writer))


def _long(dice: Dice, question: FormQuestion, writer: Writer) -> Answer:
    between = " " if writer.language == "en" else ""
    return between.join(dice.sample(_phrases(question, writer), _SENTENCES))


def _phrases(question: FormQuestion, writer: Writer) -> Phrases:
    return PHRASES.get((question.key, writer.language)) or PHRASES["", writer.language]


_BY_KIND: Mapping[Kind, Callable[[Dice, FormQuestion, Writer], Answer]] = MappingProxyType(
    {
        Kind.CHOICE: _choice,
        Kind.MULTI_CHOICE: _several,
        Kind.NUMBER: _number,
        Kind.DATE: _date,
        Kind.SHORT_TEXT: _short,
        Kind.LONG_TEXT: _long,
    }
)


def draw_answers(
    dice: Dice, questions: Iterable[FormQuestion], writer: Writer, *, complete: bool = False
) -> dict[str, Answer]:
    """The answers of one person by key; a complete form has all of them, others lack one here and there."""
    return {
        question.key: _BY_KIND[question.kind](dice, question, writer)
        for question in questions
        if complete or dice.chance(_ANSWERED)
    }
