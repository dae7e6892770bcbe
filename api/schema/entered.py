"""The inputs of a person's record, made from the fields of the form; every scalar is text, read by its format."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry

from api.schema.personal import describe
from models.catalogue import FIELDS as CATALOGUE
from models.formats.fields import FIELDS, REQUIRED

_ABOUT: Mapping[str, tuple[str, str]] = {
    "name": ("NameInput", "A person's name in three scripts"),
    "address": (
        "AddressInput",
        "Where a person lives; the postal code fills what is not given, and is checked against what is",
    ),
    "residenceCard": ("ResidenceCardInput", "What is printed on the residence card; never its image"),
}


@strawberry.input(description="One answer of the registration form")
class AnswerInput:
    """An answer."""

    key: strawberry.ID = strawberry.field(description="The question's name in `form`")
    value: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The answer, for every kind of question but multi-choice; null takes it away",
    )
    values: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="The choices, for a multi-choice question"
    )


@strawberry.input(
    description="The notice of purposes that was shown before the person sent anything (APPI Art 21(2))"
)
class NoticeInput:
    """A notice."""

    policy_version: str = strawberry.field(description="The version of the policy that was shown")
    language: str = strawberry.field(description="The language it was shown in: `ja` or `en`")
    purposes: list[strawberry.ID] = strawberry.field(description="The purposes that it named")
    shown_at: datetime = strawberry.field(description="When it was shown")


def _input(name: str, description: str, members: Mapping[str, tuple[Any, str]]) -> type:
    namespace: dict[str, Any] = {
        "__annotations__": {key: annotation for key, (annotation, _) in members.items()},
        "__module__": __name__,
        **{
            key: strawberry.field(name=key, default=strawberry.UNSET, description=told)
            for key, (_, told) in members.items()
        },
    }
    return strawberry.input(type(name, (), namespace), name=name, description=description)


def _told(path: str) -> str:
    needed = "Needed to register. " if path in REQUIRED else ""
    return needed + describe(CATALOGUE[f"User.{path}"])


def _user_input() -> type:
    members: dict[str, tuple[Any, str]] = {}
    nested: dict[str, dict[str, tuple[Any, str]]] = {}
    for path in FIELDS:
        head, _, rest = path.partition(".")
        if rest:
            nested.setdefault(head, {})[rest] = (str | None, _told(path))
            members.setdefault(head, (Any, ""))
        else:
            members[head] = (str | None, _told(path))
    for head, parts in nested.items():
        name, about = _ABOUT[head]
        members[head] = (_input(name, about, parts) | None, about)
    members["answers"] = (list[AnswerInput] | None, "The rest of the registration form")
    return _input("UserInput", "What a person enters; dates may be written in a Japanese era", members)


UserInput: Any = _user_input()
