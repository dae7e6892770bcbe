"""The door on notices of withdrawal: each tells of a person, so reading them is an access like any other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api.gateway.documents.selection import Selected
from api.gateway.documents.walk import walk
from api.gateway.record import Record
from api.gateway.release.door import Door
from api.gateway.release.paging import page_size
from api.gateway.views.ledger import USUAL_PAGE, connection
from models.notices.box import NoticeRecord, page
from models.notices.withdrawal import NoticeState

FIELD = "User.consents"
"""What a reader of notices sees of a person."""


async def read_notices(door: Door, selected: Selected, arguments: Mapping[str, Any], record: Record) -> Any:  # noqa: ANN401 - a connection
    """The notices asked for; whoever they are about is recorded, and so is who shows that there are more."""
    size = page_size(arguments.get("first"), USUAL_PAGE)
    state, recipient = arguments.get("state"), arguments.get("recipient")
    wanted = None if state is None else NoticeState(getattr(state, "value", state))
    cursors = door.registers.view.cursors.of("notices", wanted, recipient)
    after = arguments.get("after")
    found = await page(
        door.reader,
        state=wanted,
        recipient=recipient,
        before=None if after is None else _place(cursors.open(after)),
        limit=size + 1,
    )
    about = {each.ref for each in found if each.ref is not None}
    record.touched(about, FIELD, door.context.guarded(f"Query.{selected.name}"))
    ends = [cursors.seal(each.withdrawn_at.isoformat(), each.id) for each in found[:size]]
    nodes = [view(each) for each in found[:size]]
    answer = connection(nodes, ends, more=len(found) > size)
    return walk(selected.children, selected.type_name, answer)


def _place(place: list[Any]) -> tuple[datetime, str]:
    at, notice = place
    return datetime.fromisoformat(at), notice


def view(notice: NoticeRecord) -> dict[str, Any]:
    """All of one notice, to be told as far as it is asked."""
    waits = notice.state == NoticeState.WAITING
    return {
        "id": notice.id,
        "user": None if notice.ref is None else notice.user,
        "recipient": notice.recipient,
        "purpose": notice.purpose,
        "withdrawnAt": notice.withdrawn_at,
        "state": notice.state,
        "tries": notice.tries,
        "nextTryAt": notice.due_at if waits else None,
        "endedAt": notice.ended_at,
        "trouble": notice.trouble,
    }
