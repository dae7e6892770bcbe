"""The page of a draft: what it is now, who had a part, what the check finds, whether it widens, and what comes next."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import typer
from rich.cells import cell_len, set_cell_size

from api.cli.draft_change import look_at, sentence
from api.cli.draft_details import approval_form, approval_lines, edit_form, edit_lines
from api.cli.draft_edition import read_standing
from api.cli.findings import findings_json
from api.cli.findings import tell as tell_findings
from api.cli.policy_impact import SIGNS
from api.cli.policy_told import say
from api.cli.told import Language, listed, out, tell_line, visible
from models.database.store import Store
from models.day import in_japan
from models.drafts.barred import Barred
from models.drafts.draft import DraftState
from models.drafts.entitled import APPROVING, entitled
from models.drafts.record import Approval, DraftRecord, KeptEdit, read_approvals
from models.inforce import InForce
from policies.drafts.examined import Examined
from policies.impact.outcome import Direction
from policies.mistake import Mistake

TO_CORRECT: Final = 3
"""How a command ends that made or changed a draft in which something must be corrected first."""

ALIVE: Final = frozenset({DraftState.OPEN, DraftState.SCHEDULED})
"""The states in which a draft may come into force yet."""

FAILS: Final = "DECISION_FAILS"
"""The finding that an alignment removes."""


@dataclass(frozen=True, slots=True)
class Page:
    """A draft with its edits, what was found in it, and its approvals, each with whether it counts."""

    record: DraftRecord
    edits: tuple[KeptEdit, ...]
    examined: Examined
    outdated: bool
    approvals: tuple[tuple[Approval, bool], ...] = ()

    @property
    def open(self) -> tuple[Mistake, ...]:
        """What was found and nobody accepted before."""
        return (*self.examined.wrong, *self.examined.overridable)

    @property
    def next(self) -> str:
        """What has to happen before it is in force, as one word."""
        if self.record.state is not DraftState.OPEN:
            return self.record.state.name
        if self.record.hash == self.record.base:
            return "EDIT"
        if self.examined.wrong:
            return "CORRECT"
        if self.outdated:
            return "REBASE"
        if not self.examined.needs_approval:
            return "PUBLISH"
        return "PUBLISH_APPROVED" if any(map(self._suffices, self.approvals)) else "APPROVE"

    def _suffices(self, approval: tuple[Approval, bool]) -> bool:
        agreed, counts = approval
        return counts and all(agreed.overrides.get(each.id) for each in self.examined.overridable)


async def page_of(store: Store, draft: str, lang: Language) -> Page:
    """The page of a draft as it stands.

    Raises:
        CommandError: there is none.
    """
    record, sketch, outdated, edits = await read_standing(store, draft, lang)
    examined = await look_at(store, sketch, lang)
    return Page(record, edits, examined, outdated, await _approvals(store, record))


async def _approvals(store: Store, record: DraftRecord) -> tuple[tuple[Approval, bool], ...]:
    """The approvals, the newest first; of a draft that is over, one counts as it did then."""
    found = await read_approvals(store, record.id)
    if not found or record.state not in ALIVE:
        return tuple((each, each.counts_for(record)) for each in found)
    may_still = entitled(await InForce(store).current(), datetime.now(UTC))
    return tuple(
        (each, each.counts_for(record) and may_still(each.approver.client, APPROVING)) for each in found
    )


def tell(page: Page, lang: Language, *, as_json: bool, whole: bool = False) -> None:
    """Print it; `whole` with each edit, each approval, and who had a part."""
    if as_json:
        print_json(page)
        return
    tell_findings(page.open, lang)
    lines = [
        (say(name, lang), text)
        for name, text in (*_lines(page, lang), *(_story(page, lang) if whole else ()))
    ]
    width = max(cell_len(name) for name, _ in lines)
    for name, text in lines:
        tell_line(visible(f"{set_cell_size(name, width)}  {text}"))
    if whole:
        _tell_list("EDITS", edit_lines(page.record, page.edits, lang), lang)
        _tell_list("APPROVALS", approval_lines(page.record, page.approvals, lang), lang)
        out.print()
    record = page.record
    named = {"draft": record.id, "version": record.version, "hash": record.hash}
    alignable = page.next == "CORRECT" and any(each.code == FAILS for each in page.examined.wrong)
    for step in (f"NEXT_{page.next}", *(("NEXT_ALIGN",) if alignable else ())):
        out.print(say(step, lang, **named), soft_wrap=True, markup=False)


def _tell_list(head: str, lines: Iterator[str], lang: Language) -> None:
    out.print()
    out.print(say(head, lang), markup=False)
    for each in [*lines] or [say("EMPTY", lang)]:
        tell_line(visible(f"  {each}"))


def _story(page: Page, lang: Language) -> Iterator[tuple[str, str]]:
    """Who drafted it, why, and what became of it."""
    record = page.record
    late = record.state in ALIVE and page.outdated
    state = say(f"STATE_{record.state.name}", lang)
    yield "ROW_STATE", say("STATE_LATE", lang, state=state) if late else state
    yield "ROW_NOTE", record.note
    yield "ROW_BEGUN", say("AT_BY", lang, at=in_japan(record.created_at), by=record.created_by)
    yield "ROW_CHANGED", say("AT_BY", lang, at=in_japan(record.changed_at), by=record.changed_by)
    yield "ROW_AUTHORS", listed(dict.fromkeys(each.by for each in record.authors), lang)
    if record.publish_at is not None and record.state is DraftState.SCHEDULED:
        set_by = say("AT_BY", lang, at=in_japan(record.publish_at), by=record.publish_by)
        yield "ROW_PUBLISH_AT", f"{set_by}: {record.publish_note or ''}"
    if record.number is not None:
        yield "ROW_PUBLISHED", say("EDITION", lang, name=record.number)
    if record.trouble is not None:
        yield "ROW_TROUBLE", sentence(Barred(record.trouble), lang)


def made(page: Page, lang: Language, *, as_json: bool) -> None:
    """Print what a change made of a draft.

    Raises:
        Exit: with `TO_CORRECT`, where nobody can publish it as it is.
    """
    tell(page, lang, as_json=as_json)
    if page.examined.wrong:
        raise typer.Exit(TO_CORRECT)


def _lines(page: Page, lang: Language) -> Iterator[tuple[str, str]]:
    record, examined = page.record, page.examined
    yield "ROW_DRAFT", record.id
    yield "ROW_VERSION", f"{record.version}"
    yield "ROW_HASH", record.hash
    yield "ROW_BASE", record.base
    rows = Counter(each.edit.table for each in page.edits)
    yield "ROW_EDITS", listed((f"{table}.csv {number:,}" for table, number in rows.items()), lang) or "0"
    counts = Counter(each.severity for each in page.open)
    yield (
        "ROW_CHECK",
        listed((f"{say(severity.name, lang)} {number:,}" for severity, number in counts.items()), lang)
        or say("NOTHING_FOUND", lang),
    )
    yield (
        "ROW_WIDENS",
        f"{SIGNS[Direction.WIDENS]} {say('YES', lang)}" if examined.widens else say("NO", lang),
    )


def print_json(page: Page) -> None:
    """It for programs."""
    record, examined = page.record, page.examined
    told = {
        "draft": record.id,
        "state": record.state.value,
        "note": record.note,
        "createdBy": record.created_by,
        "createdAt": record.created_at.isoformat(),
        "changedBy": record.changed_by,
        "changedAt": record.changed_at.isoformat(),
        "authors": list(dict.fromkeys(each.by for each in record.authors)),
        "publishAt": record.publish_at and record.publish_at.isoformat(),
        "publishBy": record.publish_by,
        "trouble": record.trouble,
        "number": record.number,
        "version": record.version,
        "hash": record.hash,
        "base": record.base,
        "outdated": page.outdated,
        "edits": [edit_form(each) for each in page.edits],
        "widens": examined.widens,
        "needsApproval": examined.needs_approval,
        "approvals": [approval_form(each, counts=counts) for each, counts in page.approvals],
        "next": page.next,
        **findings_json(page.open),
    }
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
