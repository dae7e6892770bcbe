"""The changes of consent: given or withdrawn, with the notice that was shown."""

from dataclasses import replace
from secrets import token_hex
from typing import Any

from api.gateway.changes.act import Act, Done, Subject
from api.gateway.changes.holders import tell_holders
from models.consent import PERMITTING, ConsentMethod

LANGUAGES = ("ja", "en")
LONGEST_NOTICE = 20
FIELD = "User.consents"

_UPSERT = """
INSERT INTO consents (id, user_id, purpose, recipient, state, given_at, withdrawn_at, expires_at, notice_version,
                      language, method, foreign_informed)
VALUES (:id, :user, :purpose, :to, 'GIVEN', :now, NULL, :expires, :notice, :language, :method, :informed)
ON CONFLICT (user_id, purpose, recipient) DO UPDATE SET
  state = CASE WHEN consents.state IN ('GIVEN', 'RENEWED') THEN 'RENEWED' ELSE 'GIVEN' END,
  given_at = excluded.given_at, withdrawn_at = NULL, expires_at = excluded.expires_at,
  notice_version = excluded.notice_version, language = excluded.language, method = excluded.method
"""
_WITHDRAW = """
UPDATE consents SET state = 'WITHDRAWN', withdrawn_at = :now
WHERE user_id = :user AND purpose = :purpose AND recipient = :to AND state IN ('GIVEN', 'RENEWED')
"""
_EVENT = """
INSERT INTO consent_events (id, consent_id, user_id, state, at, by, notice_version, language, method)
SELECT :event, c.id, c.user_id, c.state, :now, :by, c.notice_version, c.language, c.method
FROM consents c WHERE c.user_id = :user AND c.purpose = :purpose AND c.recipient = :to
"""
_STATE = "SELECT state FROM consents WHERE user_id = :user AND purpose = :purpose AND recipient = :to"


async def record_consent(act: Act) -> Done:
    """A person agreed, with the notice that was shown; never by silence (Clause 11 is no consent)."""
    said = act.said
    person, values = await _target(act)
    notice, language = str(said["noticeVersion"]).strip(), str(said["language"])
    if not 0 < len(notice) <= LONGEST_NOTICE:
        raise act.wrong("noticeVersion", "NOTICE_UNNAMED")
    if language not in LANGUAGES:
        raise act.wrong("language", "LANGUAGE_UNKNOWN")
    expires = said.get("expiresAt")
    if expires is not None and expires <= act.running.at:
        raise act.wrong("expiresAt", "EXPIRY_OVER")
    await act.transaction.execute(
        _UPSERT,
        {
            **values,
            "id": token_hex(13),
            "expires": expires,
            "notice": notice,
            "language": language,
            "method": ConsentMethod(getattr(said["method"], "value", said["method"])).value,
            "informed": False,
        },
    )
    await act.transaction.execute(_EVENT, values)
    return _done(person)


async def withdraw_consent(act: Act) -> Done:
    """A person took a consent back; the next operation of anybody obeys."""
    person, values = await _target(act)
    found = await act.transaction.fetch(_STATE, values)
    if not found or found[0][0] not in {state.value for state in PERMITTING}:
        raise act.wrong("", "CONSENT_NOT_GIVEN")
    await act.transaction.execute(_WITHDRAW, values)
    await act.transaction.execute(_EVENT, values)
    holders = await tell_holders(act, person, values["purpose"], values["to"])
    return replace(_done(person), told={"holders": holders})


def _done(person: Subject) -> Done:
    return Done(((person.id, person.ref, frozenset({FIELD})),))


async def _target(act: Act) -> tuple[Subject, dict[str, Any]]:
    """Whose consent, to what and to whom.

    Raises:
        Refusal: `BAD_INPUT` for a user who does not exist here or a purpose or recipient that is none,
            `OPERATION_FORBIDDEN` where no rule allows it.
    """
    said, force = act.said, act.context.force
    person = await act.subject(str(said["user"]), f"Mutation.{act.step.root.selected.name}", scope=FIELD)
    purpose = force.edition.purposes.get(str(said["purpose"]))
    if purpose is None or purpose.abstract:
        raise act.wrong("purpose", "PURPOSE_NOT_DECLARABLE")
    recipient = force.registry.recipients.get(str(said["recipient"]))
    if recipient is None:
        raise act.wrong("recipient", "RECIPIENT_UNKNOWN")
    groups = {recipient.id, *force.edition.groups.ancestors(recipient.kind)}
    return person, {
        "user": person.id,
        "purpose": purpose.id,
        "to": "internal" if {"internal", "person", "entrustee"} & groups else recipient.id,
        "now": act.running.at,
        "by": act.by,
        "event": token_hex(13),
    }
