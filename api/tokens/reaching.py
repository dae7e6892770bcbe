"""The reaching: a request for a token waits so long for the database, and is told when it does not answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from api.tokens.fault import unavailable
from models.database.store import StoreUnavailable
from models.database.unreachable import UNREACHABLE

log = structlog.get_logger("tokens")

PATIENCE = 5.0
"""Seconds after which a request that cannot be decided is told so."""


@asynccontextmanager
async def reaching(sentence: str) -> AsyncIterator[None]:
    """Ask the database within `PATIENCE`; the sentence says what cannot be done without it.

    Raises:
        Fault: `temporarily_unavailable`.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except (*UNREACHABLE, StoreUnavailable):
        log.exception("tokens.unavailable")
        raise unavailable(sentence) from None
