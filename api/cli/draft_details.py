"""The details of a draft: each row it changes, and who agreed to what, as lines and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from api.cli.policy_told import say
from api.cli.row_change import moved
from api.cli.row_change import told as told_row
from api.cli.told import Language
from models.day import in_japan
from models.drafts.record import Approval, DraftRecord, KeptEdit
from policies.table import COLUMNS


def edit_lines(record: DraftRecord, edits: Sequence[KeptEdit], lang: Language) -> Iterator[str]:
    """Each edit with who made it and when, in the order of the draft."""
    for each in edits:
        edit = each.edit
        line = told_row(edit.table, edit.key, each.was, edit.cells, lang)
        if edit.after is not None and each.was is not None:
            line += moved(edit.after, lang)
        yield say("EDITED_BY", lang, edit=line, by=each.by, at=in_japan(each.at))
    if record.model is not None:
        yield f"~ {say('OTHER_MODEL', lang, file='casbin_model.conf')}"


def approval_lines(
    record: DraftRecord, approvals: Sequence[tuple[Approval, bool]], lang: Language
) -> Iterator[str]:
    """Each approval, the newest first: whose, of what, why, and whether it counts; then what it overrides."""
    for each, counts in approvals:
        named = {"by": each.approver.by, "at": in_japan(each.at), "note": each.note, "hash": each.hash[:12]}
        yield say(_state(record, each, counts=counts), lang, **named)
        for finding, reason in each.overrides.items():
            yield say("OVERRIDDEN", lang, finding=finding, reason=reason)


def _state(record: DraftRecord, approval: Approval, *, counts: bool) -> str:
    if approval.withdrawn_at is not None:
        return "APPROVAL_TAKEN_BACK"
    if (approval.base, approval.hash) != (record.base, record.hash):
        return "APPROVAL_SUPERSEDED"
    return "APPROVAL_COUNTS" if counts else "APPROVAL_BARRED"


def edit_form(kept: KeptEdit) -> dict[str, Any]:
    """An edit as JSON holds it: the row before and after by column, null where there is none."""
    edit = kept.edit
    return {
        "table": edit.table,
        "key": edit.key,
        "was": _row(edit.table, kept.was),
        "became": _row(edit.table, edit.cells),
        "after": edit.after,
        "by": kept.by,
        "at": kept.at.isoformat(),
    }


def approval_form(approval: Approval, *, counts: bool) -> dict[str, Any]:
    """An approval as JSON holds it."""
    return {
        "by": approval.approver.by,
        "at": approval.at.isoformat(),
        "base": approval.base,
        "hash": approval.hash,
        "note": approval.note,
        "overrides": approval.overrides,
        "counts": counts,
        "withdrawnBy": approval.withdrawn_by,
        "withdrawnAt": approval.withdrawn_at and approval.withdrawn_at.isoformat(),
    }


def _row(table: str, cells: tuple[str, ...] | None) -> dict[str, str] | None:
    return None if cells is None else dict(zip(COLUMNS[table], cells, strict=True))
