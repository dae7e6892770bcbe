"""The entitled: who may approve or publish still, as the clients and rules of that moment say."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from models.editions.force import Force
from policies.judging.question import Question
from policies.vocabulary import NONE_PURPOSE, Action

APPROVING: Final = "Mutation.approveDraft"
PUBLISHING: Final = "Mutation.publishEdition"
OPERATOR: Final = "cli:"
"""What the name of an operator at the command line begins with, who is known by nothing but what they called themself."""

Entitled = Callable[[str, str], bool]
"""Whether a client, by its id, may invoke a guard still."""


def entitled(force: Force, now: datetime) -> Entitled:
    """Those clients that are registered, not expired, and in a role that the rules let do it."""

    def may(client: str, guard: str) -> bool:
        known = force.registry.clients.get(client)
        if known is None or (known.expires_at is not None and known.expires_at <= now.timestamp()):
            return False
        asked = (
            Question(known.role, Action.INVOKE, NONE_PURPOSE, guard, each, frozenset())
            for each in known.recipients
        )
        return any(map(force.judge.decide, asked))

    return may


def may_ever_approve(force: Force, role: str) -> bool:
    """Whether some rule lets a role approve, whichever recipient it asks for."""
    recipients = {*force.edition.own_recipients, *force.registry.recipients}
    allowable = force.judge.allowable
    return any(allowable(role, Action.INVOKE, NONE_PURPOSE, each, APPROVING) for each in recipients)
