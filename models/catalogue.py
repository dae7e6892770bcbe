"""The catalogue: every field of personal data that exists, by its path."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from models.made import DERIVED, REGISTERS
from models.personal import Kind, Personal, declared
from models.user import User
from policies.edition import Edition

FIELDS: Mapping[str, Personal] = MappingProxyType(
    {field.path: field for field in (*declared(User), *DERIVED, *REGISTERS)}
)
"""The fields that code declares. The registration form adds one for each question of an edition."""

CATEGORIES: Mapping[str, str] = MappingProxyType({path: field.category for path, field in FIELDS.items()})
"""The category each field is declared in, for an edition that starts from here."""

ANSWERS = "User.answers."
UNSORTED = "unsorted"


def answer_fields(edition: Edition) -> Iterable[Personal]:
    """The fields that the registration form of an edition adds: `User.answers.<key>`."""
    for question in edition.questions.values():
        yield Personal(
            path=ANSWERS + question.key,
            category=question.category,
            tier=4 if question.category == "form-text" else 2,
            clause="2 (other)",
            ja=question.label_ja,
            en=question.label_en,
            kind=Kind.ANSWER,
            columns=("answers",),
        )


def catalogue(edition: Edition) -> Mapping[str, Personal]:
    """Every field of personal data under an edition: those of the code and those of its form."""
    return {**FIELDS, **{field.path: field for field in answer_fields(edition)}}
