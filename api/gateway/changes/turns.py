"""The turns: what changes take before they read anything, so that none waits for another that waits for it."""

from collections.abc import Sequence

from api.gateway.changes.act import HOLD
from api.gateway.changes.carry import CHANGES, ENDING, GIVING_NOTHING
from api.gateway.changes.drafts import DRAFT_CHANGES
from api.gateway.running import Running, Step
from models.consents.end import share_turn, take_turn
from models.database.dialect import Dialect
from models.database.store import Transaction
from models.drafts.register import take_turn as take_draft_turn


async def take_turns(transaction: Transaction, running: Running, steps: Sequence[Step]) -> None:
    """Take the turn before anything else is held: who held a person first and waited then would be waited for."""
    names = {step.root.selected.name for step in steps}
    if not names.isdisjoint(DRAFT_CHANGES):
        await take_draft_turn(transaction)
    if not names.isdisjoint(ENDING):
        await take_turn(transaction)
    elif running.context.outside and not names <= GIVING_NOTHING:
        await share_turn(transaction)


async def hold_people(transaction: Transaction, steps: Sequence[Step]) -> None:
    """Hold those whom several changes name, in one order: two operations would wait for each other otherwise."""
    named = [step.arguments["input"].get("user") for step in steps if step.root.selected.name in CHANGES]
    people = sorted({each for each in named if isinstance(each, str)})
    if len(people) > 1 and transaction.dialect is Dialect.POSTGRES:
        for each in people:
            await transaction.fetch(HOLD, {"asked": each})
