"""The held token: one of ours, in the hands of the client it was made for, and not taken back."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from joserfc.util import urlsafe_b64decode

from api.tokens.access_token import AccessTokens, InvalidToken
from api.tokens.reaching import reaching
from api.tokens.requester import Requester
from models.clients.client import Client
from models.clients.token_state import RevokedToken
from policies.vocabulary import Role


class Held(NamedTuple):
    """A token that is good now, with its claims as they were signed."""

    requester: Requester
    claims: Mapping[str, Any]


async def held(tokens: AccessTokens, token: str, client: Client, now: float) -> Held:
    """The token, if it is good and this client's, whose record is as the database has it now.

    Raises:
        InvalidToken: it is not, or not any more; the same for each reason.
        Fault: `temporarily_unavailable`, where nobody can tell.
    """
    requester = tokens.read(token, now)
    if not _stands(client, requester):
        raise InvalidToken("the access token is not valid")
    async with reaching("whether the token was taken back cannot be told now: try again"):
        gone = await RevokedToken.exists(token_id=requester.token_id)
    if gone:
        raise InvalidToken("the access token is not valid")
    return Held(requester, json.loads(urlsafe_b64decode(token.split(".")[1].encode())))


def _stands(client: Client, requester: Requester) -> bool:
    """Whether the client is registered for what its token says, and was not stopped since.

    People are signed in by a frontend only.
    """
    if requester.client != client.id or requester.term != client.term:
        return False
    if requester.user is not None:
        return client.role == Role.FRONTEND
    return client.role == requester.role and set(requester.recipients) <= set(client.recipients)
