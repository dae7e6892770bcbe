"""The revocation: a client takes back a token of its own before its time (RFC 7009)."""

import math
from datetime import UTC, datetime, timedelta

import structlog

from api.tokens.access_token import AccessTokens, InvalidToken
from api.tokens.reaching import reaching
from models.clients.client import Client
from models.clients.token_state import forget_revoked, take_back
from models.database.store import Store

log = structlog.get_logger("tokens")

EVERY = 600.0
"""Seconds between two looks for tokens that need no remembering any more."""

SLACK = timedelta(minutes=1)
"""By how much the clocks of two processes may differ."""


class Revocation:
    """Takes tokens back; every process learns of it within a second."""

    def __init__(self, tokens: AccessTokens, store: Store) -> None:
        self._tokens = tokens
        self._store = store
        self._look_again = -math.inf

    async def take_back(self, token: str, client: Client, now: float) -> bool:
        """Whether this was a good token of the client, which is of no use from now on; `now` since the epoch.

        Raises:
            Fault: `temporarily_unavailable`, and nothing was done.
        """
        try:
            requester = self._tokens.read(token, now)
        except InvalidToken:
            return False
        if requester.client != client.id:
            return False
        at = datetime.fromtimestamp(now, UTC)
        until = datetime.fromtimestamp(requester.expires_at, UTC)
        async with reaching("the token cannot be taken back now: try again"):
            await take_back(self._store, requester.token_id, client.id, until=until, now=at)
            await self._forget(at)
        return True

    async def _forget(self, at: datetime) -> None:
        """Drop what has expired, now and then."""
        if at.timestamp() >= self._look_again:
            self._look_again = at.timestamp() + EVERY
            await forget_revoked(self._store, at - SLACK)
