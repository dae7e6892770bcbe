"""Once: a change sent twice under one `Idempotency-Key` is carried out once, and answered both times.

After draft-ietf-httpapi-idempotency-key-header: the key is the client's own, and holds for one request.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

import orjson

from api.gateway.refusal import Code, Refusal
from api.gateway.release.purpose import scopes
from api.gateway.running import Running
from api.gateway.told import Told
from models.database.store import Transaction

HEADER = "Idempotency-Key"
KEPT = timedelta(days=1)
"""How long a key is remembered."""

TIDIED = timedelta(hours=1)
"""How often one process deletes what is remembered no longer."""

_TAKE = """
INSERT INTO answered (id, digest, done, at) VALUES (:id, :digest, NULL, :now)
ON CONFLICT (id) DO UPDATE SET digest = :digest, done = NULL, at = :now WHERE answered.at < :old RETURNING id
"""
_FIND = "SELECT digest, done FROM answered WHERE id = :id"
_DONE = "UPDATE answered SET done = :done WHERE id = :id"
_FORGET = "DELETE FROM answered WHERE at < :old"


class Keys:
    """The keys of all requests of this process."""

    def __init__(self, secret: str) -> None:
        self.secret = b"mokuteki once " + secret.encode()
        self._tidied: datetime | None = None

    def of(self, running: Running) -> "Once":
        """The key of one request."""
        return Once(running, self)

    async def tidy(self, transaction: Transaction, now: datetime) -> None:
        """Delete what is remembered no longer, if that was not done of late."""
        if self._tidied is None or now - self._tidied >= TIDIED:
            self._tidied = now
            await transaction.execute(_FORGET, {"old": now - KEPT})


class Once:
    """The key of one request, within its transaction."""

    def __init__(self, running: Running, keys: Keys) -> None:
        self._keys = keys
        key = running.request.key
        requester = running.requester
        self.given = key is not None
        owner = "\0".join((requester.client, requester.user or "", requester.staff or "", key or ""))
        self._id = hashlib.sha256(owner.encode("utf-8", "replace")).hexdigest()
        self._at = running.at
        self._digest = hmac.new(keys.secret, _whole(running), "sha256").hexdigest() if self.given else ""

    async def done(self, transaction: Transaction) -> dict[str, Any] | None:
        """What the same request did before; None if it is the first.

        Raises:
            Refusal: the key came with another request before.
        """
        if not self.given:
            return None
        await self._keys.tidy(transaction, self._at)
        row = {"id": self._id, "digest": self._digest, "now": self._at, "old": self._at - KEPT}
        if await transaction.fetch(_TAKE, row):
            return None
        digest, done = (await transaction.fetch(_FIND, {"id": self._id}))[0]
        if not hmac.compare_digest(digest, self._digest):
            raise Refusal(
                Code.BAD_INPUT,
                Told("KEY_REUSED", argument=HEADER),
                argument=HEADER,
                reason="KEY_REUSED",
                status=422,
            )
        found: dict[str, Any] = orjson.loads(done) if done else {}
        return found

    async def keep(self, transaction: Transaction, done: dict[str, Any]) -> None:
        """Remember what was done."""
        if self.given:
            await transaction.execute(_DONE, {"id": self._id, "done": orjson.dumps(done).decode()})


def _whole(running: Running) -> bytes:
    """All that was sent, and what it may do: an answer is not told again to a token that is narrower."""
    request = running.request
    narrowed = [scope.details for scope in scopes(running.force, running.requester)]
    said = [
        running.text,
        request.operation_name,
        request.variables,
        request.purpose,
        request.recipient,
        narrowed,
    ]
    try:
        return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        raise Refusal(Code.BAD_INPUT, Told("VARIABLES_DEEP")) from None
