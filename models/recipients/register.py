"""The register of recipients: each change of one in a transaction, checked whole, and kept with who made it and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from models.database.store import Transaction
from models.inforce import Force
from models.recipients.parts import COLUMNS, EMPTY, RecipientParts, named_well, read_id
from models.recipients.recipient import RecipientStatus
from models.recipients.record import REGISTER, RecipientRecord, hold_recipient
from models.register import Keeper, Mistaken, keep_change, others, refuse

_KNOWN = "SELECT id FROM recipients WHERE id = :recipient"
_TURN = "UPDATE recipients SET status = :status WHERE id = :recipient"


@dataclass(frozen=True, slots=True)
class RecipientRegister:
    """The register within one transaction.

    Every operation raises `Mistaken` where something is wrong, and keeps a `RegisterChange` where something changed.

    Attributes:
        loopback: a notice may go to this very machine without TLS, as in development.
    """

    transaction: Transaction
    force: Force
    keeper: Keeper
    loopback: bool = False

    async def add(self, said: Mapping[str, Any]) -> None:
        """A new recipient of `id`, `kind` and `name`; with `pending`, nothing goes to it until it is opened."""
        name = str(said["id"])
        parts = RecipientParts(self.force, name, self.loopback)
        read_id(parts)
        if named_well(name) and await self.transaction.fetch(_KNOWN, {"recipient": name}):
            parts.wrong("id", "RECIPIENT_ID_TAKEN")
        parts.read({part: value for part, value in said.items() if value is not None})
        parts.agree({})
        if said.get("pending") and name in self.force.edition.own_recipients:
            parts.wrong("pending", "RECIPIENT_OWN")
        _check(parts)
        status = RecipientStatus.PENDING if said.get("pending") else RecipientStatus.ACTIVE
        values = {**EMPTY, **parts.values}
        columns = {"id": name, "status": status.value}
        columns |= {COLUMNS[part]: _cell(part, value) for part, value in values.items()}
        made = await self.transaction.fetch(
            f"INSERT INTO recipients ({', '.join(columns)}) VALUES ({', '.join(map(':{}'.format, columns))})"
            " ON CONFLICT DO NOTHING RETURNING id",
            columns,
        )
        if not made:
            refuse("id", "RECIPIENT_ID_TAKEN")
        await self._keep(name, "ADDED", {}, {"status": status.value, **others(values, EMPTY)})

    async def change(self, recipient: str, said: Mapping[str, Any]) -> None:
        """Change the parts that are named; null empties one. A new name keeps the one before among the former."""
        held = await self._hold(recipient)
        parts = RecipientParts(self.force, recipient, self.loopback)
        parts.read(said)
        parts.agree(held.parts)
        _check(parts)
        became = others(parts.values, held.parts)
        if not became:
            return
        sets = ", ".join(f"{COLUMNS[part]} = :{COLUMNS[part]}" for part in became)
        columns = {COLUMNS[part]: _cell(part, value) for part, value in became.items()}
        await self.transaction.execute(
            f"UPDATE recipients SET {sets} WHERE id = :recipient", {**columns, "recipient": recipient}
        )
        await self._keep(recipient, "CHANGED", {part: held.parts[part] for part in became}, became)

    async def stop(self, recipient: str) -> None:
        """Let nothing go to a recipient any more, once every process has read the registry, within its lease."""
        if recipient in self.force.edition.own_recipients:
            refuse("recipient", "RECIPIENT_OWN")
        await self._turn(recipient, "STOPPED", RecipientStatus.STOPPED)

    async def reopen(self, recipient: str) -> None:
        """Let data go to a recipient that was stopped or is pending, as far as the rules and its contract let it."""
        await self._turn(recipient, "REOPENED", RecipientStatus.ACTIVE)

    async def _turn(self, recipient: str, what: str, status: RecipientStatus) -> None:
        held = await self._hold(recipient)
        if held.status is not status:
            await self.transaction.execute(_TURN, {"recipient": recipient, "status": status.value})
            await self._keep(recipient, what, {"status": held.status.value}, {"status": status.value})

    async def _hold(self, recipient: str) -> RecipientRecord:
        held = await hold_recipient(self.transaction, recipient) if named_well(recipient) else None
        return held or refuse("recipient", "RECIPIENT_UNKNOWN")

    async def _keep(
        self, recipient: str, what: str, was: Mapping[str, Any], became: Mapping[str, Any]
    ) -> None:
        await keep_change(self.transaction, self.keeper, REGISTER, recipient, what, was, became)


def _check(parts: RecipientParts) -> None:
    if parts.mistakes:
        raise Mistaken(parts.mistakes)


def _cell(part: str, value: Any) -> Any:  # noqa: ANN401 - a part as its column keeps it
    return orjson.dumps(value).decode() if part == "formerNames" else value
