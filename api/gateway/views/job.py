"""The view of jobs: how far each is, and what it found, as far as it is asked."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final, NamedTuple

from api.gateway.documents.bill import Bill
from api.gateway.documents.long import Long, tell, tell_list
from api.gateway.documents.selection import Selected
from api.gateway.documents.walk import asks
from api.gateway.running import Running, Step
from api.gateway.told import Told
from api.gateway.views.evidence import evidence_view
from models.database.store import Reader
from models.jobs.box import read_job, read_jobs, read_result
from models.jobs.found import readable
from models.jobs.job import Job, JobKind, JobState, JobTrouble
from policies.impact.change import Cell, Change, Impact
from policies.replay.tally import told

View = dict[str, Any]
JOB_DOORS: Final = ("policyJobs", "policyJob")
"""The root fields that tell of jobs."""

MOST: Final = 100
CHARACTERS: Final = 100
"""How many characters of what a job found cost as much as one value."""

FOUND: Final[Mapping[JobKind, str]] = {each: each.value.lower() for each in JobKind}
"""The field of each kind of job that tells what it found."""

WHY: Final[Mapping[JobTrouble, Told]] = {
    JobTrouble.CHANGED: Told("JOB_CHANGED"),
    JobTrouble.GIVEN_UP: Told("JOB_GIVEN_UP"),
    JobTrouble.FAULT: Told("JOB_FAULT"),
    JobTrouble.UNREADABLE: Told("JOB_UNREADABLE"),
}
"""Why a job failed, and what to do."""


class Looked(NamedTuple):
    """A job, and the view of what it found, where that was read."""

    job: Job
    found: View | None = None


async def look_up_jobs(reader: Reader, step: Step, running: Running) -> View | list[View | None] | None:
    """What one of these root fields asks for: the newest jobs, or the one it names.

    Raises:
        Refusal: `LIMIT_EXCEEDED` where what they found, or lists of it, is too long for all the names it is asked under.
    """
    selected, arguments = step.root.selected, step.arguments

    def view(job: Job) -> View:
        return job_view(job, selected, reader, running.bill)

    if selected.name == "policyJob":
        found = await read_job(reader, str(arguments["id"]))
        part = None if found is None else view(found)
        return await tell(selected.children, selected.type_name, part, running.bill)
    draft, kind = arguments.get("draft"), arguments.get("kind")
    jobs = await read_jobs(
        reader,
        draft=None if draft is None else str(draft),
        kind=None if kind is None else JobKind(getattr(kind, "value", kind)),
        limit=max(0, min(int(arguments.get("first", 20)), MOST)),
    )
    return await tell_list(selected, Long(jobs, view), running.bill)


def job_view(job: Job, selected: Selected, reader: Reader, bill: Bill) -> View:
    """All of one job, as far as `selected` asks for it; what it found is read and paid for only where it is asked.

    It is read once, before anything is told that depends on it: a result that cannot be read back is of a job that
    failed.
    """
    asked = job.state is JobState.DONE and asks(selected, FOUND[job.kind])
    told: Looked | None = None

    async def look() -> Looked:
        nonlocal told
        if told is None:
            told = await _look(job, reader, bill) if asked else Looked(job)
        return told

    async def state() -> str:
        return (await look()).job.state.value

    async def trouble() -> str | None:
        found = (await look()).job.trouble
        return found and found.value

    async def why(lang: str = "ja") -> str | None:
        found = (await look()).job.trouble
        return found and WHY[found].text("en" if lang == "en" else "ja")

    async def found() -> View | None:
        return (await look()).found

    return {
        "id": job.id,
        "kind": job.kind.value,
        "draft": job.draft,
        "hash": job.hash,
        "days": job.days,
        "state": state,
        "done": job.done,
        "total": job.total,
        "askedBy": job.asked_by,
        "askedAt": job.asked_at,
        "startedAt": job.started_at,
        "endedAt": job.ended_at,
        "trouble": trouble,
        "why": why,
        **dict.fromkeys(FOUND.values()),
        FOUND[job.kind]: found,
    }


async def _look(job: Job, reader: Reader, bill: Bill) -> Looked:
    text = await read_result(reader, job.id)
    bill.add(len(text or "") // CHARACTERS)
    return await asyncio.to_thread(_looked, job, text)


def _looked(job: Job, text: str | None) -> Looked:
    found = readable(job, text)
    return Looked(found, None if found.result is None else VIEWS[job.kind](found.result))


def _impact(impact: Impact) -> View:
    async def cells() -> Long:
        return Long(await asyncio.to_thread(impact.cells), Cell._asdict)

    return {
        "widens": impact.widens,
        "widened": impact.widened,
        "narrowed": impact.narrowed,
        "changes": Long(impact.changes, _change),
        "cells": cells,
    }


def _change(change: Change) -> View:
    parts = {each.name: getattr(change, each.name) for each in fields(change)}
    return {
        **{name: list(part) if isinstance(part, tuple) else part for name, part in parts.items()},
        "direction": change.direction.name,
        "text": lambda lang="ja": change.en if lang == "en" else change.ja,
    }


def _replay(result: Mapping[str, Any]) -> View:
    return {**result, "lines": Long(result["lines"], _line)}


def _line(line: Mapping[str, Any]) -> View:
    days = [{"day": day, "accesses": count} for day, count in line["days"].items()]
    return {**line, "people": told(line["people"]), "days": days}


VIEWS: Final[Mapping[JobKind, Callable[[Any], View]]] = {
    JobKind.IMPACT: _impact,
    JobKind.REPLAY: _replay,
    JobKind.EVIDENCE: evidence_view,
}
"""What each kind of job found, as the interface tells it."""
