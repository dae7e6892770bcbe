"""The answers of one person: a list of keys with a value or values, as the interface takes them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from models.formats.answer import Answer, answer
from models.formats.given import list_of, object_of, text_of, unknown
from models.formats.wrong import Mistake, Wrong
from policies.banned import banned
from policies.form import FormQuestion

ANSWERS: Final = "answers"
_NAMES: Final = ("key", "value", "values")
_BETWEEN: Final = ", "

Answers = dict[str, Answer | None]


def read_answers(given: object, questions: Mapping[str, FormQuestion]) -> tuple[Answers, list[Mistake]]:
    """The answers by key, and every mistake in them; None where neither a value nor values were given.

    Args:
        given: `[{key, value}, {key, values}]`.
        questions: the questions of the form by key.
    """
    answers: Answers = {}
    mistakes: list[Mistake] = []
    try:
        several = list_of(given)
    except Wrong as wrong:
        return {}, [wrong.at(ANSWERS)]
    for place, each in enumerate(several):
        where = f"{ANSWERS}.{place}"
        try:
            one = object_of(each, _NAMES)
        except Wrong as wrong:
            mistakes.append(wrong.at(where))
            continue
        mistakes += [unknown(where, name, _NAMES) for name in one if name not in _NAMES]
        key = one.get("key")
        question = questions.get(key) if isinstance(key, str) else None
        if question is None:
            mistakes.append(_unasked(where, key, questions))
            continue
        if question.key in answers:
            mistakes.append(Wrong("ANSWER_TWICE").at(f"{ANSWERS}.{question.key}"))
            continue
        answers[question.key] = None
        try:
            answers[question.key] = _read(question, one)
        except Wrong as wrong:
            mistakes.append(wrong.at(f"{ANSWERS}.{question.key}"))
    return answers, mistakes


def _read(question: FormQuestion, given: Mapping[str, Any]) -> Answer | None:
    value, values = given.get("value"), given.get("values")
    if value is not None and values is not None:
        raise Wrong("ANSWER_BOTH")
    if values is not None:
        return answer(question, [text_of(each) for each in list_of(values)])
    return None if value is None else answer(question, text_of(value))


def _unasked(where: str, key: object, questions: Iterable[str]) -> Mistake:
    """A key that no question has: it is data, so its place is named and not the key itself."""
    code = banned(key) if isinstance(key, str) else None
    wrong = Wrong(code) if code else Wrong("ANSWER_UNKNOWN", keys=_BETWEEN.join(questions))
    return wrong.at(where)
