"""The job: long work on editions, from its asking to its result."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise import Model, fields


class JobKind(StrEnum):
    """What is worked out."""

    IMPACT = "IMPACT"
    REPLAY = "REPLAY"
    EVIDENCE = "EVIDENCE"


class JobState(StrEnum):
    """How far it is; the last three are ends."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


class JobTrouble(StrEnum):
    """Why a job failed."""

    CHANGED = "CHANGED"
    """What it was asked about is no longer so: the draft has another hash, or its edition is gone."""

    GIVEN_UP = "GIVEN_UP"
    """The processes that carried it ended each time, or one of its steps took too long."""

    FAULT = "FAULT"
    """An error of ours; the log tells which."""

    UNREADABLE = "UNREADABLE"
    """What it found cannot be read back; never kept, but told of a row that was altered, once that is looked at."""


class PolicyJob(Model):
    """One job, whose `result` holds counts and names of rules, fields and clients, never who a person is."""

    id = fields.CharField(max_length=26, primary_key=True)
    kind = fields.CharEnumField(JobKind, max_length=20)
    draft = fields.CharField(max_length=26, null=True, db_index=True)
    base = fields.CharField(max_length=64, null=True)
    hash = fields.CharField(max_length=64, null=True)
    days = fields.IntField(null=True)
    state = fields.CharEnumField(JobState, max_length=20)
    done = fields.BigIntField(default=0)
    total = fields.BigIntField(default=0)
    asked_by = fields.CharField(max_length=120)
    asked_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    tries = fields.IntField(default=0)
    lease = fields.CharField(max_length=26, null=True)
    leased_until = fields.DatetimeField(null=True)
    trouble = fields.CharEnumField(JobTrouble, max_length=20, null=True)
    result = fields.TextField(null=True)

    class Meta:
        """Where it is kept."""

        table = "policy_jobs"
        indexes = (("state", "asked_at"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it stands.

    Attributes:
        draft: the draft that it is about, with the edition it is `base`d on and the `hash` it had; or None.
        days: how far back it looks into the ledger; or None.
        done, total: how much of its work is done, in units of its own; a total of 0 is not known yet.
        result: what it found, where that was read with it: an `Impact`, or JSON of a replay and of evidence.
    """

    id: str
    kind: JobKind
    draft: str | None
    base: str | None
    hash: str | None
    days: int | None
    state: JobState
    done: int
    total: int
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    tries: int
    trouble: JobTrouble | None
    result: Any = None
