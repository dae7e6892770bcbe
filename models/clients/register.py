"""The register of clients: each change of one in a transaction, checked whole, and kept with who made it and when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from models.clients.client import Authentication
from models.clients.parts import COLUMNS, EMPTY, NAME, Parts, read_name, read_role
from models.clients.record import REGISTER, ClientRecord, SecretTimes, hold_client
from models.clients.secret import hash_secret, new_secret
from models.database.store import Transaction
from models.inforce import Force
from models.person_row import new_id
from models.register import Keeper, Mistaken, keep_change, others, refuse

OVERLAP = 7
"""Days for which a secret goes on serving beside the one that takes its place."""

MOST_OVERLAP = 90
_JSON = ("recipients", "scopes", "documents", "jwks", "networks")

_TAKEN = "SELECT id FROM clients WHERE lower(id) = lower(:client) OR lower(name) = lower(:client)"
_DRAWN = """
INSERT INTO client_secrets (id, client_id, hash, created_at, expires_at)
VALUES (:id, :client, :hash, :now, NULL)
"""
_END = "UPDATE client_secrets SET expires_at = :at WHERE id = :id"
_DROP = "DELETE FROM client_secrets WHERE id = :id"
_TURN = "UPDATE clients SET active = :active, term = term + :terms WHERE id = :client"


@dataclass(frozen=True, slots=True)
class ClientRegister:
    """The register within one transaction.

    Every operation raises `Mistaken` where something is wrong, and keeps a `RegisterChange` where something changed.
    """

    transaction: Transaction
    force: Force
    keeper: Keeper

    async def add(self, said: Mapping[str, Any]) -> str | None:
        """A new client of `name` and `role`; its secret, told this once, unless it proves itself by a key."""
        name = str(said["name"])
        parts = Parts(self.force, self.keeper.at, role="")
        read_name(parts, name)
        read_role(parts, str(said["role"]))
        if NAME.fullmatch(name) and await self.transaction.fetch(_TAKEN, {"client": name}):
            parts.wrong("name", "CLIENT_NAME_TAKEN")
        given = {part: value for part, value in said.items() if value is not None}
        parts.read(given)
        parts.agree({})
        _check(parts)
        values = {**EMPTY, **parts.values}
        columns = {"id": name, "name": name, "role": parts.role, "active": True, "created_at": self.keeper.at}
        columns |= {COLUMNS[part]: _cell(part, value) for part, value in values.items()}
        made = await self.transaction.fetch(
            f"INSERT INTO clients ({', '.join(columns)}) VALUES ({', '.join(map(':{}'.format, columns))})"
            " ON CONFLICT DO NOTHING RETURNING id",
            columns,
        )
        if not made:
            refuse("name", "CLIENT_NAME_TAKEN")
        new = {"role": parts.role, **others(values, EMPTY)}
        if values["authentication"] == Authentication.PRIVATE_KEY:
            await self._keep(name, "ADDED", {}, new)
            return None
        secret, times = await self._draw(name)
        await self._keep(name, "ADDED", {}, new | _secrets([times]))
        return secret

    async def change(self, client: str, said: Mapping[str, Any]) -> None:
        """Change the parts that are named; null empties one. `dropSecret` names a secret that ends at once."""
        held = await self._hold(client)
        parts = Parts(self.force, self.keeper.at, held.role)
        parts.read(said)
        parts.agree(held.parts)
        ended = said.get("dropSecret")
        if ended is not None and ended not in {each.id for each in held.secrets}:
            parts.wrong("dropSecret", "CLIENT_SECRET_UNKNOWN")
        _check(parts)
        became = others(parts.values, held.parts)
        was = {part: held.parts[part] for part in became}
        if became:
            sets = ", ".join(f"{COLUMNS[part]} = :{COLUMNS[part]}" for part in became)
            columns = {COLUMNS[part]: _cell(part, value) for part, value in became.items()}
            await self.transaction.execute(
                f"UPDATE clients SET {sets} WHERE id = :client", {**columns, "client": client}
            )
        by_key = became.get("authentication") == Authentication.PRIVATE_KEY
        left = [each for each in held.secrets if not by_key and each.id != ended]
        if len(left) < len(held.secrets):
            await self._drop(each for each in held.secrets if each not in left)
            was, became = was | _secrets(held.secrets), became | _secrets(left)
        if became:
            await self._keep(client, "CHANGED", was, became)

    async def add_secret(self, client: str, *, overlap: int = OVERLAP) -> str:
        """A new secret, told this once; the one before serves for `overlap` more days, any other ends now."""
        held = await self._hold(client)
        if not 0 <= overlap <= MOST_OVERLAP:
            refuse("overlapDays", "CLIENT_OVERLAP", most=MOST_OVERLAP)
        if held.parts["authentication"] == Authentication.PRIVATE_KEY:
            refuse("client", "CLIENT_SECRETLESS")
        now, left = self.keeper.at, list[SecretTimes]()
        if overlap and (serving := [each for each in held.secrets if each.serves(now)]):
            last, end = serving[-1], now + timedelta(days=overlap)
            end = min(end, last.expires_at or end)
            await self.transaction.execute(_END, {"id": last.id, "at": end})
            left.append(SecretTimes(last.id, last.created_at, end))
        names = {each.id for each in left}
        await self._drop(each for each in held.secrets if each.id not in names)
        secret, times = await self._draw(client)
        await self._keep(client, "SECRET_ADDED", _secrets(held.secrets), _secrets([*left, times]))
        return secret

    async def revoke(self, client: str) -> None:
        """Stop a client: its tokens serve nothing once every process has read the registry, within its lease."""
        await self._turn(client, "REVOKED", active=False)

    async def restore(self, client: str) -> None:
        """Let a client that was stopped ask again, as it stood, with new tokens: every one before stays dead."""
        await self._turn(client, "RESTORED", active=True)

    async def _turn(self, client: str, what: str, *, active: bool) -> None:
        held = await self._hold(client)
        if held.active is not active:
            await self.transaction.execute(_TURN, {"client": client, "active": active, "terms": int(active)})
            await self._keep(client, what, {"active": held.active}, {"active": active})

    async def _hold(self, client: str) -> ClientRecord:
        held = await hold_client(self.transaction, client) if NAME.fullmatch(client) else None
        return held or refuse("client", "CLIENT_UNKNOWN")

    async def _draw(self, client: str) -> tuple[str, SecretTimes]:
        """A new secret, of which only the hash stays here."""
        secret, made = new_secret(), SecretTimes(new_id(), self.keeper.at, None)
        row = {"id": made.id, "client": client, "hash": hash_secret(secret), "now": made.created_at}
        await self.transaction.execute(_DRAWN, row)
        return secret, made

    async def _drop(self, secrets: Iterable[SecretTimes]) -> None:
        for each in secrets:
            await self.transaction.execute(_DROP, {"id": each.id})

    async def _keep(self, client: str, what: str, was: Mapping[str, Any], became: Mapping[str, Any]) -> None:
        await keep_change(self.transaction, self.keeper, REGISTER, client, what, was, became)


def _check(parts: Parts) -> None:
    if parts.mistakes:
        raise Mistaken(parts.mistakes)


def _cell(part: str, value: Any) -> Any:  # noqa: ANN401 - a part as its column keeps it
    return orjson.dumps(value).decode() if part in _JSON and value is not None else value


def _secrets(secrets: Sequence[SecretTimes]) -> dict[str, Any]:
    return {"secrets": [{"id": each.id, "expiresAt": each.expires_at} for each in secrets]}
