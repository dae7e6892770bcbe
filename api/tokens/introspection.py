"""The introspection: what a client may know of a token that it holds (RFC 7662)."""

from typing import Any

from api.tokens.access_token import AccessTokens, InvalidToken
from api.tokens.binding import Bindings
from api.tokens.grant import kind_of
from api.tokens.held import held
from models.clients.client import Client

INACTIVE = {"active": False}
"""The one answer for what is unknown, over, taken back, another's, or not bound as it must be."""

TOLD = (
    "iss",
    "sub",
    "aud",
    "client_id",
    "exp",
    "iat",
    "nbf",
    "jti",
    "role",
    "recipients",
    "scope",
    "authorization_details",
    "act",
    "cnf",
)


async def introspected(
    tokens: AccessTokens, bindings: Bindings, token: str, client: Client, now: float
) -> dict[str, Any]:
    """What the token says, if it is this client's and the gateway would take it; `now` in seconds since the epoch.

    Raises:
        PolicyUnavailable: the edition in force is not known.
        Fault: `temporarily_unavailable`, where nobody can tell.
    """
    try:
        requester, claims = await held(tokens, token, client, now)
    except InvalidToken:
        return dict(INACTIVE)
    if not await bindings.still_enough(client, requester.bound):
        return dict(INACTIVE)
    told = {name: claims[name] for name in TOLD if name in claims}
    return {"active": True, "token_type": kind_of(requester.bound), **told}
