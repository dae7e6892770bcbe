"""The receiving: partners send people, each with notice, history, evidence and consent (APPI Art 30, Clause 5)."""

from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any

from api.gateway.changes.act import Act, Done
from api.gateway.changes.mistakes import MOST, told
from api.gateway.changes.registration import MOST_PEOPLE, allowed, await_screening, fields_of
from api.gateway.changes.stated import SENT, Stated, read_stated
from models.acquisition import Source
from models.consents.consent import ConsentMethod, ConsentState
from models.formats.wrong import Mistake
from models.person_row import PersonRow
from models.receiving.receipts import keep_receipt
from models.receiving.received import ReceivedOutcome
from models.receiving.receiving import (
    find_sent,
    keep_items,
    known_people,
    mark_as,
    one_at_a_time,
    put_received,
    put_refused,
)
from models.receiving.sent import Terms, Waiting, items_of, new_ref, ordered_id, sent_by

ACT = "Mutation.receiveUsers"
SOURCES: Mapping[str, Source] = {"employer": Source.EMPLOYER}
"""Where people come from, by the kind of who sends them; any other is a partner."""

RECEIVED, QUARANTINED, REFUSED = "RECEIVED", "QUARANTINED", "REFUSED"
TOLD: Mapping[ReceivedOutcome, str] = {
    ReceivedOutcome.ACCEPTED: RECEIVED,
    ReceivedOutcome.DUPLICATE: RECEIVED,
    ReceivedOutcome.QUARANTINED: QUARANTINED,
    ReceivedOutcome.REFUSED: REFUSED,
}
"""INVARIANT: whoever sends people is told the same of those who are known here and of those who are not."""

_ACQUIRED = """
INSERT INTO acquisitions (id, user_id, source, shown, policy_version, language, notice_at, acquired_at)
VALUES (:id, :user, :source, :shown, :version, :language, :noticed, :acquired)
"""
_STATED = """
INSERT INTO consents (id, user_id, purpose, recipient, state, given_at, withdrawn_at, expires_at, notice_version,
                      language, method, foreign_informed)
VALUES (:id, :user, :purpose, :to, :state, NULL, NULL, NULL, :notice, :language, :method, :informed)
ON CONFLICT DO NOTHING RETURNING id
"""
_EVENT = """
INSERT INTO consent_events (id, consent_id, user_id, state, at, by, notice_version, language, method)
VALUES (:event, :id, :user, :state, :now, :by, :notice, :language, :method)
"""


async def receive_users(act: Act) -> Done:
    """Take in people whom a partner sends, each for themself; the answer never tells whether somebody was known."""
    allowed(act, ACT)
    everybody: Sequence[Mapping[str, Any]] = act.said["people"]
    if not 0 < len(everybody) <= MOST_PEOPLE:
        raise act.wrong("people", "PEOPLE_COUNT", asked=len(everybody), most=MOST_PEOPLE)
    await one_at_a_time(act.transaction)
    results: list[dict[str, Any]] = []
    for place, said in enumerate(everybody):
        stated = read_stated(act, said, f"input.people.{place}")
        number, outcome = await _receive(act, stated)
        results.append(
            {
                "index": place,
                "outcome": TOLD[outcome],
                "received": number,
                "mistakes": [told(each, act) for each in stated.mistakes[:MOST]],
            }
        )
    return Done((), {"results": results})


async def _receive(act: Act, stated: Stated) -> tuple[str, ReceivedOutcome]:
    """What becomes of one person, and its number."""
    if stated.terms is None:
        return await _refuse(act, stated.mistakes), ReceivedOutcome.REFUSED
    vault, transaction = act.door.vault, act.transaction
    items = items_of(stated.person.values)
    sent = sent_by(act.context.recipient.id, items)
    before = await find_sent(transaction, vault, sent)
    if before is None:
        known = [] if stated.doubts else await known_people(transaction, stated.person.values)
        outcome = _outcome(stated, known)
        received = _waiting(act, stated, stated.terms, outcome)
        sealing = await vault.hold(transaction)
        if await put_received(transaction, sealing, received, sent):
            act.meet([received.ref])
            if outcome is ReceivedOutcome.ACCEPTED and await _accepted(act, stated, received):
                return received.id, outcome
            if outcome is not ReceivedOutcome.QUARANTINED:
                known = known or await known_people(transaction, stated.person.values)
                outcome = ReceivedOutcome.DUPLICATE
                await mark_as(transaction, received, outcome, known[0].ref if known else None)
                act.find([known[0].ref] if known else ())
            await keep_items(transaction, sealing, received, items)
            return received.id, outcome
        before = await find_sent(transaction, vault, sent)
        if before is None:
            raise LookupError("what was sent a moment before is not there")
    act.meet([before.ref])
    act.find([] if before.known is None else [before.known])
    return before.id, before.outcome


def _outcome(stated: Stated, known: Sequence[object]) -> ReceivedOutcome:
    if stated.doubts:
        return ReceivedOutcome.QUARANTINED
    return ReceivedOutcome.DUPLICATE if known else ReceivedOutcome.ACCEPTED


async def _refuse(act: Act, mistakes: Sequence[Mistake]) -> str:
    number = ordered_id(act.running.at)
    await put_refused(
        act.transaction,
        number=number,
        provider=act.context.recipient.id,
        client=act.door.requester.client,
        reasons=sorted({each.wrong.code for each in mistakes}),
        purpose=act.context.clearance.purpose,
        at=act.running.at,
        request_id=act.running.request.id,
    )
    return number


def _waiting(act: Act, stated: Stated, terms: Terms, outcome: ReceivedOutcome) -> Waiting:
    return Waiting(
        id=ordered_id(act.running.at),
        provider=act.context.recipient.id,
        client=act.door.requester.client,
        outcome=outcome,
        reasons=tuple(doubt.value for doubt in stated.doubts),
        purpose=act.context.clearance.purpose,
        terms=terms,
        ref=new_ref(),
        known=None,
        at=act.running.at,
        request_id=act.running.request.id,
        settled=None,
    )


async def _accepted(act: Act, stated: Stated, received: Waiting) -> bool:
    """Make the person a user; False where somebody took the address a moment before."""
    row = await make_user(act, received, stated.person.values, received.terms)
    if row is None:
        return False
    await mark_as(act.transaction, received, ReceivedOutcome.ACCEPTED, row.ref)
    act.entered(row.ref, SENT)
    act.running.record.wrote(row.ref, frozenset(fields_of(stated.person.values)), act.guard)
    return True


async def make_user(act: Act, received: Waiting, values: Mapping[str, Any], terms: Terms) -> PersonRow | None:
    """A new user out of what was sent, with its receipt; None where the e-mail address is taken.

    They count as registered when their data came over: what is announced later was not announced to them before.
    """
    row = await PersonRow.make(act.transaction, act.door.vault, values, terms.acquired_at, received.ref)
    if row is None:
        return None
    await keep_arrival(act, received, terms, row.id)
    await await_screening(act, row.id, values.get("answers") or {})
    await keep_receipt(
        act.transaction, received, terms, ref=row.ref, items=items_of(values), at=act.running.at
    )
    return row


async def keep_arrival(act: Act, received: Waiting, terms: Terms, user: str) -> None:
    """From where a user's data came, with the notice they were shown, and the consent that their sender states.

    What a third party says that somebody agreed to is asked of them, not taken for given: until they say so
    themselves, their sender is told nothing of them, known here or not.
    """
    purposes = act.context.force.edition.purposes
    at = act.running.at
    recipient = act.context.force.registry.recipients.get(received.provider)
    source = SOURCES.get(recipient.kind if recipient else "", Source.PARTNER)
    await act.transaction.execute(
        _ACQUIRED,
        {
            "id": token_hex(13),
            "user": user,
            "source": source.value,
            "shown": sum(1 << purposes[each].number for each in terms.purposes if each in purposes),
            "version": terms.notice_version,
            "language": terms.language,
            "noticed": terms.notice_at,
            "acquired": terms.acquired_at,
        },
    )
    consent = {
        "id": token_hex(13),
        "user": user,
        "purpose": received.purpose,
        "to": received.provider,
        "state": ConsentState.REQUESTED.value,
        "notice": terms.notice_version,
        "language": terms.language,
        "method": ConsentMethod.NONE.value,
        "informed": False,
    }
    if await act.transaction.fetch(_STATED, consent):
        await act.transaction.execute(
            _EVENT, {**consent, "event": token_hex(13), "now": at, "by": act.door.requester.client}
        )
