"""The proving: a client shows that it is who it says, by its secret (RFC 6749, 2.3) or by its key (RFC 7523)."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from api.tokens.assertion import checked, client_of, decoys
from api.tokens.fault import unproved
from api.tokens.form import Asserted, Credentials
from api.tokens.reaching import reaching
from api.tokens.replay import Replays
from api.tokens.signed import Signed, Unsigned
from models.client import Authentication, Client, ClientSecret
from models.secret import hash_secret, matches

_WITHOUT = "the clients cannot be looked up now: try again"

CLOCKS = 60
"""Seconds by which the clocks of two processes may differ: so much longer an assertion is remembered."""

_NOBODY = ClientSecret(hash=hash_secret(""))
"""What the secret of an unknown client is compared with, so that it takes as long as that of a known one."""


class Proving:
    """Proves clients, each in the way it is registered for and in no other.

    Args:
        audiences: what we are called in the `aud` of an assertion: the issuer and its token endpoint.
        replays: remembers the assertions that were shown.
    """

    def __init__(self, audiences: Collection[str], replays: Replays) -> None:
        self._audiences = frozenset(audiences)
        self._replays = replays

    async def prove(self, shown: Credentials | Asserted, now: float) -> Client:
        """The active client that is proved, of those that serve at this time; `now` in seconds since the epoch.

        Raises:
            Fault: `invalid_client`, and always the same one; `temporarily_unavailable` without a database.
        """
        if isinstance(shown, Credentials):
            return await prove_by_secret(shown, now)
        return await self._by_key(shown.signed, now)

    async def _by_key(self, signed: Signed, now: float) -> Client:
        try:
            name = client_of(signed)
            client, _ = await _found(name)
            keys = _keys(client)
            assertion = checked(signed, name, keys or decoys(signed), self._audiences, now)
        except Unsigned:
            raise unproved() from None
        if client is None or not keys or client.authentication != Authentication.PRIVATE_KEY:
            raise unproved()
        admitted(client, now)
        async with reaching(_WITHOUT):
            first = await self._replays.first(
                f"assertion {client.id} {assertion.id}", assertion.until + CLOCKS
            )
        if not first:
            raise unproved()
        return client


async def prove_by_secret(shown: Credentials, now: float) -> Client:
    """The active client that a secret proves, of those that serve at this time.

    Raises:
        Fault: `invalid_client`, and always the same one; `temporarily_unavailable` without a database.
    """
    client, secrets = await _found(shown.client_id)
    at = datetime.fromtimestamp(now, UTC)
    tried = [matches(shown.secret, each.hash) and each.serves(at) for each in secrets or [_NOBODY]]
    if client is None or not secrets or not any(tried) or client.authentication != Authentication.SECRET:
        raise unproved()
    return admitted(client, now)


def admitted(client: Client, now: float) -> Client:
    """The client, if it is active and its time is not over.

    Raises:
        Fault: `invalid_client`.
    """
    over = client.expires_at is not None and client.expires_at.timestamp() <= now
    if not client.active or over:
        raise unproved()
    return client


def _keys(client: Client | None) -> Sequence[object]:
    """The public keys of a client; none for what is no set of keys (RFC 7517, 5)."""
    keys = client.jwks.get("keys") if client is not None and isinstance(client.jwks, dict) else None
    return keys if isinstance(keys, list) else ()


async def _found(client_id: str) -> tuple[Client | None, list[ClientSecret]]:
    async with reaching(_WITHOUT):
        return await Client.get_or_none(id=client_id), await ClientSecret.filter(client_id=client_id)
