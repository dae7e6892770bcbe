"""The register of recipients, changed through the interface: about no person, so without a purpose, and on record."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from api.gateway.changes.act import Act
from api.gateway.changes.registering import check_whole, keeper, placed
from api.gateway.documents.walk import walk
from api.gateway.views.recipient import view
from models.recipients.record import read_recipients
from models.recipients.register import RecipientRegister


async def _add(register: RecipientRegister, said: Mapping[str, Any]) -> str:
    await register.add(said)
    return str(said["id"])


async def _update(register: RecipientRegister, said: Mapping[str, Any]) -> str:
    await register.change(str(said["recipient"]), said)
    return str(said["recipient"])


async def _stop(register: RecipientRegister, said: Mapping[str, Any]) -> str:
    await register.stop(str(said["recipient"]))
    return str(said["recipient"])


async def _reopen(register: RecipientRegister, said: Mapping[str, Any]) -> str:
    await register.reopen(str(said["recipient"]))
    return str(said["recipient"])


RECIPIENT_CHANGES: Mapping[str, Callable[[RecipientRegister, Mapping[str, Any]], Awaitable[str]]] = (
    MappingProxyType(
        {"addRecipient": _add, "updateRecipient": _update, "stopRecipient": _stop, "reopenRecipient": _reopen}
    )
)
"""Each mutation with what it does, and the id of whom it did it to."""


async def change_recipient(
    act: Act, before: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Do it, unless it was done `before`; what to remember of it, and what its payload tells.

    Raises:
        Refusal: the token or its client is narrowed.
        Refusals: every mistake in the input, each with its path.
    """
    selected = act.step.root.selected
    check_whole(act)
    name = await _carry_out(act) if before is None else str(before["recipient"])
    (record,) = await read_recipients(act.transaction, name)
    payload = {"recipient": view(record, act.running.today)}
    return {"recipient": name}, walk(selected.children, selected.type_name, payload)


async def _carry_out(act: Act) -> str:
    loopback = not act.running.production
    register = RecipientRegister(act.transaction, act.context.force, keeper(act), loopback=loopback)
    with placed(act):
        return await RECIPIENT_CHANGES[act.step.root.selected.name](register, act.said)
