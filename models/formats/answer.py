"""The answer to a question of the registration form, as its kind asks."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from models.formats.dates import date
from models.formats.fold import plain, prose
from models.formats.screening import refused
from models.formats.wrong import Wrong
from policies.form import FormQuestion, Kind

Answer = str | int | list[str]

SHORT_LONGEST: Final = 200
LONG_LONGEST: Final = 4000

_CHOICE_LONGEST: Final = 80
_BETWEEN: Final = ", "


def answer(question: FormQuestion, value: str | int | list[str]) -> Answer:
    """What is kept of an answer: one of the choices, several in the order of the form, a number, a date, a text.

    A date is kept as ISO 8601 text, since answers are JSON. A long text stays as it was written. Numbers that
    belong to somebody are refused in texts; `screening.findings` says what a human should look at.

    Raises:
        Wrong: `ANSWER_ONE` or `ANSWER_LIST` where the other was given; `ANSWER_CHOICE`, `ANSWER_CHOICE_TWICE`,
            `ANSWER_NUMBER`, `DATE_…`, `ERA_…`; `TEXT_…` and those of `screening.refused`.
    """
    if question.kind is Kind.MULTI_CHOICE:
        if not isinstance(value, list):
            raise Wrong("ANSWER_LIST")
        return _several(question, value)
    if isinstance(value, list):
        raise Wrong("ANSWER_ONE")
    return _BY_KIND[question.kind](question, str(value))


def _choice(question: FormQuestion, text: str) -> str:
    choice = plain(text, _CHOICE_LONGEST)
    if choice not in question.choices:
        raise Wrong("ANSWER_CHOICE", choices=_BETWEEN.join(question.choices))
    return choice


def _several(question: FormQuestion, texts: list[str]) -> list[str]:
    if not texts:
        raise Wrong("ANSWER_CHOICE", choices=_BETWEEN.join(question.choices))
    chosen = [_choice(question, text) for text in texts]
    if len(set(chosen)) < len(chosen):
        raise Wrong("ANSWER_CHOICE_TWICE")
    return [choice for choice in question.choices if choice in chosen]


def _number(question: FormQuestion, text: str) -> int:
    digits = plain(text, _CHOICE_LONGEST)
    least, most = question.bounds
    if not (digits.isascii() and digits.isdecimal()) or not least <= int(digits) <= most:
        raise Wrong("ANSWER_NUMBER", least=least, most=most)
    return int(digits)


def _date(_: FormQuestion, text: str) -> str:
    return date(text).isoformat()


def _short(_: FormQuestion, text: str) -> str:
    words = plain(text, SHORT_LONGEST)
    refused(words)
    return words


def _long(_: FormQuestion, text: str) -> str:
    words = prose(text, LONG_LONGEST)
    refused(words)
    return words


_BY_KIND: Final[Mapping[Kind, Callable[[FormQuestion, str], str | int]]] = MappingProxyType(
    {
        Kind.CHOICE: _choice,
        Kind.NUMBER: _number,
        Kind.DATE: _date,
        Kind.SHORT_TEXT: _short,
        Kind.LONG_TEXT: _long,
    }
)
