"""The requester: who asks, as its access token proves it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """The authenticated one who asks: a client application, or through it a user about themself.

    `recipients` are those it may ask for, the first by default. `purposes` and `categories` are what the
    token was narrowed to, `None` for not narrowed. `expires_at` is in seconds since the epoch.
    """

    client: str
    role: str
    user: str | None
    recipients: tuple[str, ...]
    purposes: frozenset[str] | None
    categories: frozenset[str] | None
    expires_at: float
    token_id: str
