"""The hidden: people who were named by their ids, are there, and do not exist for the requester; the ledger keeps why."""

from collections.abc import Iterable, Mapping
from typing import Any

from api.gateway.release.context import Context
from models.database.store import Reader
from models.ledger.history import among
from policies.judging.clearance import IDENTITY
from policies.known import UNKNOWN, Known
from policies.vocabulary import Action, Fact


async def hidden(  # noqa: PLR0913 - a look-up has these parts
    reader: Reader,
    context: Context,
    values: Mapping[str, Any],
    users: Iterable[str],
    *,
    guard: str,
    facts: Iterable[Fact] = (),
    action: Action = Action.READ,
) -> Mapping[int, Known]:
    """The users with these ids, by their references, with all that hides them; `UNKNOWN` of whom nothing does.

    Whoever is visible was left out for another reason, or came to be visible since. `values` are those of the
    facts' places; `facts` are looked at beside those that decide who is visible.
    """
    named = list(users)
    if not named:
        return {}
    clearance = context.clearance
    asked = tuple(dict.fromkeys((*clearance.open_facts, *facts)))
    wanted, choices = among(reader.dialect, "text", named)
    key = context.standing_sql(asked) or "0"
    rows = await reader.fetch(
        f"SELECT u.ref, {key} FROM users u WHERE u.id {wanted}", {**values, "choices": choices}
    )
    found: dict[int, Known] = {}
    for ref, bits in rows:
        is_so = {fact: bool(bits >> bit & 1) for bit, fact in enumerate(asked)}
        true = frozenset(fact for fact, so in {**clearance.certain, **is_so}.items() if so)
        seen = clearance.decide(IDENTITY, true)
        found[ref] = UNKNOWN if seen else context.known(is_so, guard=guard, action=action.value)
    return found
