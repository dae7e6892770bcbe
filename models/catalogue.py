"""The catalogue: every field of personal data that exists, by its path."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from models.made import DERIVED, REGISTERS
from models.personal import Kind, Personal, Undeclared, declared
from models.sealing.sealed import AnswersField, SealedField
from models.user import User
from policies.edition import Edition


def _kept_sealed(field: Personal) -> Personal:
    """The field, whose columns are sealed if its tier wants it."""
    columns = User._meta.fields_map  # noqa: SLF001 - the only list of columns
    plain = [name for name in field.columns if not isinstance(columns[name], SealedField | AnswersField)]
    if field.sealed and plain:
        raise Undeclared(f"`{field.path}` is of tier {field.tier} and `User.{plain[0]}` is not sealed")
    return field


FIELDS: Mapping[str, Personal] = MappingProxyType(
    {field.path: field for field in map(_kept_sealed, (*declared(User), *DERIVED, *REGISTERS))}
)
"""The fields that code declares. The registration form adds one for each question of an edition."""

CATEGORIES: Mapping[str, str] = MappingProxyType({path: field.category for path, field in FIELDS.items()})
"""The category each field is declared in, for an edition that starts from here."""

ANSWERS = "User.answers."
UNSORTED = "unsorted"

SEALED: Mapping[str, str] = MappingProxyType(
    {field.columns[0]: field.path for field in declared(User) if field.sealed}
)
"""Each sealed column of `users` with the field that it is sealed for."""


def answer_fields(edition: Edition) -> Iterable[Personal]:
    """The fields that the registration form of an edition adds: `User.answers.<key>`."""
    for question in edition.questions.values():
        yield _kept_sealed(
            Personal(
                path=ANSWERS + question.key,
                category=question.category,
                tier=4 if question.kind.free or question.category in ("form-text", UNSORTED) else 2,
                clause="2 (other)",
                ja=question.label_ja,
                en=question.label_en,
                kind=Kind.ANSWER,
                columns=("answers",),
            )
        )


def clear_answers(fields: Mapping[str, Personal]) -> frozenset[str]:
    """The answers that may be kept in clear, for their tier."""
    return frozenset(path for path, field in fields.items() if path.startswith(ANSWERS) and not field.sealed)


def catalogue(edition: Edition) -> Mapping[str, Personal]:
    """Every field of personal data under an edition: those of the code and those of its form."""
    return {**FIELDS, **{field.path: field for field in answer_fields(edition)}}
