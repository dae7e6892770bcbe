"""The admission: what the client of a token may send at all, before anything is decided."""

from api.gateway.documents.learned import digest
from api.gateway.documents.selection import TYPENAME, Root
from api.gateway.refusal import Refusal, Refusals, Why, closed
from api.gateway.release.context import INTERNAL, PERSON, Context
from api.gateway.told import Told
from api.tokens.guarded import enough, must_bind
from api.tokens.networks import calls_from
from api.tokens.requester import Requester
from models.clients.client import Binding
from models.inforce import Force
from policies.vocabulary import Role

NAMING = ("FIELD_UNKNOWN", "OBJECT_EXPECTED", "CHOICE_EXPECTED", "ANSWER_UNKNOWN", "REQUIRED")
"""The mistakes whose words or place name what the schema or the form has."""

COMPANY = (INTERNAL, PERSON)
"""The recipients that are no third party."""


def registered(force: Force, requester: Requester, now: float) -> bool:
    """Whether the client stands in the registry, never stopped since, with the role and the recipients of its token.

    Only a frontend signs people in, so only through one does a person's token speak. `now` in seconds since the epoch.
    """
    client = force.registry.clients.get(requester.client)
    if client is None or client.term != requester.term:
        return False
    if client.expires_at is not None and client.expires_at <= now:
        return False
    if requester.user is not None:
        return client.role == Role.FRONTEND
    return client.role == requester.role and set(requester.recipients) <= set(client.recipients)


def bound_enough(force: Force, requester: Requester, *, production: bool) -> bool:
    """Whether the token is bound as its client's record wants it, though it may be older than the record."""
    client = force.registry.clients[requester.client]
    way = requester.bound.way if requester.bound else None
    guarded = (
        production
        and way is None
        and client.binding == Binding.DEFAULT
        and must_bind(force, client.role, client.recipients)
    )
    return enough(client.binding, way, guarded=guarded)


def check_network(force: Force, requester: Requester, address: str | None) -> None:
    """See that the client calls from where its record says that it does.

    Raises:
        Refusal: `OPERATION_FORBIDDEN`, so that it is recorded: whoever calls from elsewhere may have stolen the token.
    """
    if not calls_from(address, force.registry.clients[requester.client].networks):
        raise closed(Told("NETWORK_NOT_ALLOWED"), Why("NETWORK_NOT_ALLOWED"))


def may_know_schema(force: Force, requester: Requester, now: float) -> bool:
    """Whether the schema is told in production: to clients of the company, and to whoever asks about themself."""
    return registered(force, requester, now) and requester.recipients[0] in COMPANY


def untold(refusal: Refusals) -> Refusals:
    """The refusal of an input for its shape, to whom the schema is not told: without the names that it has."""
    return Refusals([_untold(each) if each.reason in NAMING else each for each in refusal.parts])


def _untold(part: Refusal) -> Refusal:
    more = part.extensions
    if part.reason == "REQUIRED":
        more = {**more, "argument": str(more.get("argument", "")).rpartition(".")[0]}
    untold = Refusal(part.code, Told("SHAPE_UNTOLD"), path=part.path)
    untold.extensions = more
    return untold


def check_document(force: Force, requester: Requester, text: str) -> None:
    """See that the client may send this document.

    Raises:
        Refusal: `OPERATION_FORBIDDEN` for a client that is held to registered documents.
    """
    documents = force.registry.clients[requester.client].documents
    if documents is not None and fingerprint(text) not in documents:
        raise closed(Told("DOCUMENT_NOT_REGISTERED"), Why("DOCUMENT_NOT_REGISTERED"))


def fingerprint(text: str) -> str:
    """The hash of a document in the register, whatever blank lines an editor leaves around it."""
    return digest(text.strip())


def check_introspection(root: Root, context: Context, *, production: bool) -> None:
    """See that the schema is told to those alone who may know it.

    Raises:
        Refusal: `OPERATION_FORBIDDEN` for a third party in production.
    """
    name = root.selected.name
    if production and context.outside and name.startswith("__") and name != TYPENAME:
        raise closed(
            Told("SCHEMA_CLOSED"), Why("SCHEMA_CLOSED"), field=f"Query.{name}", path=[root.selected.key]
        )
