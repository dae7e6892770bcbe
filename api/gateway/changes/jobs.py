"""The asking for jobs: about no person, so without a purpose, and on record like any change."""

from collections.abc import Mapping
from typing import Any, Final

from api.gateway.changes.act import Act
from api.gateway.changes.registering import keeper
from api.gateway.documents.walk import walk
from api.gateway.release.purpose import scopes
from api.gateway.views.job import job_view
from models.drafts.record import read_draft
from models.jobs import box
from models.jobs.job import JobKind

JOB_CHANGES: Final = ("assessDraft", "gatherEvidence", "cancelJob")
MOST_DAYS: Final = 366
KINDS: Final = frozenset({JobKind.IMPACT, JobKind.REPLAY})
"""What can be worked out of a draft."""


async def change_job(
    act: Act, before: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Ask for it or give it up, unless that was done `before`; what to remember, and what the payload tells.

    Raises:
        Refusal: the token or its client is narrowed, or something is wrong with the input.
    """
    selected = act.step.root.selected
    if scopes(act.context.force, act.door.requester):
        raise act.out_of_scope(act.guard)
    if before is not None:
        job = str(before["job"])
    elif selected.name == "cancelJob":
        job = await _cancel(act)
    elif selected.name == "gatherEvidence":
        job = await _gather(act)
    else:
        job = await _assess(act)
    record = await box.read_job(act.transaction, job)
    payload = {"job": record and job_view(record)}
    return {"job": job}, walk(selected.children, selected.type_name, payload)


async def _assess(act: Act) -> str:
    said = act.said
    kind, days = JobKind(getattr(said["kind"], "value", said["kind"])), int(said["days"])
    if kind not in KINDS:
        raise act.wrong("kind", "JOB_KIND")
    _within(act, days)
    draft = await read_draft(act.transaction, str(said["draft"]))
    if draft is None:
        raise act.wrong("draft", "DRAFT_UNKNOWN")
    if draft.hash != said["hash"]:
        raise act.wrong("hash", "HASH_CHANGED", status=409)
    if kind is JobKind.IMPACT:
        known = await box.same(act.transaction, kind, draft.id, draft.base, draft.hash)
        if known is not None:
            return known.id
    by = keeper(act)
    return await box.put(
        act.transaction,
        kind,
        by=by.by,
        now=by.at,
        draft=draft.id,
        base=draft.base,
        hash=draft.hash,
        days=days if kind is JobKind.REPLAY else None,
    )


async def _gather(act: Act) -> str:
    days = int(act.said["days"])
    _within(act, days)
    by = keeper(act)
    edition = act.context.force.edition.id
    return await box.put(act.transaction, JobKind.EVIDENCE, by=by.by, now=by.at, base=edition, days=days)


def _within(act: Act, days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        raise act.wrong("days", "DAYS_OUTSIDE")


async def _cancel(act: Act) -> str:
    job = str(act.said["job"])
    if await box.read_job(act.transaction, job) is None:
        raise act.wrong("job", "JOB_UNKNOWN")
    await box.cancel(act.transaction, job, act.running.at)
    return job
