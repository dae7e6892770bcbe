"""The retry of a notice: about a letter and not about its person, so without a purpose, and on record."""

from collections.abc import Mapping
from typing import Any

from api.gateway.changes.act import Act
from api.gateway.changes.registering import check_whole, keeper, placed
from api.gateway.documents.walk import walk
from models.notices.box import revive
from models.notices.withdrawal import NoticeState

NOTICE_CHANGES = ("retryNotice",)


async def change_notice(
    act: Act, before: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Have it tried again, unless that was done `before`; what to remember of it, and what its payload tells.

    Raises:
        Refusal: the token or its client is narrowed.
        Refusals: there is no such notice, or it is not dead.
    """
    selected = act.step.root.selected
    check_whole(act)
    notice = str(act.said["notice"])
    if before is None:
        with placed(act):
            await revive(act.transaction, notice, keeper(act))
    kept = {"notice": notice, "state": NoticeState.WAITING.value}
    return kept, walk(selected.children, selected.type_name, kept)
