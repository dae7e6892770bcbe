"""The form: everything that one person typed, read at once into the columns of `users`."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from models.formats.address import read_address
from models.formats.answers import read_answers
from models.formats.card import card_mistakes
from models.formats.fields import (
    ADDRESS,
    ANSWERS,
    CARD,
    CARD_ENDS,
    CARD_NUMBER,
    FIELDS,
    NAMES,
    REQUIRED,
    within,
)
from models.formats.given import text_of, unknown
from models.formats.wrong import Mistake, Wrong
from policies.form import FormQuestion

Values = dict[str, Any]
"""Values by column of `users`."""

Typed = dict[str, str | None]
"""Texts by path, None where a field is to be empty."""


class Person(NamedTuple):
    """What was read: values, which are to be kept only if there is no mistake, and every mistake."""

    values: Values
    mistakes: list[Mistake]


def read_person(
    given: Mapping[str, Any],
    questions: Mapping[str, FormQuestion],
    today: date,
    *,
    update: bool = False,
) -> Person:
    """What a person typed as values by column, and every mistake at once with its path.

    A registration needs the name in Roman letters, by which the residence card knows a person, an e-mail address
    to reach them, and the date of birth, since nobody under 15 may be employed. All else that Clause 2 lists may
    be left out, the residence card too. Where a card is given, its number and one of its two ends are needed, by
    which it can be looked up, and nothing else: what the cards issued since 2026-06-14 print is not settled.

    An update needs nothing, and None empties a field, unless it is one of those; `residenceCard: None` takes the
    whole card away, `answers: None` all answers. Dates are compared among those given: to compare them with
    those kept, call `card_mistakes` with the columns as they will stand.

    Args:
        given: `{name: {roman, …}, email, phone, birthDate, address: {…}, residenceCard: {…}, answers: […]}`.
            Dates may be text or `datetime.date`; a name that is not there is not given.
        questions: the questions of the form by key.
        today: the day in Japan.
        update: whether the person is registered already.

    Returns:
        Only the columns that were given or filled in. `answers` holds the answers that were given, by key; in an
        update None for one that is to be empty.
    """
    typed, mistakes = _typed(given)
    values: Values = {}
    for path, text in typed.items():
        if not path.startswith(f"{ADDRESS}."):
            field = FIELDS[path]
            try:
                values[field.column] = None if text is None else field.read(text, today)
            except Wrong as wrong:
                mistakes.append(wrong.at(path))
    parts = {
        path.removeprefix(f"{ADDRESS}."): typed[path] for path in typed if path.startswith(f"{ADDRESS}.")
    }
    columns, unlike = read_address(parts)
    answers, unfit = _answers(given, questions, update=update)
    missing = _missing(typed, update=update)
    unpaired = card_mistakes(values, today)
    return Person(values | columns | answers, [*mistakes, *unlike, *missing, *unpaired, *unfit])


def _typed(given: Mapping[str, Any]) -> tuple[Typed, list[Mistake]]:
    """The scalars of the form as texts by path; what is no field of it, or no text, is a mistake."""
    typed: Typed = {}
    mistakes: list[Mistake] = []
    for parent, name, value in _steps(given):
        path = f"{parent}.{name}" if parent else name
        if path not in FIELDS or name in FIELDS.keys() - NAMES:
            mistakes.append(_misplaced(parent, name))
            continue
        try:
            typed[path] = None if value is None else text_of(value)
        except Wrong as wrong:
            mistakes.append(wrong.at(path))
    return typed, mistakes


def _steps(given: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Every scalar with the name of the object it stands in; None for an object stands for all that is in it."""
    for name, value in given.items():
        names = within(name)
        if names and isinstance(value, Mapping):
            yield from ((name, inner, scalar) for inner, scalar in value.items())
        elif names and value is None:
            yield from ((name, inner, None) for inner in names)
        elif name != ANSWERS:
            yield "", name, value


def _misplaced(parent: str, name: str) -> Mistake:
    if not parent and name in NAMES:
        return Wrong("OBJECT_EXPECTED", fields=", ".join(within(name))).at(name)
    return unknown(parent, name, within(parent) or NAMES)


def _answers(
    given: Mapping[str, Any], questions: Mapping[str, FormQuestion], *, update: bool
) -> tuple[Values, list[Mistake]]:
    if ANSWERS not in given:
        return {}, []
    if given[ANSWERS] is None:
        return ({ANSWERS: dict.fromkeys(questions)} if update else {}), []
    answers, mistakes = read_answers(given[ANSWERS], questions)
    kept = {key: value for key, value in answers.items() if update or value is not None}
    return {ANSWERS: kept}, mistakes


def _missing(typed: Typed, *, update: bool) -> list[Mistake]:
    """What is needed and not there; in an update only what it would empty."""

    def lacks(path: str) -> bool:
        return typed.get(path) is None and (path in typed or not update)

    missing = [Wrong("REQUIRED").at(path) for path in REQUIRED if lacks(path)]
    card = {path: text for path, text in typed.items() if path.startswith(f"{CARD}.")}
    gone = not any(card.values()) and (not update or len(card) == len(within(CARD)))
    if card and not gone:
        missing += [Wrong("REQUIRED").at(CARD_NUMBER)] * lacks(CARD_NUMBER)
        missing += [Wrong("CARD_END_REQUIRED").at(CARD_ENDS[0])] * all(map(lacks, CARD_ENDS))
    return missing
