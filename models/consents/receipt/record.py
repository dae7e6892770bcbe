"""The record of a consent: how it stands, and every step that led there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from models.consents.consent import PERMITTING, ConsentState


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEventRecord:
    """One step in the life of a consent; `by` is the person, a client or the clock."""

    state: str
    at: datetime
    by: str
    notice_version: str
    language: str
    method: str
    expires_at: datetime | None
    categories: tuple[str, ...]
    guardian: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """A consent as it stands, with all its steps; `state` is `EXPIRED` where it is over."""

    id: str
    user: str
    purpose: str
    recipient: str
    state: str
    given_at: datetime | None
    withdrawn_at: datetime | None
    expires_at: datetime | None
    notice_version: str
    language: str
    method: str
    categories: tuple[str, ...]
    notice_hash: str
    notice_text: str | None
    guardian: str
    told_abroad: Mapping[str, str] | None
    foreign_informed: bool
    reason: str
    events: tuple[ConsentEventRecord, ...]


def state_now(state: str, expires_at: datetime | None, now: datetime) -> str:
    """The state as it is told: one that permits and is over is `EXPIRED`."""
    over = expires_at is not None and expires_at <= now and state in {each.value for each in PERMITTING}
    return ConsentState.EXPIRED.value if over else state
