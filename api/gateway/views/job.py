"""The view of jobs: how far each is, and what it found, as far as it is asked."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from api.gateway.documents.long import Long, tell, tell_list
from api.gateway.running import Running, Step
from api.gateway.told import Told
from api.gateway.views.evidence import evidence_view
from models.database.store import Reader
from models.jobs.box import read_job, read_jobs
from models.jobs.found import readable
from models.jobs.job import Job, JobKind, JobTrouble
from policies.impact.change import Impact
from policies.impact.outcome import Direction
from policies.replay.tally import told

View = dict[str, Any]
JOB_DOORS: Final = ("policyJobs", "policyJob")
"""The root fields that tell of jobs."""

MOST: Final = 100

WHY: Final[Mapping[JobTrouble, Told]] = {
    JobTrouble.CHANGED: Told("JOB_CHANGED"),
    JobTrouble.GIVEN_UP: Told("JOB_GIVEN_UP"),
    JobTrouble.FAULT: Told("JOB_FAULT"),
    JobTrouble.UNREADABLE: Told("JOB_UNREADABLE"),
}
"""Why a job failed, and what to do."""


async def look_up_jobs(reader: Reader, step: Step, running: Running) -> View | list[View | None] | None:
    """What one of these root fields asks for: the newest jobs, or the one it names.

    Raises:
        Refusal: `LIMIT_EXCEEDED` where their lists are too long for all the names they are asked under.
    """
    selected, arguments = step.root.selected, step.arguments
    if selected.name == "policyJob":
        found = await read_job(reader, str(arguments["id"]))
        view = None if found is None else job_view(found)
        return await tell(selected.children, selected.type_name, view, running.bill)
    draft, kind = arguments.get("draft"), arguments.get("kind")
    jobs = await read_jobs(
        reader,
        draft=None if draft is None else str(draft),
        kind=None if kind is None else JobKind(getattr(kind, "value", kind)),
        limit=max(0, min(int(arguments.get("first", 20)), MOST)),
    )
    return await tell_list(selected, Long(jobs, job_view), running.bill)


def job_view(job: Job) -> View:
    """All of one job."""
    job = readable(job)
    return {
        "id": job.id,
        "kind": job.kind.value,
        "draft": job.draft,
        "hash": job.hash,
        "days": job.days,
        "state": job.state.value,
        "done": job.done,
        "total": job.total,
        "askedBy": job.asked_by,
        "askedAt": job.asked_at,
        "startedAt": job.started_at,
        "endedAt": job.ended_at,
        "trouble": job.trouble and job.trouble.value,
        "why": lambda lang="ja": job.trouble and WHY[job.trouble].text("en" if lang == "en" else "ja"),
        "impact": job.result and _impact(job.result) if job.kind is JobKind.IMPACT else None,
        "replay": job.result and _replay(job.result) if job.kind is JobKind.REPLAY else None,
        "evidence": job.result and evidence_view(job.result) if job.kind is JobKind.EVIDENCE else None,
    }


def _impact(result: Mapping[str, Any]) -> View:
    impact = Impact.from_json(orjson.dumps(result).decode())
    return {
        "widens": impact.widens,
        "widened": impact.widened,
        "narrowed": impact.narrowed,
        "changes": [_change(each) for each in result["changes"]],
        "cells": [each._asdict() for each in impact.cells()],
    }


def _change(change: Mapping[str, Any]) -> View:
    direction = Direction(change["direction"]).name
    return {
        **change,
        "direction": direction,
        "text": lambda lang="ja": change["en" if lang == "en" else "ja"],
    }


def _replay(result: Mapping[str, Any]) -> View:
    return {**result, "lines": [_line(each) for each in result["lines"]]}


def _line(line: Mapping[str, Any]) -> View:
    days = [{"day": day, "accesses": count} for day, count in line["days"].items()]
    return {**line, "people": told(line["people"]), "days": days}
