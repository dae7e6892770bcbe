"""A change of a client by an operator: in one transaction, under what is in force, told as one line where it fails."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from api.cli.operator import named
from api.cli.shared import CommandError, settings, store_of
from models.client_register import ClientRegister
from models.formats.wrong import Mistake
from models.inforce import InForce
from models.register import Keeper, Mistaken

Made = TypeVar("Made")
OPTIONS: Mapping[str, str] = {
    "role": "--role",
    "recipients": "--recipient",
    "scopes": "--scope",
    "owner": "--owner",
    "contact": "--contact",
    "authentication": "--authentication",
    "jwks": "--jwks",
    "binding": "--binding",
    "networks": "--network",
    "expiresAt": "--expires",
    "requestsPerMinute": "--requests-per-minute",
    "peoplePerHour": "--people-per-hour",
    "peoplePerDay": "--people-per-day",
    "overlapDays": "--overlap",
    "dropSecret": "--drop-secret",
}
"""What each part of the record is entered by."""

NAMES = ("name", "client")


@asynccontextmanager
async def _register(operator: str) -> AsyncIterator[ClientRegister]:
    async with store_of(settings()) as store:
        force = await InForce(store).current()
        async with store.transaction() as transaction:
            yield ClientRegister(transaction, force, Keeper(by=operator, at=datetime.now(UTC)))


def changed(
    operator: str | None, said: Mapping[str, Any], change: Callable[[ClientRegister], Awaitable[Made]]
) -> Made:
    """What a change answers, or the mistakes in what was said as one line.

    Raises:
        CommandError: there are mistakes, and nothing was changed.
    """

    async def carry_out() -> Made:
        async with _register(by) as register:
            return await change(register)

    by = named(operator)
    try:
        return asyncio.run(carry_out())
    except Mistaken as mistaken:
        raise _told(mistaken, said) from mistaken


def _told(mistaken: Mistaken, said: Mapping[str, Any]) -> CommandError:
    """The mistakes as one line."""
    return CommandError(" ".join(f"{_place(each, said)}: {each.wrong.en}" for each in mistaken.mistakes))


def _place(mistake: Mistake, said: Mapping[str, Any]) -> str:
    part, _, item = mistake.path.partition(".")
    if part in NAMES:
        return f"`{str(said[part])[:60]}`"
    option, values = OPTIONS[part], said.get(part)
    if isinstance(values, list) and item.isdecimal():
        return f"`{option} {values[int(item)][:60]}`"
    return f"`{option}`" + (f" ({item})" if item else "")
