"""The two dialects of SQL that the tables are kept in."""

import re
from collections.abc import Sequence
from enum import StrEnum

from tortoise.migrations.operations import Operation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State


class Dialect(StrEnum):
    """Which database speaks."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


_NAME = re.compile(r"(?<!:):([a-z][a-z_0-9]*)")
_SIGN = {Dialect.SQLITE: "?", Dialect.POSTGRES: "$"}


def numbered(sql: str, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    """`sql` with its `:names` as numbered places of the dialect, and the names in the order of their places."""
    names: dict[str, int] = {}

    def place(match: re.Match[str]) -> str:
        return f"{_SIGN[dialect]}{names.setdefault(match.group(1), len(names) + 1)}"

    return _NAME.sub(place, sql), tuple(names)


class ByDialect(Operation):
    """A step of a migration that is written once for each dialect."""

    atomic = False

    def __init__(self, *, sqlite: Sequence[str], postgres: Sequence[str]) -> None:
        self.statements = {Dialect.SQLITE: tuple(sqlite), Dialect.POSTGRES: tuple(postgres)}

    def describe(self) -> str:
        """What the migration's log says of this step."""
        return f"Run {len(self.statements[Dialect.SQLITE])} or {len(self.statements[Dialect.POSTGRES])} statements"

    def state_forward(self, app_label: str, state: State) -> None:
        """The models stay as they are."""

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        """Run the statements of the dialect, one by one."""
        del app_label, old_state, new_state
        if state_editor is None:
            return
        for statement in self.statements[Dialect(state_editor.client.capabilities.dialect)]:
            await state_editor.client.execute_script(statement)
