"""The declaration of personal data: one call gives a field its column, its category and its words."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, cast

from tortoise import Model, fields

from models.sealing.sealed import MarkField, SealedField

T = TypeVar("T")

SEALED_FROM = 3
"""The tier from which on a text is kept sealed."""


class Undeclared(Exception):  # noqa: N818 - it names the fault, as a sentence does
    """A column of personal data whose category nobody declared, or that its tier would have sealed; it stops start-up."""


class Kind(StrEnum):
    """The type a field has in GraphQL."""

    ID = "ID"
    TEXT = "String"
    DATE = "Date"
    TIME = "DateTime"
    ELIGIBILITY = "WorkEligibility"
    ANSWER = "Answer"
    CONSENT = "Consent"
    NOTICE = "Notice"
    CHANGE = "FieldChange"
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
        mark: the column by which equal values of a sealed one are found, if there is one.
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
    mark: str | None = None

    @property
    def sealed(self) -> bool:
        """Whether its value is kept sealed wherever it is kept as a text."""
        return self.tier >= SEALED_FROM

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
    """Declare a column of personal data; without a category the application refuses to start.

    Its tier decides how it is kept: a text of tier 3 or 4 becomes a sealed column.
    """
    kept: Any = column
    if tier >= SEALED_FROM and isinstance(column, fields.CharField | fields.TextField):
        kept = SealedField.of(column, path)
    setattr(kept, _MARK, Declaration(path=path, category=category, tier=tier, clause=clause, ja=ja, en=en))
    return cast("T", kept)


def system(column: T) -> T:
    """Declare a column that serves the gateway itself and is never a field anybody may ask for."""
    setattr(column, _MARK, None)
    return column


def declared(model: type[Model]) -> tuple[Personal, ...]:
    """Every column of a record that was declared with `personal`, in the order of the class.

    Raises:
        Undeclared: naming the first column that was wrapped in neither, that has no category, or that is of
            a tier that is kept sealed and cannot be.
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
    if said.tier >= SEALED_FROM and not isinstance(field, SealedField):
        raise Undeclared(
            f"`{said.path}` is of tier {said.tier} and `{model.__name__}.{name}` is not sealed: declare it as a text"
        )
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
        mark=_mark_of(model, name),
    )


def _mark_of(model: type[Model], name: str) -> str | None:
    columns = model._meta.fields_map.items()  # noqa: SLF001 - the only list of columns
    return next((mark for mark, field in columns if isinstance(field, MarkField) and field.of == name), None)
