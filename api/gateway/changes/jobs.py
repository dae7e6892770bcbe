"""The asking for jobs: about no person, so without a purpose, and on record like any change."""

from collections.abc import Mapping
from typing import Any, Final

from api.gateway.changes.act import Act
from api.gateway.changes.registering import check_whole, keeper
from api.gateway.documents.long import tell
from api.gateway.refusal import Code, Refusal
from api.gateway.told import Told
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
    check_whole(act)
    if before is not None:
        job = str(before["job"])
    elif selected.name == "cancelJob":
        job = await _cancel(act)
    elif selected.name == "gatherEvidence":
        job = await _gather(act)
    else:
        job = await _assess(act)
    record = await box.read_job(act.transaction, job)
    payload = {"job": record and job_view(record, selected, act.transaction, act.running.bill)}
    return {"job": job}, await tell(selected.children, selected.type_name, payload, act.running.bill)


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
    days_back = days if kind is JobKind.REPLAY else None
    return await ask_job(act, kind, draft.base, draft=draft.id, hash=draft.hash, days=days_back)


async def _gather(act: Act) -> str:
    days = int(act.said["days"])
    _within(act, days)
    return await ask_job(act, JobKind.EVIDENCE, act.context.force.edition.id, days=days)


async def ask_job(  # noqa: PLR0913 - what a job is about
    act: Act,
    kind: JobKind,
    base: str,
    *,
    draft: str | None = None,
    hash: str | None = None,  # noqa: A002 - the column's name
    days: int | None = None,
) -> str:
    """The id of the job that works this out, which may be there already.

    Raises:
        Refusal: `RATE_LIMITED` for who has as many open jobs as they may.
    """
    by = keeper(act)
    try:
        return await box.ask(
            act.transaction, kind, by=by.by, now=by.at, base=base, draft=draft, hash=hash, days=days
        )
    except box.Crowded:
        most = box.MOST_OPEN
        path = [act.step.root.selected.key]
        raise Refusal(
            Code.RATE_LIMITED, Told("JOBS_OPEN", most=most), path=path, limit="jobs", most=most
        ) from None


def _within(act: Act, days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        raise act.wrong("days", "DAYS_OUTSIDE")


async def _cancel(act: Act) -> str:
    job = str(act.said["job"])
    if await box.read_job(act.transaction, job) is None:
        raise act.wrong("job", "JOB_UNKNOWN")
    await box.cancel(act.transaction, job, act.running.at)
    return job
