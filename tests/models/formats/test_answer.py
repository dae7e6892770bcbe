"""Answers to the registration form."""

from typing import Any

import pytest

from models.formats.answer import LONG_LONGEST, SHORT_LONGEST, answer
from models.formats.answers import read_answers
from policies.edition import Edition
from policies.form import FormQuestion, Kind
from tests.models.formats.expect import code, wrong


def question(kind: Kind, *choices: str) -> FormQuestion:
    return FormQuestion(
        key="asked",
        kind=kind,
        category="form",
        choices=choices,
        choices_ja=choices,
        choices_en=choices,
        label_ja="",
        label_en="",
        help_ja="",
        help_en="",
    )


CHOICE = question(Kind.CHOICE, "YES", "NO")
SEVERAL = question(Kind.MULTI_CHOICE, "CARE", "HOTEL", "IT")
NUMBER = question(Kind.NUMBER)
DATE = question(Kind.DATE)
SHORT = question(Kind.SHORT_TEXT)
LONG = question(Kind.LONG_TEXT)


@pytest.mark.parametrize(
    ("asked", "value", "kept"),
    [
        (CHOICE, "YES", "YES"),
        (CHOICE, " ＮＯ ", "NO"),
        (SEVERAL, ["IT", "CARE"], ["CARE", "IT"]),
        (NUMBER, "3", 3),
        (NUMBER, 3, 3),
        (NUMBER, "１２", 12),
        (NUMBER, "99999999", 99_999_999),
        (DATE, "令和9年4月1日", "2027-04-01"),
        (SHORT, "とくに　ありません", "とくに ありません"),
        (LONG, "一行目（はい）\r\n\t二行目\r三行目 ", "一行目（はい）\n\t二行目\n三行目"),
        (LONG, "नमस्\u200dते 👩\u200d🍳", "नमस्\u200dते 👩\u200d🍳"),
        (LONG, "x" * LONG_LONGEST, "x" * LONG_LONGEST),
    ],
)
def test_an_answer_is_kept_as_its_kind_asks(asked: FormQuestion, value: Any, kept: Any) -> None:
    assert answer(asked, value) == kept
    assert answer(asked, kept) == kept


@pytest.mark.parametrize(
    ("asked", "value", "reason"),
    [
        (CHOICE, "MAYBE", "ANSWER_CHOICE"),
        (CHOICE, "yes", "ANSWER_CHOICE"),
        (CHOICE, ["YES"], "ANSWER_ONE"),
        (SEVERAL, "IT", "ANSWER_LIST"),
        (SEVERAL, [], "ANSWER_CHOICE"),
        (SEVERAL, ["IT", "SPACE"], "ANSWER_CHOICE"),
        (SEVERAL, ["IT", "IT"], "ANSWER_CHOICE_TWICE"),
        (NUMBER, "-1", "ANSWER_NUMBER"),
        (NUMBER, "1.5", "ANSWER_NUMBER"),
        (NUMBER, "三", "ANSWER_NUMBER"),
        (NUMBER, "٣", "ANSWER_NUMBER"),
        (NUMBER, "100000000", "ANSWER_NUMBER"),
        (NUMBER, "9" * 80, "ANSWER_NUMBER"),
        (DATE, "soon", "DATE_SHAPE"),
        (SHORT, "x" * (SHORT_LONGEST + 1), "TEXT_TOO_LONG"),
        (SHORT, "two\nlines", "TEXT_CHARACTERS"),
        (SHORT, "AB12345678CD", "RESIDENCE_CARD_NUMBER"),
        (LONG, "x" * (LONG_LONGEST + 1), "TEXT_TOO_LONG"),
        (LONG, "\n \n", "TEXT_BLANK"),
        (LONG, "\u200b\u2060\n\u3164", "TEXT_BLANK"),
        (LONG, "a\u202eb", "TEXT_CHARACTERS"),
        (LONG, "a\x00b", "TEXT_CHARACTERS"),
        (LONG, "my number is 1234 5678 9018", "INDIVIDUAL_NUMBER"),
    ],
)
def test_what_does_not_answer_is_refused_with_its_reason(
    asked: FormQuestion, value: Any, reason: str
) -> None:
    assert code(answer, asked, value) == reason


def test_a_refused_choice_is_told_what_there_is_to_choose() -> None:
    assert wrong(answer, CHOICE, "MAYBE").en == "Choose from: YES, NO."


def test_the_answers_of_a_person_are_read_by_key(edition: Edition) -> None:
    given = [
        {"key": "japaneseLevel", "value": "N2", "values": None},
        {"key": "desiredJobs", "values": ["IT", "CARE"]},
        {"key": "workExperienceYears", "value": 3},
        {"key": "nightShift", "value": None},
    ]
    answers, mistakes = read_answers(given, edition.questions)
    assert not mistakes
    assert answers == {
        "japaneseLevel": "N2",
        "desiredJobs": ["CARE", "IT"],
        "workExperienceYears": 3,
        "nightShift": None,
    }


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("N2", [("answers", "LIST_EXPECTED")]),
        (["N2"], [("answers.0", "OBJECT_EXPECTED")]),
        ([{"key": "shoeSize", "value": "1"}], [("answers.0", "ANSWER_UNKNOWN")]),
        ([{"value": "1"}], [("answers.0", "ANSWER_UNKNOWN")]),
        ([{"key": "honseki", "value": "1"}], [("answers.0", "BANNED_ORIGIN")]),
        ([{"key": "religion", "value": "1"}], [("answers.0", "BANNED_RELIGION")]),
        ([{"key": "nightShift", "value": "YES", "text": "1"}], [("answers.0.text", "FIELD_UNKNOWN")]),
        ([{"key": "nightShift", "value": "YES", "values": ["YES"]}], [("answers.nightShift", "ANSWER_BOTH")]),
        ([{"key": "nightShift", "value": True}], [("answers.nightShift", "TEXT_EXPECTED")]),
        ([{"key": "nightShift", "value": "YES"}] * 2, [("answers.nightShift", "ANSWER_TWICE")]),
        ([{"key": "desiredJobs", "values": "IT"}], [("answers.desiredJobs", "LIST_EXPECTED")]),
        ([{"key": "desiredJobs", "values": [None]}], [("answers.desiredJobs", "TEXT_EXPECTED")]),
        ([{"key": "availableFrom", "value": "2026-02-30"}], [("answers.availableFrom", "DATE_IMPOSSIBLE")]),
        (
            [{"key": "nightShift", "value": "?"}, {"key": "education", "value": "?"}],
            [("answers.nightShift", "ANSWER_CHOICE"), ("answers.education", "ANSWER_CHOICE")],
        ),
    ],
)
def test_every_mistake_has_the_path_of_its_question(
    edition: Edition, given: Any, found: list[tuple[str, str]]
) -> None:
    _, mistakes = read_answers(given, edition.questions)
    assert [(each.path, each.wrong.code) for each in mistakes] == found
