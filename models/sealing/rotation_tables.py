"""The tables that hold cells: the users, and every record with a `CellField`; no other record may seal anything."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from tortoise import Model, Tortoise

from models.answers import opened_answers, sealed_answers
from models.catalogue import FIELDS, SEALED
from models.database.dialect import Dialect
from models.personal import Undeclared
from models.sealing.datakey import Use
from models.sealing.rotation_sql import Table, head, letters
from models.sealing.sealed import AnswersField, CellField, SealedField
from models.sealing.vault import Sealing, Vault
from models.user import User

MARKS = {column: mark for column, path in SEALED.items() if (mark := FIELDS[path].mark)}
"""Each sealed column of `users` that has marks, with their column."""

_SEALED_ANSWER = "substr(a.value ->> 'sealed', 1, 4)"


class Users(Table):
    """The users: columns of cells with their marks, and answers of which some are sealed."""

    name = "users"
    columns = (*SEALED, *MARKS.values(), "answers")

    def __init__(self, dialect: Dialect, clear: frozenset[str]) -> None:
        super().__init__(dialect)
        postgres = dialect is Dialect.POSTGRES
        keys = sorted(path.rpartition(".")[2] for path in clear)
        self._clear = keys if postgres else orjson.dumps(keys).decode()
        self._each = "jsonb_each(t.answers) a" if postgres else "json_each(t.answers) a"
        self._type = "jsonb_typeof(a.value)" if postgres else "a.type"
        self.reads = ("t.answers::text" if postgres else "t.answers", *(f"t.{column}" for column in SEALED))
        may_be_clear = (
            "a.key = ANY(:clear::text[])" if postgres else "a.key IN (SELECT value FROM json_each(:clear))"
        )
        answers = (
            f"CASE {self._type} WHEN 'null' THEN FALSE"
            f" WHEN 'object' THEN {self.differs(_SEALED_ANSWER, ':letters')} ELSE NOT {may_be_clear} END"
        )
        cells = [f"(t.{column} IS NOT NULL AND {self.differs(head(column), ':cell')})" for column in SEALED]
        marks = [
            f"CASE WHEN t.{column} IS NULL THEN t.{mark} IS NOT NULL"
            f" ELSE {self.differs(f'substr(t.{mark}, 1, 4)', ':mark')} END"
            for column, mark in MARKS.items()
        ]
        self.behind = " OR ".join((*cells, *marks, f"EXISTS (SELECT 1 FROM {self._each} WHERE {answers})"))

    def values(self, sealing: Sealing) -> Mapping[str, Any]:
        """The heads of the newest keys, and the answers that may stand in clear."""
        return {
            "cell": sealing.cell.head,
            "mark": letters(sealing.mark.number),
            "letters": letters(sealing.cell.number),
            "clear": self._clear,
        }

    def resealed(self, vault: Vault, sealing: Sealing, ref: int, cells: Sequence[Any]) -> Mapping[str, Any]:
        """Cells, marks and answers."""
        answers, *held = cells
        opened = {
            column: None if cell is None else vault.open(SEALED[column], ref, cell)
            for column, cell in zip(SEALED, held, strict=True)
        }
        kept = opened_answers(vault, ref, orjson.loads(answers))
        values: dict[str, Any] = {
            column: None if plain is None else sealing.cell.seal(SEALED[column], ref, plain)
            for column, plain in opened.items()
        }
        for column, mark in MARKS.items():
            plain = opened[column]
            values[mark] = None if plain is None else sealing.mark.mark(SEALED[column], plain.decode())
        return {**values, "answers": orjson.dumps(sealed_answers(sealing, ref, kept)).decode()}

    def names(self, number: int, use: Use) -> str:
        """Marks by their letters; cells in columns by their head, among the answers by their letters."""
        told = f"'{letters(number)}'"
        if use is Use.MARK:
            return " OR ".join(f"substr(t.{mark}, 1, 4) = {told}" for mark in MARKS.values())
        answers = f"{self._type} = 'object' AND {_SEALED_ANSWER} = {told}"
        cells = (f"{head(column)} = {self.literal(number)}" for column in SEALED)
        return " OR ".join((*cells, f"EXISTS (SELECT 1 FROM {self._each} WHERE {answers})"))


class Cells(Table):
    """A record whose cells are each for the field that the row names in its column `field`."""

    def __init__(self, dialect: Dialect, record: type[Model]) -> None:
        super().__init__(dialect)
        columns = record._meta.fields_map  # noqa: SLF001 - the only list of columns
        self._parts = {name: each.part for name, each in columns.items() if isinstance(each, CellField)}
        self.name = record._meta.db_table  # noqa: SLF001 - as above
        self.columns = tuple(self._parts)
        self.reads = ("t.field", *(f"t.{column}" for column in self.columns))
        self.behind = " OR ".join(
            f"(t.{column} IS NOT NULL AND {self.differs(head(column), ':cell')})" for column in self.columns
        )

    def values(self, sealing: Sealing) -> Mapping[str, Any]:
        """The head of the newest key."""
        return {"cell": sealing.cell.head}

    def resealed(self, vault: Vault, sealing: Sealing, ref: int, cells: Sequence[Any]) -> Mapping[str, Any]:
        """The cells."""
        path, *held = cells
        values: dict[str, Any] = {}
        for (column, part), cell in zip(self._parts.items(), held, strict=True):
            plain = None if cell is None else vault.open(path + part, ref, cell)
            values[column] = None if plain is None else sealing.cell.seal(path + part, ref, plain)
        return values

    def names(self, number: int, use: Use) -> str:
        """Cells by their head; there are no marks."""
        cells = (f"{head(column)} = {self.literal(number)}" for column in self.columns)
        return "1 = 0" if use is Use.MARK else " OR ".join(cells)


def tables(dialect: Dialect, clear: frozenset[str] = frozenset()) -> tuple[Table, ...]:
    """Every table of the open database that holds cells.

    Raises:
        Undeclared: a record seals columns and is not the users', so that a rotation would lose what they hold.
    """
    found: list[Table] = [Users(dialect, clear)]
    for record in (record for app in (Tortoise.apps or {}).values() for record in app.values()):
        columns = record._meta.fields_map.values()  # noqa: SLF001 - the only list of columns
        if record is not User and any(isinstance(each, SealedField | AnswersField) for each in columns):
            raise Undeclared(f"`{record.__name__}` seals columns that no rotation knows: use a `CellField`")
        if any(isinstance(each, CellField) for each in columns):
            found.append(Cells(dialect, record))
    return tuple(found)
