"""The learned documents: what a client has sent whole once, it may send by hash (automatic persisted queries)."""

from collections import OrderedDict
from hashlib import sha256

from api.gateway.limits import MOST_LEARNED, MOST_LEARNED_CHARACTERS
from api.gateway.refusal import Code, Refusal
from api.gateway.request import Request
from api.gateway.told import Told


class Learned:
    """The documents by client and hash: of what another client has sent, nobody learns by trying."""

    def __init__(self) -> None:
        self._kept: dict[str, OrderedDict[str, str]] = {}

    def text(self, client: str, request: Request) -> str:
        """The document that a request means.

        Raises:
            Refusal: `PERSISTED_QUERY_NOT_FOUND`, or `BAD_INPUT` for a hash of another document.
        """
        if request.hash is None:
            return request.query
        if request.query:
            if digest(request.query) != request.hash:
                raise Refusal(Code.BAD_INPUT, Told("HASH_OF_ANOTHER"))
            return request.query
        kept = self._kept.get(client)
        if kept is None or request.hash not in kept:
            raise Refusal(Code.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")
        kept.move_to_end(request.hash)
        return kept[request.hash]

    def learn(self, client: str, request: Request) -> None:
        """Keep a document that the schema accepts."""
        if request.hash is None or not request.query:
            return
        kept = self._kept.setdefault(client, OrderedDict())
        kept[request.hash] = request.query
        kept.move_to_end(request.hash)
        while len(kept) > MOST_LEARNED or sum(map(len, kept.values())) > MOST_LEARNED_CHARACTERS:
            kept.popitem(last=False)


def digest(text: str) -> str:
    """The hash under which a document may be sent."""
    return sha256(text.encode()).hexdigest()
