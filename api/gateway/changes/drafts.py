"""The drafts, changed through the interface: about no person, so without a purpose, and on record."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from api.gateway.changes.act import Act
from api.gateway.changes.clients import CLAUSE
from api.gateway.changes.jobs import ask_job
from api.gateway.changes.registering import check_whole, keeper
from api.gateway.documents.long import tell
from api.gateway.drafting.mistakes import Made
from api.gateway.refusal import Code, Refusal, Why, closed
from api.gateway.told import Told
from api.gateway.views.draft import draft_view
from api.gateway.views.job import job_view
from models.day import in_japan
from models.drafts.barred import Barred
from models.drafts.entitled import entitled
from models.drafts.publication import publish, publishable
from models.drafts.record import DraftRecord, newest_edition, read_draft
from models.drafts.register import LONGEST_NOTE, DraftRegister, Stale
from models.drafts.worked import Worked
from models.formats.fold import prose
from models.formats.wrong import Wrong
from models.jobs import box
from models.jobs.job import JobKind

PUBLISHING = "Mutation.publishEdition"
PROPOSING = "proposeLeastPrivilege"
FORBIDDEN = frozenset({"OWN_DRAFT", "APPROVAL_MISSING", "APPROVER_CLIENT"})
"""What is not wrong with the input, but with who asks."""

CONFLICTING = frozenset(
    {
        *("STALE_VERSION", "STALE_BASE", "HASH_CHANGED", "FINDINGS_OPEN", "DRAFT_CLOSED", "DRAFT_SCHEDULED"),
        *("APPROVED_BEFORE", "NOT_SCHEDULED", "DRAFT_UNCHANGED", "DRAFT_OUTGROWN", "EVIDENCE_OUTDATED"),
        "IN_FORCE_ALREADY",
    }
)
"""What would be right of another state of the draft or of the rules; HTTP tells it as 409."""


async def _create(act: Act, register: DraftRegister, made: Made) -> str:
    note = _note(act)
    return await register.create(made.base, note, made.drafted)


async def _propose(act: Act, register: DraftRegister, made: Made) -> str:
    """The draft, with its impact under way."""
    note = _note(act)
    if (await newest_edition(act.transaction))[0] != made.base:
        raise Barred("EVIDENCE_OUTDATED", "job")
    draft = await register.create(made.base, note, made.drafted)
    await ask_job(act, JobKind.IMPACT, made.base, draft=draft, hash=made.drafted.hash)
    return draft


def _changing(what: str) -> "Carry":
    async def change(act: Act, register: DraftRegister, made: Made) -> str:
        draft, version = str(act.said["draft"]), int(act.said["ifVersion"])
        await register.change(draft, version, made.drafted, what, made.base)
        return draft

    return change


async def _withdraw(act: Act, register: DraftRegister, _: Any) -> str:  # noqa: ANN401 - nothing was worked out
    draft = str(act.said["draft"])
    await register.withdraw(draft, int(act.said["ifVersion"]))
    return draft


async def _approve(act: Act, register: DraftRegister, worked: Worked) -> str:
    said, note = act.said, _note(act)
    draft = str(said["draft"])
    overrides = {
        str(each["finding"]): _words(act, f"overrides.{place}.reason", str(each["reason"]))
        for place, each in enumerate(said.get("overrides") or ())
    }
    if said.get("publish") and not act.running.plain.may(PUBLISHING):
        raise act.forbidden(PUBLISHING)
    await register.approve(draft, worked, note, overrides)
    if said.get("publish"):
        await _put_in_force(act, register, await register.open(draft), worked, note)
    return draft


async def _put_in_force(
    act: Act, register: DraftRegister, found: DraftRecord, worked: Worked, note: str
) -> None:
    may_still = entitled(act.context.force, act.running.at)
    await publish(act.transaction, found, worked, may_still, keeper=register.keeper, note=note)


async def _withdraw_approval(act: Act, register: DraftRegister, _: Any) -> str:  # noqa: ANN401 - as above
    draft = str(act.said["draft"])
    await register.withdraw_approval(draft)
    return draft


async def _publish(act: Act, register: DraftRegister, worked: Worked) -> str:
    draft, at, note = str(act.said["draft"]), act.said.get("at"), _note(act)
    if at is not None and at <= act.running.at:
        raise act.wrong("at", "AT_PAST", at=in_japan(at))
    found = await register.open(draft)
    if at is None:
        await _put_in_force(act, register, found, worked, note)
    else:
        await publishable(act.transaction, found, worked, entitled(act.context.force, act.running.at))
        await register.schedule(found, worked, at, note)
    return draft


async def _cancel(act: Act, register: DraftRegister, _: Any) -> str:  # noqa: ANN401 - as above
    draft = str(act.said["draft"])
    await register.cancel(draft)
    return draft


Carry = Callable[[Act, DraftRegister, Any], Awaitable[str]]
DRAFT_CHANGES: Mapping[str, Carry] = MappingProxyType(
    {
        "createDraft": _create,
        "editDraft": _changing("EDITED"),
        "importDraft": _changing("IMPORTED"),
        "alignDecisions": _changing("ALIGNED"),
        "rebaseDraft": _changing("REBASED"),
        "withdrawDraft": _withdraw,
        "approveDraft": _approve,
        "withdrawApproval": _withdraw_approval,
        "publishEdition": _publish,
        "cancelPublication": _cancel,
        "rollBackEdition": _create,
        PROPOSING: _propose,
    }
)
"""Each mutation with what it does."""

IN_FORCE = frozenset({"approveDraft", "publishEdition"})
"""Those after which what is in force is read anew."""


async def change_draft(
    act: Act, before: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Do it, unless it was done `before`; what to remember of it, and what its payload tells.

    Raises:
        Refusal: the token or its client is narrowed, or it may not be done.
        Refusals: every mistake in the input, each with its path.
    """
    selected = act.step.root.selected
    check_whole(act)
    if before is None:
        draft = await _carry_out(act)
    else:
        draft = before["draft"]
    record = await read_draft(act.transaction, draft)
    view = record and await draft_view(act.transaction, record, selected, act.drafting, act.running)
    payload = {"draft": view, "job": record and await _impact(act, record)}
    return {"draft": draft}, await tell(selected.children, selected.type_name, payload, act.running.bill)


async def _impact(act: Act, draft: DraftRecord) -> dict[str, Any] | None:
    """The job that works out its impact, of those who asked for one with it."""
    selected = act.step.root.selected
    if selected.name != PROPOSING:
        return None
    job = await box.same(act.transaction, JobKind.IMPACT, draft.base, draft=draft.id, hash=draft.hash)
    return None if job is None else job_view(job, selected, act.transaction, act.running.bill)


async def _carry_out(act: Act) -> str:
    register = DraftRegister(act.transaction, keeper(act), act.door.requester.client)
    try:
        if isinstance(act.worked, Exception):
            raise _placed(act.worked, act)
        return await DRAFT_CHANGES[act.step.root.selected.name](act, register, act.worked)
    except Stale:
        raise act.stale() from None
    except Barred as barred:
        raise _refusal(act, barred) from None


def _placed(found: Exception, act: Act) -> Exception:
    """What was found beside the transaction, told of this root field."""
    for each in (found, *getattr(found, "parts", ())):
        if isinstance(each, Refusal):
            each.path = (act.step.root.selected.key,)
    return found


def _refusal(act: Act, barred: Barred) -> Refusal:
    reason, path = barred.reason, [act.step.root.selected.key]
    if reason in FORBIDDEN:
        refusal = closed(Told(reason), Why(reason, CLAUSE), field=act.guard, path=path)
    else:
        refusal = act.wrong(barred.argument, reason, status=409 if reason in CONFLICTING else None)
    if barred.findings:
        refusal.extensions["findings"] = list(barred.findings)
    return refusal


def _note(act: Act) -> str:
    """Why, in a sentence or two; nobody changes the rules without a reason on record."""
    note = _words(act, "note", str(act.said.get("note") or ""))
    if not note:
        raise act.wrong("note", "REASON_BLANK")
    return note


def _words(act: Act, argument: str, given: str) -> str:
    """What was said why, as it is kept; nothing where nothing can be seen of it."""
    try:
        return prose(given, LONGEST_NOTE)
    except Wrong as wrong:
        if wrong.code == "TEXT_BLANK":
            return ""
        told = wrong.ja if act.running.request.language == "ja" else wrong.en
        raise Refusal(
            Code.BAD_INPUT,
            told,
            path=[act.step.root.selected.key],
            argument=f"input.{argument}",
            reason=wrong.code,
        ) from None
