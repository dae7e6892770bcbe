"""The proving: a client shows that it is who it says, by its secret (RFC 6749, 2.3) or by its key (RFC 7523)."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from api.tokens.assertion import checked, client_of
from api.tokens.fault import unproved
from api.tokens.form import Asserted, Credentials
from api.tokens.reaching import reaching
from api.tokens.replay import Replays
from api.tokens.signed import Signed, Unsigned
from models.clients.client import Authentication, Client, ClientSecret
from models.clients.secret import hash_secret, matches, new_secret

_WITHOUT = "the clients cannot be looked up now: try again"

CLOCKS = 60
"""Seconds by which the clocks of two processes may differ: so much longer an assertion is remembered."""

SECRETS = 2
"""How many secrets serve beside each other at most: so many are compared, however many the client has."""

_NOBODYS = hash_secret(new_secret())
"""What is compared where a client has fewer, or is none."""


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
            assertion = checked(signed, name, await _keys(name), self._audiences, now)
        except Unsigned:
            raise unproved() from None
        client = await _proved(name, Authentication.PRIVATE_KEY, now)
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
    async with reaching(_WITHOUT):
        secrets = await ClientSecret.filter(client_id=shown.client_id)
    at = datetime.fromtimestamp(now, UTC)
    tried = [matches(shown.secret, each.hash) and each.serves(at) for each in secrets]
    for _ in range(len(tried), SECRETS):
        matches(shown.secret, _NOBODYS)
    if not any(tried):
        raise unproved()
    return await _proved(shown.client_id, Authentication.SECRET, now)


def admitted(client: Client, now: float) -> Client:
    """The client, if it is active and its time is not over.

    Raises:
        Fault: `invalid_client`.
    """
    over = client.expires_at is not None and client.expires_at.timestamp() <= now
    if not client.active or over:
        raise unproved()
    return client


async def _proved(client_id: str, way: Authentication, now: float) -> Client:
    """The client whose secret or key was shown, if it may prove itself in this way; nobody else's record is read.

    Raises:
        Fault: `invalid_client`; `temporarily_unavailable` without a database.
    """
    async with reaching(_WITHOUT):
        client = await Client.get_or_none(id=client_id)
    if client is None or client.authentication != way:
        raise unproved()
    return admitted(client, now)


async def _keys(client_id: str) -> list[object]:
    """The public keys of a client; none for what is no set of keys (RFC 7517, 5), or no client."""
    async with reaching(_WITHOUT):
        found: list[Any] = await Client.filter(id=client_id).values_list("jwks", flat=True)
    keys = found[0].get("keys") if found and isinstance(found[0], dict) else None
    return keys if isinstance(keys, list) else []
