"""The view of drafts: each as its readers ask for it, with what is found in it and what came into force meanwhile."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from api.gateway.documents.long import Long, tell
from api.gateway.documents.selection import Selected
from api.gateway.documents.walk import asks
from api.gateway.drafting.drafting import EXAMINED, Drafting
from api.gateway.release.cursor import ListCursors
from api.gateway.release.paging import page_size
from api.gateway.running import Running, Step
from api.gateway.told import SENTENCES, Told
from api.gateway.views.change import change_view
from api.gateway.views.ledger import USUAL_PAGE, connection
from models.database.store import Reader
from models.drafts.draft import DraftState
from models.drafts.entitled import APPROVING, Entitled, entitled
from models.drafts.record import (
    Approval,
    DraftRecord,
    KeptEdit,
    newest_edition,
    read_approvals,
    read_draft,
    read_drafts,
    read_edits,
)
from models.drafts.register import REGISTER
from models.register import read_changes
from policies.drafts.drafting import MODEL
from policies.drafts.edits import Conflict
from policies.drafts.examined import Examined
from policies.mistake import Mistake
from policies.table import COLUMNS

View = dict[str, Any]
DRAFT_DOORS = ("drafts", "draft")
"""The root fields that tell of drafts."""

NOTHING = Examined("", (), widens=False)


async def look_up_drafts(
    reader: Reader, step: Step, drafting: Drafting, cursors: ListCursors, running: Running
) -> View | None:
    """What one of these root fields asks for: a page of drafts, or the one it names.

    Raises:
        Refusal: `LIMIT_EXCEEDED` where their lists are too long for all the names they are asked under.
    """
    selected, arguments = step.root.selected, step.arguments
    if selected.name == "draft":
        found = await read_draft(reader, str(arguments["id"]))
        if found is None:
            return None
        view = await draft_view(reader, found, selected, drafting, running)
        return await tell(selected.children, selected.type_name, view, running.bill)
    state = arguments.get("state")
    state = None if state is None else str(getattr(state, "value", state))
    size = page_size(arguments.get("first"), USUAL_PAGE)
    own = cursors.of("drafts", state)
    after = arguments.get("after")
    before = None if after is None else str(own.open(after)[0])
    page = await read_drafts(reader, state=state, before=before, limit=size + 1)
    nodes = [await draft_view(reader, each, selected, drafting, running) for each in page[:size]]
    ends = [own.seal(each.id) for each in page[:size]]
    told = connection(nodes, ends, more=len(page) > size)
    return await tell(selected.children, selected.type_name, told, running.bill)


async def draft_view(
    reader: Reader, draft: DraftRecord, selected: Selected, drafting: Drafting, running: Running
) -> View:
    """A draft as far as it is asked; what takes long is found only for those who ask."""
    alive = draft.state in {DraftState.OPEN, DraftState.SCHEDULED}
    newest, _ = await newest_edition(reader)
    outdated = alive and newest != draft.base
    examined, conflicts = NOTHING, tuple[Conflict, ...]()
    if any(asks(selected, name) for name in EXAMINED):
        examined = await drafting.examined(reader, draft)
    if outdated and asks(selected, "conflicts"):
        conflicts = await drafting.conflicts(reader, draft, newest)
    changes = await read_changes(reader, REGISTER, draft.id) if asks(selected, "changes") else {}
    counting = entitled(running.force, running.at) if alive else _was_let
    edits = await read_edits(reader, draft.id) if asks(selected, "edits") else ()
    for each in (edits, examined.findings, conflicts):
        running.bill.add(len(each))
    return {
        "id": draft.id,
        "state": draft.state.value,
        "version": draft.version,
        "base": draft.base,
        "hash": draft.hash,
        "note": draft.note,
        "createdBy": draft.created_by,
        "createdAt": draft.created_at,
        "changedBy": draft.changed_by,
        "changedAt": draft.changed_at,
        "authors": list(dict.fromkeys(each.by for each in draft.authors)),
        "model": draft.model,
        "edits": Long(edits, _edit),
        "check": Long(examined.findings, partial(_finding, examined.accepted)),
        "widens": examined.widens,
        "needsApproval": examined.needs_approval,
        "approvals": [_approval(each, draft, counting) for each in await read_approvals(reader, draft.id)],
        "outdated": outdated,
        "conflicts": Long(conflicts, _conflict),
        "publishAt": draft.publish_at,
        "publishBy": draft.publish_by,
        "trouble": draft.trouble,
        "why": partial(_why, draft.trouble),
        "edition": draft.number,
        "changes": [change_view(each) for each in changes.get(draft.id, ())],
    }


def _why(trouble: str | None, lang: str = "ja") -> str | None:
    """What is told of a trouble that this release knows."""
    if trouble is None or trouble not in SENTENCES:
        return None
    return Told(trouble).text("en" if lang == "en" else "ja")


def _was_let(_client: str, _guard: str) -> bool:
    """Of a draft that is over, an approval counts as it did then."""
    return True


def _edit(kept: KeptEdit) -> View:
    edit = kept.edit
    return {
        "table": edit.table,
        "key": edit.key,
        "was": _cells(edit.table, kept.was),
        "became": _cells(edit.table, edit.cells),
        "after": edit.after,
        "by": kept.by,
        "at": kept.at,
    }


def _cells(table: str, cells: Sequence[str] | None) -> list[View] | None:
    if cells is None:
        return None
    columns = (MODEL,) if table == MODEL else COLUMNS[table]
    return [{"column": column, "value": value} for column, value in zip(columns, cells, strict=True)]


def _finding(accepted: frozenset[str], found: Mistake) -> View:
    return {
        "id": found.id,
        "severity": found.severity.value,
        "accepted": found.id in accepted,
        "code": found.code,
        "table": found.table,
        "row": found.row or None,
        "key": found.key,
        "column": found.column,
        "near": list(found.near),
        "text": found.text,
    }


def _approval(approval: Approval, draft: DraftRecord, counting: Entitled) -> View:
    return {
        "by": approval.approver.by,
        "at": approval.at,
        "base": approval.base,
        "hash": approval.hash,
        "note": approval.note,
        "overrides": [{"finding": name, "reason": reason} for name, reason in approval.overrides.items()],
        "withdrawnAt": approval.withdrawn_at,
        "superseded": (approval.base, approval.hash) != (draft.base, draft.hash),
        "counts": approval.counts_for(draft) and counting(approval.approver.client, APPROVING),
    }


def _conflict(conflict: Conflict) -> View:
    return {
        "table": conflict.table,
        "key": conflict.key,
        "base": _cells(conflict.table, conflict.base),
        "mine": _cells(conflict.table, conflict.mine),
        "theirs": _cells(conflict.table, conflict.theirs),
    }
