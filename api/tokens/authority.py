"""The authority: what the authorization server stands on."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from api.fair.flood import Flood
from api.fair.subjects import Subjects
from api.tokens.access_token import AccessTokens
from api.tokens.binding import Bindings
from api.tokens.flood import flood
from api.tokens.metadata import Offered
from api.tokens.replay import MemoryReplays, Replays
from api.tokens.trusted import Trusted
from models.database.store import Store
from policies.edition import Edition


def _count_nothing(_action: str, _error: str | None) -> None:
    """Nobody asked for numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """What the authorization server stands on.

    Attributes:
        edition: the edition in force.
        store: keeps what was taken back.
        subjects: counts people whose tokens are given, and puts it on record.
        replays: remembers the assertions that were shown.
        trusted: the other issuers, for members of staff.
        bindings: bind tokens to what a request shows.
        flood: counts the requests of each address and each client.
        count: told what was asked for, and the error it ended with.
        now: seconds since the epoch.
    """

    tokens: AccessTokens
    edition: Callable[[], Edition]
    bindings: Bindings
    store: Store
    subjects: Subjects
    replays: Replays = field(default_factory=lambda: MemoryReplays(time.time))
    trusted: Trusted = field(default_factory=Trusted)
    flood: Flood = field(default_factory=flood)
    count: Callable[[str, str | None], None] = _count_nothing
    offered: Offered = field(default_factory=Offered)
    now: Callable[[], float] = time.time
