"""The received: the desk decides about people who wait, and what waited of them is dropped (APPI Arts 20 and 30)."""

from api.gateway.changes.act import Act, Done
from api.gateway.changes.mistakes import mistaken
from api.gateway.changes.receiving import keep_arrival, make_user
from api.gateway.changes.registration import fields_of
from api.gateway.changes.stated import read_evidence, read_reason
from models.formats.wrong import Wrong
from models.receiving.receipts import keep_receipt
from models.receiving.received import Settled
from models.receiving.receiving import hold_received, known_people, one_at_a_time, read_items, settle
from models.receiving.sent import Terms, Waiting, values_of

ACCEPT, REJECT = "Mutation.acceptReceived", "Mutation.rejectReceived"


async def accept_received(act: Act) -> Done:
    """Take in a person who waits: as a new user, or as one who is known, whose record stays as it is.

    Raises:
        Refusals: nobody waits under the number, the evidence is missing, or the address is registered.
    """
    said = act.said
    await one_at_a_time(act.transaction)
    received = await _waiting(act, ACCEPT)
    terms = _evidenced(act, received)
    items = await read_items(act.transaction, act.door.vault, received)
    for path in items:
        if not act.context.clearance.in_scope(path):
            raise act.out_of_scope(path)
    if said.get("user"):
        person = await act.subject(str(said["user"]), ACCEPT)
        await keep_arrival(act, received, terms, person.id)
        await keep_receipt(act.transaction, received, terms, ref=person.ref, items=items, at=act.running.at)
        user, ref, written = person.id, person.ref, frozenset({ACCEPT})
    else:
        values = values_of(items)
        row = await make_user(act, received, values, terms)
        if row is None:
            act.meet(each.ref for each in await known_people(act.transaction, values))
            raise mistaken([Wrong("RECEIVED_KNOWN").at("input.user")], act)
        user, ref, written = row.id, row.ref, frozenset({ACCEPT, *fields_of(values)})
    await _settle(act, received, Settled.ACCEPTED, known=ref)
    return Done(((user, ref, written),), {"received": received.id})


async def reject_received(act: Act) -> Done:
    """Drop what was sent of a person who waits.

    Raises:
        Refusals: nobody waits under the number, or no reason is given.
    """
    received = await _waiting(act, REJECT)
    reason, mistakes = read_reason(act.said["reason"], "reason")
    if mistakes:
        raise mistaken(mistakes, act)
    act.running.record.wrote(received.ref, frozenset({REJECT}), REJECT)
    await _settle(act, received, Settled.REJECTED, known=received.known, reason=reason)
    return Done((), {"received": received.id})


async def _waiting(act: Act, path: str) -> Waiting:
    """The person who waits under the number of the input."""
    if not act.possible(path):
        raise act.forbidden(path)
    if not act.context.clearance.in_scope(path):
        raise act.out_of_scope(path)
    received = await hold_received(act.transaction, str(act.said["received"]))
    if received is None or not received.waits:
        raise mistaken([Wrong("RECEIVED_UNKNOWN").at("input.received")], act)
    return received


def _evidenced(act: Act, received: Waiting) -> Terms:
    """What was stated, with the evidence that the desk was shown; without any nobody is received (Rule 22)."""
    given = act.said.get("evidence")
    if not given:
        if received.terms.evidence_kind is None:
            raise mistaken([Wrong("EVIDENCE_REQUIRED").at("input.evidence")], act)
        return received.terms
    evidence, mistakes = read_evidence(given, "input")
    if evidence is None or mistakes:
        raise mistaken(mistakes, act)
    return received.terms.evidenced(*evidence)


async def _settle(
    act: Act, received: Waiting, settled: Settled, *, known: int | None, reason: str | None = None
) -> None:
    await settle(act.transaction, received, settled, act.by, act.running.at, known=known, reason=reason)
