"""The advice: what to do about a question that names what nobody knows, or a field in no category yet."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from api.gateway.told import Told, either
from policies.check.near import Known
from policies.edition import Edition
from policies.judging.explanation import Reason
from policies.judging.question import Question
from policies.vocabulary import NONE_PURPOSE, Fact, Role

UNKNOWN: Final[Mapping[str, Told]] = {
    "role": Told("ROLE_UNKNOWN"),
    "purpose": Told("PURPOSE_UNKNOWN"),
    "field": Told("FIELD_UNKNOWN"),
    "facts": Told("FACT_UNKNOWN"),
}
"""What is said of an unknown name that is like none, by the argument it stands in."""


def advice(edition: Edition, question: Question, reason: Reason | None) -> tuple[Told, ...]:
    """What to do about a refused question, if anything."""
    found = tuple(_unknown(edition, question))
    return (*found, Told("FIELD_UNSORTED")) if reason is Reason.FIELD_UNSORTED else found


def unknown_fact(word: str) -> Told:
    """What is said of a word that is no fact."""
    return _near("facts", word, map(str, Fact))


def _unknown(edition: Edition, question: Question) -> Iterator[Told]:
    places: tuple[tuple[str, str, Collection[str]], ...] = (
        ("role", question.role, list(map(str, Role))),
        ("purpose", question.purpose, (*edition.purposes, NONE_PURPOSE)),
        ("field", question.field, edition.fields),
    )
    for argument, name, known in places:
        if name not in known:
            yield _near(argument, name, known)
    purpose = edition.purposes.get(question.purpose)
    if purpose is not None and purpose.abstract:
        yield Told("PURPOSE_ABSTRACT", purpose=purpose.id)


def _near(argument: str, name: str, known: Iterable[str]) -> Told:
    near = Known(known).near(name)
    if not near:
        return UNKNOWN[argument]
    return Told("NAME_NEAR", argument=argument, near=[either(near)])
