"""The mutations of consent: given or withdrawn, in the same transaction as the record of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from secrets import token_hex
from types import MappingProxyType
from typing import Any

from api.gateway.door import Door, Finished
from api.gateway.refusal import Code, Refusal
from api.gateway.running import Running, Step
from models.consent import PERMITTING, ConsentMethod
from models.standing import condition
from models.store import Transaction
from policies.clearance import combinations
from policies.vocabulary import Action, Fact

LANGUAGES = ("ja", "en")
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


async def record_consent(door: Door, transaction: Transaction, step: Step, running: Running) -> None:
    """A person agreed, with the notice that was shown; never by silence (Clause 11 is no consent)."""
    said = step.arguments["input"]
    ref, values = await _target(door, transaction, step, running)
    notice, language = str(said["noticeVersion"]).strip(), str(said["language"])
    if not notice or len(notice) > 20:  # noqa: PLR2004 - the width of the column
        raise _bad("input.noticeVersion", "names no notice: give the version that was shown")
    if language not in LANGUAGES:
        raise _bad("input.language", "is neither `ja` nor `en`")
    expires = said.get("expiresAt")
    if expires is not None and expires <= running.at:
        raise _bad("input.expiresAt", "is over already")
    await transaction.execute(
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
    await transaction.execute(_EVENT, values)
    await _payload(door, step, running, ref)


async def withdraw_consent(door: Door, transaction: Transaction, step: Step, running: Running) -> None:
    """A person took a consent back; the next operation of anybody obeys."""
    ref, values = await _target(door, transaction, step, running)
    found = await transaction.fetch(_STATE, values)
    if not found or found[0][0] not in {state.value for state in PERMITTING}:
        raise _bad("input", "names no consent that is given")
    await transaction.execute(_WITHDRAW, values)
    await transaction.execute(_EVENT, values)
    await _payload(door, step, running, ref)


async def _target(
    door: Door, transaction: Transaction, step: Step, running: Running
) -> tuple[int, dict[str, Any]]:
    """Whose consent, to what and to whom; and may the requester touch it.

    Raises:
        Refusal: `BAD_INPUT` for a user who does not exist here or a purpose or recipient that is none,
            `OPERATION_FORBIDDEN` where no rule allows it.
    """
    said: Mapping[str, Any] = step.arguments["input"]
    force = door.context.force
    user, purpose_id, recipient_id = str(said["user"]), str(said["purpose"]), str(said["recipient"])
    running.record.sought |= await door.registers.view.history.refs([user])
    ref = await _allowed(door, transaction, user, f"Mutation.{step.root.selected.name}")
    purpose = force.edition.purposes.get(purpose_id)
    if purpose is None or purpose.abstract:
        raise _bad("input.purpose", "is no purpose that can be declared")
    recipient = force.registry.recipients.get(recipient_id)
    if recipient is None:
        raise _bad("input.recipient", "is no registered recipient")
    own = {"internal", "person", "entrustee"} & {
        recipient.id,
        *force.edition.groups.ancestors(recipient.kind),
    }
    return ref, {
        "user": user,
        "purpose": purpose.id,
        "to": "internal" if own else recipient.id,
        "now": running.at,
        "by": door.requester.user or door.requester.client,
        "event": token_hex(13),
    }


async def _allowed(door: Door, transaction: Transaction, user: str, field: str) -> int:
    context = door.context
    clearance = context.clearance
    named = context.force.judge.facts_for(
        clearance.role, Action.INVOKE, clearance.purpose, clearance.recipient, field
    )
    facts = tuple(fact for fact in Fact if fact in named)
    told = ", ".join(
        f"CASE WHEN {condition(fact, context.circumstance)} THEN 1 ELSE 0 END"
        for fact in facts
        if fact not in clearance.certain
    )
    asked = tuple(fact for fact in facts if fact not in clearance.certain)
    always = {fact for fact, certain in clearance.certain.items() if certain}
    forbidden = Refusal(
        Code.OPERATION_FORBIDDEN,
        f"no rule lets this client use `{field}` for this purpose and person",
        field=field,
    )
    possible = any(context.may(field, *some, *always) for some in combinations(asked))
    if not possible or not clearance.in_scope(FIELD):
        raise forbidden
    rows = (
        await transaction.fetch(
            f"SELECT u.ref{', ' if told else ''}{told} FROM users u WHERE u.id = :asked AND {context.visible}",
            {**door.values, "asked": user},
        )
        if context.visible
        else ()
    )
    if not rows:
        raise _bad("input.user", "is nobody here")
    ref, *flags = rows[0]
    true = {fact for fact, flag in zip(asked, flags, strict=True) if flag}
    if not context.may(field, *true, *always):
        raise forbidden
    return int(ref)


async def _payload(door: Door, step: Step, running: Running, ref: int) -> None:
    """What the mutation returns passes the same door as a read."""
    running.record.touched([ref], FIELD)
    selected = step.root.selected
    payload: dict[str, Any] = {child.key: selected.type_name for child in selected.children}
    if step.asking is not None:
        for reading in step.asking.readings:
            (key, *_), _ = reading
            asking = replace(step.asking, readings=(reading,))
            released = await door.one(asking, str(step.arguments["input"]["user"]))
            running.record.add(released)
            payload[str(key)] = released.value
    running.finished[selected.key] = Finished(payload)


def _bad(argument: str, what: str) -> Refusal:
    return Refusal(Code.BAD_INPUT, f"`{argument}` {what}", argument=argument)


Change = Callable[[Door, Transaction, Step, Running], Awaitable[None]]
CHANGES: Mapping[str, Change] = MappingProxyType(
    {"recordConsent": record_consent, "withdrawConsent": withdraw_consent}
)
"""Each mutation with what it does."""
