"""The settling: to whom an answer goes, and why it is asked for, before anything of it is decided."""

from collections.abc import Sequence
from contextlib import suppress

from graphql import GraphQLError
from graphql.execution.values import VariableValues

from api.gateway import decide
from api.gateway.documents.operation import Declared
from api.gateway.documents.selection import Root
from api.gateway.release.purpose import context_of, purpose_context, recipient_of
from api.gateway.running import Running
from api.gateway.views.recalled import DOOR, recalls
from models.day import today_in_japan


def settle(running: Running, declared: Declared, roots: Sequence[Root], variables: VariableValues) -> None:
    """Settle to whom the answer goes and, where people are asked about, why; a record may be recalled for no purpose."""
    force, requester = running.force, running.requester
    running.recipient = recipient_of(force, requester, declared.recipient or running.request.recipient)
    running.plain = running.context = context_of(force, requester, running.recipient, None)
    asked = declared.purpose or running.request.purpose
    personal = any(map(decide.is_personal, roots))
    if personal or (asked and any(_recalls(each, variables) for each in roots)):
        running.purpose = asked if asked in force.edition.purposes else None
        today = today_in_japan(running.at)
        running.context = purpose_context(force, requester, running.recipient, asked, today)


def _recalls(root: Root, variables: VariableValues) -> bool:
    """Whether it asks with the standing of a record."""
    with suppress(GraphQLError):
        return root.selected.name == DOOR and recalls(DOOR, root.arguments(variables))
    return False
