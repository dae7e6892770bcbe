"""The requester: who asks, as its access token proves it."""

from dataclasses import dataclass

from api.tokens.scope import Scope


@dataclass(frozen=True, slots=True)
class Bound:
    """What a token is bound to: the key of its proofs (`jkt`, RFC 9449) or a certificate (`x5t#S256`, RFC 8705)."""

    way: str
    thumbprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """The authenticated one who asks: a client application, or through it a user about themself, or a member of staff.

    Attributes:
        user: the user, in the role `user` alone.
        staff: the member of staff who uses the client, as another issuer knows them.
        recipients: those it may ask for, the first by default.
        scopes: what the token was narrowed to, each of them in turn.
        expires_at: seconds since the epoch.
        bound: what must be shown with the token.
        term: how often the client had been restored when the token was made.
    """

    client: str
    role: str
    user: str | None
    recipients: tuple[str, ...]
    expires_at: float
    token_id: str
    scopes: tuple[Scope, ...] = ()
    staff: str | None = None
    bound: Bound | None = None
    term: int = 0
