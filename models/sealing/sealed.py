"""The sealed columns of a record: how they are declared, and how a row of them is read and written."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Self

from tortoise import Model, fields
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.transactions import in_transaction

from models.answers import opened_answers, sealed_answers
from models.sealing.vault import Sealing, vault_in_use

_SEALING = "_sealing"


class WrittenAround(Exception):  # noqa: N818 - it names the fault
    """A sealed column was to be written without its row, which it must be bound to: use `save` or `bulk_create`."""


class SealedField(fields.BinaryField[Any]):
    """A text that is kept as a cell; `path` is the field it belongs to, as `personal` declares it."""

    path = ""

    @classmethod
    def of(cls, column: fields.CharField[Any] | fields.TextField, path: str) -> Self:
        """The sealed column in the place of a plain one, with its limits."""
        if column.index or column.unique:
            raise ValueError(f"`{path}` is sealed, so no index finds it: give it a `MarkField` beside it")
        made: Self = cls(null=True) if column.null else cls()
        made.validators = column.validators
        made.path = path
        return made

    def to_db_value(self, value: Any, instance: Any) -> bytes | None:  # noqa: ANN401 - Tortoise's shape
        """The cell of a text."""
        self.validate(value)
        return (
            None if value is None else sealing_of(instance).cell.seal(self.path, instance.ref, value.encode())
        )

    def to_python_value(self, value: Any) -> Any:  # noqa: ANN401 - Tortoise's shape
        """What was given or read, as it is: only a whole row can be opened."""
        return value


class CellField(fields.BinaryField[Any]):
    """A cell that its writer seals, for the field that the row names in `field`, with `part` behind its path."""

    def __init__(self, part: str, **more: Any) -> None:  # noqa: ANN401 - Tortoise's own options
        super().__init__(**more)
        self.part = part


class MarkField(fields.CharField[Any]):
    """The marks of a sealed column, by which equal values are found; `of` is the name of that column."""

    def __init__(self, of: str, **more: Any) -> None:  # noqa: ANN401 - Tortoise's own options
        super().__init__(**{"max_length": 24, "null": True, "db_index": True, **more})
        self.of = of

    def to_db_value(self, value: Any, instance: Any) -> str | None:  # noqa: ANN401 - Tortoise's shape
        """The mark of what the row holds now, whatever was given."""
        del value
        sealing, text = sealing_of(instance), getattr(instance, self.of)
        path = instance._meta.fields_map[self.of].path  # noqa: SLF001 - the only list of columns
        return None if text is None else sealing.mark.mark(path, text)


class AnswersField(fields.JSONField[Any]):
    """The answers of a form by their keys, of which those that must be are kept as cells."""

    def to_db_value(self, value: Any, instance: Any) -> str | None:  # noqa: ANN401 - Tortoise's shape
        """The answers as JSON."""
        return super().to_db_value(sealed_answers(sealing_of(instance), instance.ref, value), instance)


def sealing_of(instance: object) -> Sealing:
    """What this row is sealed with.

    Raises:
        WrittenAround: it is not being written as a row.
    """
    found = getattr(instance, _SEALING, None)
    if not isinstance(found, Sealing):
        raise WrittenAround("a sealed column is written with its whole row: use `save` or `bulk_create`")
    return found


class SealedRecord(Model):
    """A record with sealed columns; its `ref`, which never changes, is what its cells are bound to."""

    ref: Any

    class Meta:
        """It has no table of its own."""

        abstract = True

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Iterable[str] | None = None,
        force_create: bool = False,  # noqa: FBT001, FBT002 - Tortoise's shape
        force_update: bool = False,  # noqa: FBT001, FBT002 - Tortoise's shape
    ) -> None:
        """Write the row, or these columns of it with the marks that belong to them."""
        names = None if update_fields is None else _with_marks(type(self), update_fields)
        if names is not None and not any(_is_sealed(type(self), name) for name in names):
            await super().save(using_db, names, force_create, force_update)
            return
        async with _in_transaction(using_db or self._choose_db(True)) as connection:
            with _under([self], await vault_in_use().sealing(connection)):
                await super().save(connection, names, force_create, force_update)

    @classmethod
    async def bulk_create(  # type: ignore[override]
        cls,
        objects: Iterable[Self],
        *,
        using_db: BaseDBAsyncClient | None = None,
        **options: Any,  # noqa: ANN401 - Tortoise's own
    ) -> None:
        """Write many rows."""
        rows = list(objects)
        async with _in_transaction(using_db or cls._choose_db(True)) as connection:
            with _under(rows, await vault_in_use().sealing(connection)):
                await super().bulk_create(rows, using_db=connection, **options)

    @classmethod
    def _init_from_db(cls, **columns: Any) -> Self:  # noqa: ANN401 - Tortoise's shape
        """The row in clear; each cell is checked against the row it stands in."""
        made = super()._init_from_db(**columns)
        for name, field in cls._meta.fields_map.items():
            held = made.__dict__.get(name)
            if held is None:
                continue
            if isinstance(field, SealedField):
                opened: Any = vault_in_use().open(field.path, made.__dict__.get("ref", 0), held).decode()
            elif isinstance(field, AnswersField):
                opened = opened_answers(vault_in_use(), made.__dict__.get("ref", 0), held)
            else:
                continue
            object.__setattr__(made, name, opened)
        return made


def _is_sealed(record: type[Model], name: str) -> bool:
    return isinstance(record._meta.fields_map[name], SealedField | AnswersField)  # noqa: SLF001 - the only list of columns


def _with_marks(record: type[Model], names: Iterable[str]) -> list[str]:
    """These columns, and the marks of the sealed ones among them."""
    named = dict.fromkeys(names)
    columns = record._meta.fields_map.items()  # noqa: SLF001 - the only list of columns
    marks = [name for name, field in columns if isinstance(field, MarkField) and field.of in named]
    return [*named, *(name for name in marks if name not in named)]


@asynccontextmanager
async def _in_transaction(connection: BaseDBAsyncClient) -> AsyncIterator[BaseDBAsyncClient]:
    if isinstance(connection, TransactionalDBClient):
        yield connection
        return
    async with in_transaction(connection.connection_name) as opened:
        yield opened


@contextmanager
def _under(rows: Sequence[SealedRecord], sealing: Sealing) -> Iterator[None]:
    """Let these rows be sealed with these keys, for as long as the transaction holds them."""
    for row in rows:
        object.__setattr__(row, _SEALING, sealing)
    try:
        yield
    finally:
        for row in rows:
            row.__dict__.pop(_SEALING, None)
