"""The ledger's own door: reading who saw what is an access like any other, and is recorded."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.gateway.documents.selection import Selected
from api.gateway.documents.walk import asks, walk
from api.gateway.record import Record
from api.gateway.release.door import Door
from api.gateway.release.paging import page_size
from api.gateway.views.ledger import READ_APART, USUAL_PAGE, LedgerView, connection
from api.gateway.views.receipt import receipts_page
from models.ledger.history import AccessQuery, ProvisionQuery

FIELD = "User.accesses"
"""What a reader of the ledger sees of a person."""

NOBODY = 0
"""In the place of a reference that nobody has; real ones are positive."""


async def read_ledger(door: Door, selected: Selected, arguments: Mapping[str, Any], record: Record) -> Any:  # noqa: ANN401 - a connection
    """The accesses, provisions or receipts asked for; whoever is shown in them is recorded."""
    view = door.registers.view
    user = arguments.get("user")
    named = await view.history.refs([] if user is None else [user])
    ref = None if user is None else next(iter(named), NOBODY)
    record.refused = record.refused or ref == NOBODY
    record.sought |= named
    view.shown.update(named)
    if selected.name == "accesses":
        page = await _accesses(view, arguments, ref, [part for part in READ_APART if asks(selected, part)])
    elif selected.name == "receipts":
        page = await receipts_page(door.reader, view, arguments, ref)
    else:
        page = await _provisions(door, arguments, ref)
    answer = walk(selected.children, selected.type_name, page)
    record.touched(view.shown, FIELD, door.context.guarded(f"Query.{selected.name}"))
    return answer


async def _accesses(
    view: LedgerView, arguments: Mapping[str, Any], ref: int | None, parts: Sequence[str]
) -> dict[str, Any]:
    outcome = arguments.get("outcome")
    query = AccessQuery(
        ref=ref,
        client=arguments.get("client"),
        purpose=arguments.get("purpose"),
        recipient=arguments.get("recipient"),
        field=arguments.get("field"),
        outcome=None if outcome is None else str(getattr(outcome, "value", outcome)),
        request_id=arguments.get("requestId"),
        since=arguments.get("since"),
        until=arguments.get("until"),
    )
    return await view.accesses(query, first=arguments.get("first"), after=arguments.get("after"), parts=parts)


async def _provisions(door: Door, arguments: Mapping[str, Any], ref: int | None) -> dict[str, Any]:
    view = door.registers.view
    size = page_size(arguments.get("first"), USUAL_PAGE)
    named = {name: arguments.get(name) for name in ("recipient", "basis", "purgeable", "since", "until")}
    method = arguments.get("method")
    named["method"] = None if method is None else str(getattr(method, "value", method))
    cursors = view.cursors.of("provisions", arguments.get("user"), {k: str(v) for k, v in named.items()})
    after = arguments.get("after")
    before = None if after is None else str(cursors.open(after)[0])
    found = await view.history.provisions(
        ProvisionQuery(ref=ref, today=door.today, before=before, limit=size + 1, **named)
    )
    view.shown.update(one.ref for one in found[size:])
    page = found[:size]
    people = await view.history.ids(one.ref for one in page)
    nodes = [view.provision(one, people) for one in page]
    ends = [cursors.seal(one.id) for one in page]
    return connection(nodes, ends, more=len(found) > size)
