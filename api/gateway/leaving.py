"""The leaving: what was decided leaves while it is in force, and not a moment later."""

from api.gateway.failure import changed_untold, unknown_policy
from api.gateway.refusal import Refusal
from api.gateway.running import Outdated, Running
from models.inforce import PolicyUnavailable


async def let(running: Running, *, mutates: bool) -> None:
    """Let an answer that is put together leave under what is in force by then, however long that took.

    Raises:
        Outdated: another edition or registry is, and it must be decided again.
        PolicyUnavailable: it is not known.
        Refusal: it tells of a change, which cannot be made again.
    """
    if not mutates:
        await running.renew()
    elif running.record.gives:
        try:
            await running.renew()
        except (Outdated, PolicyUnavailable):
            raise changed_untold() from None


async def still(running: Running, refusal: Refusal) -> Refusal:
    """A refusal of what was asked about people, which may tell of them too; another where it holds no more."""
    try:
        await running.renew()
    except (Outdated, PolicyUnavailable):
        return unknown_policy()
    return refusal


def expired(running: Running, *, mutates: bool) -> Refusal | None:
    """Why what was decided may not be told any more, without asking the database."""
    if running.inforce.holds(running.force) or (mutates and not running.record.gives):
        return None
    return changed_untold() if mutates else unknown_policy()
