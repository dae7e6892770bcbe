"""The holders: who has a person's data already when a consent is withdrawn; the person learns of them, they of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from api.gateway.changes.act import Act, Subject
from api.gateway.documents.selection import Selected
from api.gateway.documents.walk import walk
from api.gateway.release.basis import Basis
from api.gateway.release.context import INTERNAL, OWN
from api.gateway.views.ledger import JAPAN
from models.inforce import Force
from models.ledger.access import Outcome
from models.ledger.entry import Entry, Group
from models.ledger.history import AccessQuery, moment
from models.notices.box import put
from models.registry import KnownRecipient
from policies.vocabulary import Role

HOLDERS = "holders"
TOLD = "Mutation.withdrawConsent.holders"
NOTICE = "Mutation.withdrawConsent.notice"
GOES = frozenset({"User.id", "User.consents"})
"""What a notice tells its recipient of a person: the id it knows, and that the consent is gone."""

OPERATION = "notice of withdrawal"

MOST = 1000
"""How many accesses of one entrustee are looked at for one person, the newest."""

_PROVIDED = """
SELECT MIN(p.provided_at), MAX(p.provided_at)
FROM provisions p LEFT JOIN accesses a ON a.id = p.access_id
WHERE p.ref = :ref AND p.recipient = :to AND (a.purpose IS NULL OR a.purpose IN ({purposes}))
"""
_ADDRESS = "SELECT notice_url FROM recipients WHERE id = :to"

Times = tuple[datetime, datetime]
"""When somebody was given something first and last."""


async def tell_holders(act: Act, person: Subject, purpose: str, to: str) -> list[dict[str, Any]] | None:
    """Those who were given data on this consent, each with a notice on its way where it takes any.

    A purpose within the withdrawn one falls with it, so what was given for that one counts as well. None where no rule
    lets the requester know; the notices go nevertheless.
    """
    force = act.context.force
    notify = await act.allowed(person, NOTICE)
    fallen = [purpose, *(each.id for each in force.edition.purposes.values() if each.within == purpose)]
    holders: list[dict[str, Any]] = []
    for recipient in _meant(force, to):
        times = await _times(act, person, recipient, fallen)
        if times is not None:
            holders.append(
                {
                    "recipient": recipient.id,
                    "name": recipient.name,
                    "since": _day(times[0]),
                    "lastProvidedOn": _day(times[1]),
                    "notified": notify and await _notify(act, person, recipient, purpose),
                }
            )
    return holders if await act.allowed(person, TOLD) else None


def _meant(force: Force, to: str) -> list[KnownRecipient]:
    """Those whom a consent to this recipient lets have data; for the company itself, who works on its behalf."""
    recipients = force.registry.recipients
    if to != INTERNAL:
        return [recipients[to]] if to in recipients else []
    groups = force.edition.groups
    return [each for each in recipients.values() if OWN in (each.kind, *groups.ancestors(each.kind))]


async def _times(
    act: Act, person: Subject, recipient: KnownRecipient, purposes: Sequence[str]
) -> Times | None:
    """By the records of provision; of those who have none, such as an entrustee or a state organ, by the ledger."""
    names = {f"purpose_{place}": each for place, each in enumerate(purposes)}
    sql = _PROVIDED.format(purposes=", ".join(f":{name}" for name in names))
    values = {"ref": person.ref, "to": recipient.id, **names}
    ((first, last),) = await act.transaction.fetch(sql, values)
    if first is not None:
        return moment(first), moment(last)
    return await _released(act, person, recipient, purposes)


async def _released(
    act: Act, person: Subject, recipient: KnownRecipient, purposes: Sequence[str]
) -> Times | None:
    history = act.door.registers.view.history
    given: list[datetime] = []
    for purpose in purposes:
        asked = AccessQuery(ref=person.ref, purpose=purpose, recipient=recipient.id, limit=MOST)
        given += [
            access.at
            for access in await history.accesses(asked)
            if access.operation != OPERATION and any(part.released for part in access.of(person.ref))
        ]
    return (min(given), max(given)) if given else None


async def _notify(act: Act, person: Subject, recipient: KnownRecipient, purpose: str) -> bool:
    """Put a notice on its way, if the recipient takes any; whether it does."""
    ((url,),) = await act.transaction.fetch(_ADDRESS, {"to": recipient.id})
    if url:
        await put(act.transaction, person.id, recipient.id, purpose, act.running.at)
        act.running.beside.append(_notice(act, person, recipient.id))
    return bool(url)


def _day(at: datetime) -> str:
    """The day in Japan."""
    return at.astimezone(JAPAN).date().isoformat()


def released_holders(
    act: Act, asked: Selected, holders: Sequence[Mapping[str, Any]] | None, ref: int
) -> list[dict[str, Any] | None] | None:
    """The holders as far as they are asked for; that they were told is on record."""
    path = frozenset({TOLD})
    nothing = frozenset[str]()
    known = act.running.record.known(act.guard, ref)
    if holders is None:
        act.running.record.groups.append(Group(nothing, path, (), (ref,), known=known))
        act.running.record.refused = True
        return None
    ground = Basis.SELF if act.door.requester.role == Role.USER else Basis.DUTY
    act.running.record.groups.append(Group(path, nothing, (ground.value,), (ref,), known=known))
    return [walk(asked.children, asked.type_name, each) for each in holders]


def _notice(act: Act, person: Subject, recipient: str) -> Entry:
    """The record of a notice: it is on its way from the moment this is durable."""
    requester, running = act.door.requester, act.running
    return Entry(
        at=running.at,
        request_id=running.request.id,
        client=requester.client,
        role=requester.role,
        staff=requester.staff,
        purpose=running.purpose,
        recipient=recipient,
        operation=OPERATION,
        edition=running.force.edition.id,
        outcome=Outcome.RELEASED,
        groups=(Group(GOES, frozenset(), (Basis.DUTY.value,), (person.ref,)),),
    )
