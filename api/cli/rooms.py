"""The rooms: commands whose modules are read when they are first called, so that a small one starts at once."""

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any, TypeAlias

import typer
from typer.core import TyperGroup
from typer.main import get_group

Command: TypeAlias = Any
"""A command as Typer makes it, which has no public type."""


class _Rooms(MutableMapping[str, Command]):
    """The commands of a table; each is made when it is asked for."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self._table = table
        self._made: dict[str, Command] = {}

    def __getitem__(self, name: str) -> Command:
        if name not in self._made:
            app = typer.Typer()
            import_module(self._table[name]).add_to(app)
            self._made |= get_group(app).commands
        return self._made[name]

    def __setitem__(self, name: str, command: Command) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._table

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


def rooms(table: Mapping[str, str]) -> type[TyperGroup]:
    """A group of the commands of a table, which names for each the module whose `add_to` adds it."""

    class Rooms(TyperGroup):
        """Commands that are read when they are called."""

        def __init__(self, **attrs: Any) -> None:  # noqa: ANN401 - whatever Typer gives a group
            super().__init__(**attrs)
            self.commands = _Rooms(table)

    return Rooms
