"""The retry of a notice: about a letter and not about its person, so without a purpose, and on record."""

from collections.abc import Mapping
from typing import Any

from api.gateway.changes.act import Act
from api.gateway.changes.mistakes import mistaken
from api.gateway.documents.walk import walk
from api.gateway.release.purpose import scopes
from models.notices.box import revive
from models.notices.withdrawal import NoticeState
from models.register import Keeper, Mistaken

NOTICE_CHANGES = ("retryNotice",)
LONGEST_BY = 120


async def change_notice(
    act: Act, before: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Have it tried again, unless that was done `before`; what to remember of it, and what its payload tells.

    Raises:
        Refusal: the token or its client is narrowed.
        Refusals: there is no such notice, or it is not dead.
    """
    selected = act.step.root.selected
    if scopes(act.context.force, act.door.requester):
        raise act.out_of_scope(f"Mutation.{selected.name}")
    notice = str(act.said["notice"])
    if before is None:
        requester, running = act.door.requester, act.running
        by = (requester.staff or requester.client)[:LONGEST_BY]
        try:
            keeper = Keeper(by=by, at=running.at, request_id=running.request.id)
            await revive(act.transaction, notice, keeper)
        except Mistaken as wrong:
            raise mistaken([each.wrong.at(f"input.{each.path}") for each in wrong.mistakes], act) from None
    kept = {"notice": notice, "state": NoticeState.WAITING.value}
    return kept, walk(selected.children, selected.type_name, kept)
