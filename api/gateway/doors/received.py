"""The door on people who wait for the desk: each value of theirs is decided and recorded like a reading."""

from collections.abc import Mapping
from typing import Any

from api.gateway.documents.selection import Selected
from api.gateway.documents.walk import asks, walk
from api.gateway.record import Record
from api.gateway.release.basis import Basis
from api.gateway.release.door import Door
from api.gateway.release.paging import page_size
from api.gateway.release.plan import EXISTENCE
from api.gateway.views.ledger import USUAL_PAGE, connection
from models.ledger.entry import Group
from models.receiving.receiving import known_people, read_items, waiting_people
from models.receiving.sent import Waiting, values_of
from policies.known import Known
from policies.vocabulary import Action


async def read_received(door: Door, selected: Selected, arguments: Mapping[str, Any], record: Record) -> Any:  # noqa: ANN401 - a connection
    """Those who wait, the longest waiting first; whoever is shown is on record by a reference of their own.

    Raises:
        Unreadable: a value does not open.
    """
    size = page_size(arguments.get("first"), USUAL_PAGE)
    cursors = door.registers.view.cursors.of("received")
    after = arguments.get("after")
    behind = None if after is None else str(cursors.open(after)[0])
    found = await waiting_people(door.reader, after=behind, limit=size + 1)
    page = found[:size]
    opened, known = asks(selected, "items"), asks(selected, "known")
    nodes = [await _node(door, each, record, opened=opened, known=known) for each in page]
    ends = [cursors.seal(each.id) for each in page]
    for each in found[size:]:
        record.groups.append(_group(door, each.ref, frozenset({EXISTENCE}), frozenset()))
    return walk(selected.children, selected.type_name, connection(nodes, ends, more=len(found) > size))


async def _node(
    door: Door, received: Waiting, record: Record, *, opened: bool, known: bool
) -> dict[str, Any]:
    values = await read_items(door.reader, door.vault, received) if opened or known else {}
    may = {path: _may(door, path) for path in values} if opened else {}
    released = frozenset(path for path, is_so in may.items() if is_so)
    told = released or frozenset({EXISTENCE})
    record.groups.append(_group(door, received.ref, told, frozenset(may) - released))
    people = await known_people(door.reader, values_of(values)) if known and _may(door, EXISTENCE) else []
    record.touched((each.ref for each in people), EXISTENCE, _known(door))
    terms = received.terms
    return {
        "id": received.id,
        "at": received.at,
        "outcome": received.outcome,
        "reasons": list(received.reasons),
        "provider": received.provider,
        "providerName": terms.provider_name,
        "purpose": received.purpose,
        "acquisitionHistory": terms.history,
        "evidence": terms.evidence_kind and {"kind": terms.evidence_kind, "reference": terms.evidence},
        "policyVersion": terms.notice_version,
        "noticeShownAt": terms.notice_at,
        "purposes": list(terms.purposes),
        "consentedAt": terms.consented_at,
        "consentMethod": terms.consent_method,
        "acquiredAt": terms.acquired_at,
        "requestId": received.request_id,
        "items": [
            {"field": path, "value": _text(values[path]) if is_so else None, "withheld": not is_so}
            for path, is_so in may.items()
        ],
        "known": [each.id for each in people],
    }


def _may(door: Door, path: str) -> bool:
    """Whether this field may be read here, of whomever it is."""
    clearance = door.context.clearance
    true = frozenset(fact for fact, is_so in clearance.certain.items() if is_so)
    return bool(clearance.decide(path, true))


def _group(door: Door, ref: int, released: frozenset[str], withheld: frozenset[str]) -> Group:
    return Group(released, withheld, (Basis.DUTY.value,), (ref,), known=_known(door))


def _known(door: Door) -> Known:
    """Those who wait have no standing: their values are decided on what is so of everybody."""
    certain = door.context.clearance.certain.items()
    true = frozenset(fact for fact, is_so in certain if is_so)
    return door.context.guarded("Query.received", true, Action.READ.value)


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
