"""The register of a person's consents, each with its steps and the receipt of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import orjson

from models.consents.consent import ConsentState
from models.consents.receipt.receipt import receipt
from models.consents.receipt.record import ConsentEventRecord, ConsentRecord, state_now
from models.database.store import Row
from models.day import moment
from models.inforce import Force

CONSENTS = """
SELECT c.user_id, c.id, c.purpose, c.recipient, c.state, c.given_at, c.withdrawn_at, c.expires_at, c.notice_version,
  c.language, c.method, c.categories, c.notice, c.guardian, c.told_abroad, c.foreign_informed, c.reason,
  (SELECT n.text FROM notice_texts n WHERE n.hash = c.notice)
FROM consents c WHERE c.user_id {} ORDER BY c.user_id, c.purpose, c.recipient
"""
EVENTS = """
SELECT user_id, consent_id, state, at, by, notice_version, language, method, expires_at, categories, guardian, reason
FROM consent_events WHERE user_id {} ORDER BY at, id
"""
WITH_EVENTS = ("events", "receipt")
"""The parts of a consent that its steps are read for."""

CLOCK = "expiry"
"""Who ends a consent whose time is over."""


def consents(
    rows: Sequence[Row], steps: Sequence[Row], force: Force, now: datetime
) -> list[Mapping[str, Any]]:
    """Each consent as the interface tells it, with `user`."""
    events = defaultdict(list)
    for _, consent, *cells in steps:
        events[consent].append(_event(cells))
    return [_told(_consent(row, events[row[1]], now), force, now) for row in rows]


def _consent(row: Row, events: list[ConsentEventRecord], now: datetime) -> ConsentRecord:
    user, name, purpose, recipient, kept, given, withdrawn, expires, version, language, method, *more = row
    categories, notice, guardian, told, informed, reason, text = more
    expires_at = _moment(expires)
    state = state_now(kept, expires_at, now)
    if state != kept and expires_at is not None and events:
        events = [*events, _over(events[-1], expires_at)]
    return ConsentRecord(
        id=name,
        user=user,
        purpose=purpose,
        recipient=recipient,
        state=state,
        given_at=_moment(given),
        withdrawn_at=_moment(withdrawn),
        expires_at=expires_at,
        notice_version=version,
        language=language,
        method=method,
        categories=tuple(categories.split()),
        notice_hash=notice,
        notice_text=text,
        guardian=guardian,
        told_abroad=orjson.loads(told) if isinstance(told, str | bytes) else told,
        foreign_informed=bool(informed),
        reason=reason,
        events=tuple(events),
    )


def _event(cells: Sequence[Any]) -> ConsentEventRecord:
    state, at, by, version, language, method, expires, categories, guardian, reason = cells
    return ConsentEventRecord(
        state=state,
        at=moment(at),
        by=by,
        notice_version=version,
        language=language,
        method=method,
        expires_at=_moment(expires),
        categories=tuple(categories.split()),
        guardian=guardian,
        reason=reason,
    )


def _over(last: ConsentEventRecord, at: datetime) -> ConsentEventRecord:
    """The step that nobody takes: the time of a consent is over."""
    return ConsentEventRecord(
        state=ConsentState.EXPIRED.value,
        at=at,
        by=CLOCK,
        notice_version=last.notice_version,
        language=last.language,
        method=last.method,
        expires_at=last.expires_at,
        categories=last.categories,
        guardian=last.guardian,
        reason="",
    )


def _told(consent: ConsentRecord, force: Force, now: datetime) -> Mapping[str, Any]:
    told = consent.told_abroad
    return {
        "user": consent.user,
        "id": consent.id,
        "purpose": consent.purpose,
        "recipient": consent.recipient,
        "state": consent.state,
        "givenAt": consent.given_at,
        "withdrawnAt": consent.withdrawn_at,
        "expiresAt": consent.expires_at,
        "noticeVersion": consent.notice_version,
        "noticeHash": consent.notice_hash or None,
        "noticeText": consent.notice_text,
        "language": consent.language,
        "method": consent.method,
        "categories": None if not consent.categories else list(consent.categories),
        "guardian": consent.guardian or None,
        "foreignInformed": consent.foreign_informed,
        "foreignInformation": None if told is None else _Matters(told),
        "reason": consent.reason or None,
        "events": [_step(each) for each in consent.events],
        "receipt": partial(_receipt, consent, force, now),
    }


class _Matters(dict[str, str | None]):
    """What was told, where what was not is null."""

    def __missing__(self, key: str) -> None:
        return None


def _step(event: ConsentEventRecord) -> Mapping[str, Any]:
    return {
        "state": event.state,
        "at": event.at,
        "by": event.by,
        "noticeVersion": event.notice_version,
        "language": event.language,
        "method": event.method,
        "expiresAt": event.expires_at,
        "categories": list(event.categories) or None,
        "guardian": event.guardian or None,
        "reason": event.reason or None,
    }


def _receipt(consent: ConsentRecord, force: Force, now: datetime) -> orjson.Fragment:
    """A value of its own: nothing of it is selected."""
    return orjson.Fragment(orjson.dumps(receipt(consent, force.edition, force.registry, now)))


def _moment(value: Any) -> datetime | None:  # noqa: ANN401 - a time of either dialect
    return None if value is None else moment(value)
