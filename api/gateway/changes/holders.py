"""The holders: who has a person's data already when a consent is withdrawn; the person learns of them, they of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.gateway.basis import Basis
from api.gateway.changes.act import Act, Subject
from api.gateway.ledger_view import JAPAN
from api.gateway.selection import Selected
from api.gateway.walk import walk
from models.access import Outcome
from models.entry import Entry, Group
from models.history import moment
from models.notice_box import put
from policies.vocabulary import Action

HOLDERS = "holders"
TOLD = "Mutation.withdrawConsent.holders"
NOTICE = "Mutation.withdrawConsent.notice"
GOES = frozenset({"User.id", "User.consents"})
"""What a notice tells its recipient of a person: the id it knows, and that the consent is gone."""

OPERATION = "notice of withdrawal"

_PROVIDED = """
SELECT p.recipient, MIN(p.provided_at), MAX(p.provided_at), r.name, MAX(p.recipient_name), r.notice_url
FROM provisions p LEFT JOIN accesses a ON a.id = p.access_id LEFT JOIN recipients r ON r.id = p.recipient
WHERE p.ref = :ref AND p.recipient = :to AND (a.purpose IS NULL OR a.purpose IN ({purposes}))
GROUP BY p.recipient, r.name, r.notice_url ORDER BY p.recipient
"""


async def tell_holders(act: Act, person: Subject, purpose: str, to: str) -> list[dict[str, Any]] | None:
    """Those who were given data on this consent, each with a notice on its way where it takes any.

    A purpose within the withdrawn one falls with it, so what was given for that one counts as well. None where no rule
    lets the requester know; the notices go nevertheless.
    """
    edition = act.context.force.edition
    fallen = [each.id for each in edition.purposes.values() if not each.abstract and purpose in each.chain()]
    names = {f"purpose_{place}": each for place, each in enumerate(fallen)}
    sql = _PROVIDED.format(purposes=", ".join(f":{name}" for name in names))
    found = await act.transaction.fetch(sql, {"ref": person.ref, "to": to, **names})
    notified = act.may(Action.INVOKE, NOTICE, person.standing)
    holders: list[dict[str, Any]] = []
    for recipient, first, last, name, former, url in found:
        goes = bool(url) and notified
        if goes:
            await put(act.transaction, person.id, recipient, purpose, act.running.at)
            act.running.beside.append(_notice(act, person, recipient))
        holders.append(
            {
                "recipient": recipient,
                "name": name or former,
                "since": moment(first).astimezone(JAPAN).date().isoformat(),
                "lastProvidedOn": moment(last).astimezone(JAPAN).date().isoformat(),
                "notified": goes,
            }
        )
    return holders if act.may(Action.INVOKE, TOLD, person.standing) else None


def released_holders(
    act: Act, asked: Selected, holders: Sequence[Mapping[str, Any]] | None, ref: int
) -> list[dict[str, Any] | None] | None:
    """The holders as far as they are asked for; that they were told is on record."""
    path = frozenset({TOLD})
    nothing = frozenset[str]()
    if holders is None:
        act.running.record.groups.append(Group(nothing, path, (), (ref,)))
        act.running.record.refused = True
        return None
    act.running.record.groups.append(Group(path, nothing, (Basis.DUTY.value,), (ref,)))
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
