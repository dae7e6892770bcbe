"""The types of personal data, made from the catalogue; the executor never walks into them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, NewType, NoReturn

import strawberry

from api.schema.arguments import After, First, Lang, told
from api.schema.consents import Consent
from api.schema.eligibility import WorkEligibility
from api.schema.ledger import AccessConnection
from models.catalogue import FIELDS
from models.personal import Kind, Personal

AnswerValue = NewType("AnswerValue", object)
ANSWER_VALUE = strawberry.scalar(
    name="AnswerValue",
    description="An answer of the registration form: a text, a number, a date as text, or a list of texts",
    serialize=lambda value: value,
    parse_value=lambda value: value,
)


class Unreachable(Exception):  # noqa: N818 - it says what happened
    """The executor walked into personal data, which only the door may release."""


def never(*_args: object, **_kwargs: object) -> NoReturn:
    """The resolver of every field that only the door may release."""
    raise Unreachable("a field of personal data was resolved outside the door")


_SCALARS: Mapping[Kind, Any] = {
    Kind.ID: strawberry.ID,
    Kind.TEXT: str,
    Kind.DATE: date,
    Kind.TIME: datetime,
    Kind.ELIGIBILITY: WorkEligibility,
}
_TYPE_NAMES: Mapping[str, tuple[str, str]] = {
    "name": ("Name", "A person's name in three scripts"),
    "address": ("Address", "Where a person lives, large to small"),
    "residenceCard": ("ResidenceCard", "What is printed on the residence card"),
}


@strawberry.type(
    description="One answer of the registration form; each key is a field of its own to the rules"
)
class Answer:
    """An answer."""

    key: strawberry.ID = strawberry.field(description="The question's name in `policies/questions.csv`")
    value: AnswerValue | None = strawberry.field(description="Null where the person did not answer")

    @strawberry.field(description="The question as the person saw it, in `ja` or `en`")
    def label(self, lang: Lang = strawberry.ID("ja")) -> str:
        """Made in the shape."""
        return never(lang)


@strawberry.type(description="A notice of purposes that was shown before data was taken in (APPI Art 21)")
class Notice:
    """A notice."""

    source: str = strawberry.field(description="Where the data came from; `SERVICE_FORM` for the form")
    policy_version: str = strawberry.field(description="The version of the policy that was shown")
    language: str = strawberry.field(description="The language it was shown in")
    purposes: list[strawberry.ID] = strawberry.field(description="The purposes that it named")
    shown_at: datetime = strawberry.field(description="When it was shown")
    acquired_at: datetime = strawberry.field(description="When the data was taken in")


@strawberry.type(description="One change of one field; of fields that may not be read here there is none")
class FieldChange:
    """A change."""

    field: strawberry.ID = strawberry.field(description="The field, such as `User.address.town`")
    was: AnswerValue | None = strawberry.field(description="What stood there before")
    became: AnswerValue | None = strawberry.field(description="What stood there then")
    at: datetime = strawberry.field(description="When")
    by: strawberry.ID = strawberry.field(description="Who: the user, or the client")
    client: strawberry.ID = strawberry.field(description="Through which client")
    purpose: strawberry.ID = strawberry.field(description="Why")


def describe(field: Personal) -> str:
    """What the schema says of a field."""
    return (
        f"{field.en} · {field.ja}\n\nCategory `{field.category}`, tier {field.tier}, clause {field.clause}."
    )


def _column(field: Personal) -> tuple[Any, Any]:
    kind = _SCALARS[field.kind]
    required = field.path == "User.id"
    return kind if required else kind | None, strawberry.field(
        name=field.steps[-1], description=describe(field)
    )


def _object(name: str, description: str, members: Mapping[str, tuple[Any, Any]]) -> type:
    namespace: dict[str, Any] = {
        "__annotations__": {key: annotation for key, (annotation, _) in members.items()},
        "__module__": __name__,
        **{key: column for key, (_, column) in members.items()},
    }
    return strawberry.type(type(name, (), namespace), name=name, description=description)


def _answers(
    keys: Annotated[
        list[strawberry.ID] | None, told("Only the answers to these questions")
    ] = strawberry.UNSET,
) -> list[Answer] | None:
    return never(keys)


def _accesses(first: First = 50, after: After = strawberry.UNSET) -> AccessConnection | None:
    return never(first, after)


_LISTS: Mapping[Kind, Any] = {
    Kind.CONSENT: list[Consent] | None,
    Kind.NOTICE: list[Notice] | None,
    Kind.CHANGE: list[FieldChange] | None,
}


def _user() -> type:
    members: dict[str, tuple[Any, Any]] = {}
    nested: dict[str, dict[str, tuple[Any, Any]]] = {}
    for field in FIELDS.values():
        head, *rest = field.steps
        if rest:
            if head not in nested:
                nested[head] = {}
                members[head] = (Any, None)
            nested[head][rest[-1]] = _column(field)
        elif field.kind in _LISTS:
            members[head] = (_LISTS[field.kind], strawberry.field(name=head, description=describe(field)))
        elif field.kind is not Kind.ACCESS:
            members[head] = _column(field)
    for head, parts in nested.items():
        name, description = _TYPE_NAMES[head]
        made = _object(name, description, parts)
        members[head] = (
            made | None,
            strawberry.field(name=head, description=f"{description}; null when nothing in it may be read"),
        )
    made_user: dict[str, tuple[Any, Any]] = dict(members)
    made_user["answers"] = (
        list[Answer] | None,
        strawberry.field(
            name="answers",
            resolver=_answers,
            description="The rest of the registration form: all answers that may be read, or those of `keys`",
        ),
    )
    made_user["accesses"] = (
        AccessConnection | None,
        strawberry.field(name="accesses", resolver=_accesses, description=describe(FIELDS["User.accesses"])),
    )
    return _object("User", "The customer the data is about (本人)", made_user)


User: Any = _user()
PERSONAL_TYPES = (
    "User",
    "Answer",
    "Consent",
    "ConsentEvent",
    "ForeignInformation",
    "Notice",
    "FieldChange",
    *(name for name, _ in _TYPE_NAMES.values()),
)
"""The types that only the door makes."""
