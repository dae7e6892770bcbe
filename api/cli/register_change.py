"""A change of a register by an operator: in one transaction, under what is in force, told as one line where it fails."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from api.cli.operator import named
from api.cli.shared import CommandError, settings, store_of
from models.database.store import Transaction
from models.formats.wrong import Mistake
from models.inforce import Force, InForce
from models.register import Keeper, Mistaken

Made = TypeVar("Made")
Register = TypeVar("Register")


@dataclass(frozen=True, slots=True)
class Entry(Generic[Register]):
    """How one register is entered from the command line.

    Attributes:
        register: opens it within a transaction.
        options: each part of a record with the option it is entered by.
        names: the parts that are arguments.
    """

    register: Callable[[Transaction, Force, Keeper], Register]
    options: Mapping[str, str]
    names: Collection[str]

    def changed(
        self, operator: str | None, said: Mapping[str, Any], change: Callable[[Register], Awaitable[Made]]
    ) -> Made:
        """What a change answers, or the mistakes in what was said as one line.

        Raises:
            CommandError: there are mistakes, and nothing was changed.
        """

        async def carry_out() -> Made:
            async with store_of(settings()) as store:
                force = await InForce(store).current()
                async with store.transaction() as transaction:
                    return await change(
                        self.register(transaction, force, Keeper(by=by, at=datetime.now(UTC)))
                    )

        by = named(operator)
        try:
            return asyncio.run(carry_out())
        except Mistaken as mistaken:
            told = (f"{self._place(each, said)}: {each.wrong.en}" for each in mistaken.mistakes)
            raise CommandError(" ".join(told)) from mistaken

    def _place(self, mistake: Mistake, said: Mapping[str, Any]) -> str:
        part, _, item = mistake.path.partition(".")
        if part in self.names:
            return f"`{str(said[part])[:60]}`"
        option, values = self.options[part], said.get(part)
        if isinstance(values, list) and item.isdecimal():
            return f"`{option} {values[int(item)][:60]}`"
        return f"`{option}`" + (f" ({item})" if item else "")
