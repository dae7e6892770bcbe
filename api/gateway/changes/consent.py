"""The changes of consent: asked for, given, refused, put off, taken back or found void, with the notice that was shown.

States and steps are those of domain section 8; every step is one event, and events only grow.
"""

from collections.abc import Sequence
from secrets import token_hex
from typing import Any

from api.gateway.changes.act import Act, Done, Subject
from api.gateway.changes.consent_said import (
    LONGEST_NAME,
    LONGEST_REASON,
    NEEDED,
    Said,
    as_json,
    keep_notice,
    untold,
)
from api.gateway.changes.holders import tell_holders
from api.gateway.told import Told
from models.consents.consent import PERMITTING, ConsentMethod, ConsentState
from models.day import moment
from models.registry import KnownRecipient

FIELD = "User.consents"

_UPSERT = """
INSERT INTO consents (id, user_id, purpose, recipient, state, given_at, withdrawn_at, expires_at, notice_version,
                      language, method, foreign_informed, categories, notice, guardian, told_abroad, told_country,
                      reason)
VALUES (:id, :user, :purpose, :to, 'GIVEN', :now, NULL, :expires, :version, :language, :method, :informed,
        :categories, :hash, :guardian, :told, :country, '')
ON CONFLICT (user_id, purpose, recipient) DO UPDATE SET
  state = CASE WHEN consents.state IN ('GIVEN', 'RENEWED') THEN 'RENEWED' ELSE 'GIVEN' END,
  given_at = excluded.given_at, withdrawn_at = NULL, expires_at = excluded.expires_at,
  notice_version = excluded.notice_version, language = excluded.language, method = excluded.method,
  foreign_informed = excluded.foreign_informed, categories = excluded.categories, notice = excluded.notice,
  guardian = excluded.guardian, told_abroad = excluded.told_abroad, told_country = excluded.told_country,
  reason = ''
"""
_UNGIVEN = """
INSERT INTO consents (id, user_id, purpose, recipient, state, given_at, withdrawn_at, expires_at, notice_version,
                      language, method, foreign_informed, categories, notice, guardian, told_abroad, reason)
VALUES (:id, :user, :purpose, :to, :state, NULL, NULL, NULL, :version, :language, :method, :no, '', :hash, '', NULL, '')
ON CONFLICT (user_id, purpose, recipient) DO UPDATE SET
  state = excluded.state, notice_version = excluded.notice_version, language = excluded.language,
  method = excluded.method, notice = excluded.notice, reason = '', expires_at = NULL, guardian = '',
  foreign_informed = excluded.foreign_informed, categories = '', told_abroad = NULL, told_country = ''
"""
_WITHDRAW = """
UPDATE consents SET state = 'WITHDRAWN', withdrawn_at = :now
WHERE user_id = :user AND purpose = :purpose AND recipient = :to AND state IN ('GIVEN', 'RENEWED')
"""
_END = """
UPDATE consents SET state = :state, withdrawn_at = :now, reason = :reason
WHERE user_id = :user AND purpose = :purpose AND recipient = :to AND state IN ('GIVEN', 'RENEWED')
"""
_EVENT = """
INSERT INTO consent_events (id, consent_id, user_id, state, at, by, notice_version, language, method, expires_at,
                            categories, notice, guardian, told_abroad, reason)
SELECT :event, c.id, c.user_id, c.state, :now, :by, c.notice_version, c.language, c.method, c.expires_at,
       c.categories, c.notice, c.guardian, c.told_abroad, c.reason
FROM consents c WHERE c.user_id = :user AND c.purpose = :purpose AND c.recipient = :to
"""
_STATE = (
    "SELECT state, expires_at FROM consents WHERE user_id = :user AND purpose = :purpose AND recipient = :to"
)


async def record_consent(act: Act) -> Done:
    """A person agreed, with the notice that was shown; never by silence (Clause 11 is no consent).

    To be recorded again is to be renewed, with what was said this time alone.
    """
    said = Said(act)
    said.announced()
    recipient = said.recipient()
    notice, told = said.notice(), said.abroad(recipient)
    missing = untold(told)
    row = {
        **notice,
        "id": token_hex(13),
        "expires": said.expiry(),
        "method": said.method(),
        "categories": said.categories(),
        "guardian": said.text("guardian", LONGEST_NAME, missing="GUARDIAN_UNNAMED"),
        "told": as_json(told),
        "country": (told or {}).get("country", "")[:2],
        "informed": not missing,
    }
    person, values, recipient = await _target(act, said, recipient)
    await keep_notice(act, notice)
    await act.transaction.execute(_UPSERT, {**values, **row})
    await act.transaction.execute(_EVENT, values)
    return _done(person, warnings=_warnings(values["to"], recipient, missing))


def _warnings(to: str, recipient: KnownRecipient, missing: Sequence[str]) -> list[dict[str, str]]:
    """What a consent that was recorded does not do, and what to do about it."""
    if not missing or to != recipient.id or not recipient.abroad or recipient.informed:
        return []
    told = Told("FOREIGN_INFORMATION_MISSING", missing=[NEEDED[each] for each in missing])
    return [{"code": told.name, "ja": told.text("ja"), "en": told.text("en")}]


async def request_consent(act: Act) -> Done:
    """A person was asked and has not answered yet."""
    return await _ungiven(act, ConsentState.REQUESTED)


async def refuse_consent(act: Act) -> Done:
    """A person said no, or not now; nothing is closed by it that was open."""
    return await _ungiven(act, ConsentState.DEFERRED if act.said.get("later") else ConsentState.REFUSED)


async def _ungiven(act: Act, state: ConsentState) -> Done:
    said = Said(act)
    if state is ConsentState.REQUESTED:
        said.announced()
    notice = said.notice()
    method = ConsentMethod.NONE.value if state is ConsentState.REQUESTED else said.method()
    person, values, _ = await _target(act, said, said.recipient())
    if await _stands(act, values):
        raise act.wrong("", "CONSENT_STANDS")
    await keep_notice(act, notice)
    row = {**values, **notice, "id": token_hex(13), "state": state.value, "method": method, "no": False}
    await act.transaction.execute(_UNGIVEN, row)
    await act.transaction.execute(_EVENT, values)
    return _done(person)


async def withdraw_consent(act: Act) -> Done:
    """A person took a consent back; the next operation of anybody obeys."""
    said = Said(act)
    person, values, recipient = await _target(act, said, said.recipient(), ends=True)
    await _given(act, values, recipient)
    await act.transaction.execute(_WITHDRAW, values)
    await act.transaction.execute(_EVENT, values)
    holders = await tell_holders(act, person, values["purpose"], values["to"])
    return _done(person, holders=holders)


async def invalidate_consent(act: Act) -> Done:
    """A consent is found void, or ended by the company; the next operation of anybody obeys."""
    said = Said(act)
    reason = said.text("reason", LONGEST_REASON, missing="REASON_BLANK")
    person, values, recipient = await _target(act, said, said.recipient(), ends=True)
    await _given(act, values, recipient)
    end = ConsentState(getattr(act.said["end"], "value", act.said["end"]))
    await act.transaction.execute(_END, {**values, "state": end.value, "reason": reason})
    await act.transaction.execute(_EVENT, values)
    return _done(person)


async def _given(act: Act, values: dict[str, Any], recipient: KnownRecipient) -> None:
    """Find the consent to end: one that is over, too, and one from when the recipient was of another kind.

    Raises:
        Refusal: `BAD_INPUT`, there is none.
    """
    for to in (recipient.id, values["to"]):
        found = await act.transaction.fetch(_STATE, {**values, "to": to})
        if found and found[0][0] in {state.value for state in PERMITTING}:
            values["to"] = to
            return
    raise act.wrong("", "CONSENT_NOT_GIVEN")


async def _stands(act: Act, values: dict[str, Any]) -> bool:
    found = await act.transaction.fetch(_STATE, values)
    if not found or found[0][0] not in {state.value for state in PERMITTING}:
        return False
    return found[0][1] is None or moment(found[0][1]) > act.running.at


def _done(person: Subject, **told: Any) -> Done:  # noqa: ANN401 - parts of the payload
    return Done(((person.id, person.ref, frozenset({FIELD})),), told)


async def _target(
    act: Act, said: Said, recipient: KnownRecipient | None, *, ends: bool = False
) -> tuple[Subject, dict[str, Any], KnownRecipient]:
    """Whose consent, to what and to whom, once nothing that was said is wrong.

    Raises:
        Refusal: `OPERATION_FORBIDDEN` where no rule allows it.
        Refusals: `BAD_INPUT` for each mistake, a user, a purpose or a recipient that is none among them.
    """
    person = await said.person(act.guard, FIELD)
    purpose = await said.ended_purpose(person) if ends else said.purpose()
    if person is None or purpose is None or recipient is None:
        raise said.refusal()
    said.settle()
    groups = {recipient.id, *act.context.force.edition.groups.ancestors(recipient.kind)}
    values = {
        "user": person.id,
        "purpose": purpose,
        "to": "internal" if {"internal", "person", "entrustee"} & groups else recipient.id,
        "now": act.running.at,
        "by": act.by,
        "event": token_hex(13),
    }
    return person, values, recipient
