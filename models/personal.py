"""The declaration of personal data: one call gives a field its column, its category and its words."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, cast

from tortoise import Model, fields

T = TypeVar("T")


class Undeclared(Exception):  # noqa: N818 - it names the fault, as a sentence does
    """A column of personal data whose category nobody declared; it stops start-up."""


class Kind(StrEnum):
    """The type a field has in GraphQL."""

    ID = "ID"
    TEXT = "String"
    DATE = "Date"
    TIME = "DateTime"
    ELIGIBILITY = "WorkEligibility"
    ANSWER = "Answer"
    CONSENT = "Consent"
    ACCESS = "AccessConnection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """One field of personal data, as the GraphQL type, the column and the catalogue all read it.

    Attributes:
        path: the field's name to the rules and the ledger, such as `User.address.town`.
        category: where it stands in the tree of categories when an edition does not move it.
        tier: 1 (low) to 4 (highest harm if it leaks).
        clause: the clause of the privacy policy that collects it, or from which it is derived.
        ja, en: what it is, in the words a person is shown.
        kind: its GraphQL type.
        columns: the columns of `users` that are read to make it; none for a register of its own.
        derive: makes the value from those columns and today's date; None where the column is the value.
    """

    path: str
    category: str
    tier: int
    clause: str
    ja: str
    en: str
    kind: Kind = Kind.TEXT
    columns: tuple[str, ...] = ()
    derive: Callable[..., Any] | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The path below `User`: `("address", "town")`."""
        return tuple(self.path.split(".")[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What `personal` says of a column before the column has its name."""

    path: str
    category: str | None
    tier: int
    clause: str
    ja: str
    en: str


_KINDS: dict[type[Any], Kind] = {fields.DateField: Kind.DATE, fields.DatetimeField: Kind.TIME}
_MARK = "declaration"


def personal(  # noqa: PLR0913 - a declaration has these parts
    column: T, path: str, *, category: str | None = None, tier: int, clause: str, ja: str, en: str
) -> T:
    """Declare a column of personal data; without a category the application refuses to start."""
    setattr(column, _MARK, Declaration(path=path, category=category, tier=tier, clause=clause, ja=ja, en=en))
    return column


def system(column: T) -> T:
    """Declare a column that serves the gateway itself and is never a field anybody may ask for."""
    setattr(column, _MARK, None)
    return column


def declared(model: type[Model]) -> tuple[Personal, ...]:
    """Every column of a record that was declared with `personal`, in the order of the class.

    Raises:
        Undeclared: naming the first column that was wrapped in neither, or that has no category.
    """
    return tuple(_personal(model, name) for name in model._meta.fields_map if _is_personal(model, name))  # noqa: SLF001 - the only list of columns


def _is_personal(model: type[Model], name: str) -> bool:
    field = model._meta.fields_map[name]  # noqa: SLF001 - the only list of columns
    if not hasattr(field, _MARK):
        raise Undeclared(f"`{model.__name__}.{name}` declares no category: wrap it in `personal()`")
    return getattr(field, _MARK) is not None


def _personal(model: type[Model], name: str) -> Personal:
    field = model._meta.fields_map[name]  # noqa: SLF001 - the only list of columns
    said = cast("Declaration", getattr(field, _MARK))
    if not said.category:
        raise Undeclared(f"`{said.path}` declares no category: name one in `{model.__name__}.{name}`")
    kind = Kind.ID if field.pk else _KINDS.get(type(field), Kind.TEXT)
    return Personal(
        path=said.path,
        category=said.category,
        tier=said.tier,
        clause=said.clause,
        ja=said.ja,
        en=said.en,
        kind=kind,
        columns=(name,),
    )
