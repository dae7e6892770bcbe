"""The view of receipts: from whom people were received, a page at a time, newest first (APPI Art 30)."""

from collections.abc import Mapping
from typing import Any

from api.gateway.release.paging import page_size
from api.gateway.views.ledger import USUAL_PAGE, LedgerView, connection, named
from models.database.store import Reader
from models.receiving.receipts import ReceiptQuery, ReceiptRecord, read_receipts


async def receipts_page(
    reader: Reader, view: LedgerView, arguments: Mapping[str, Any], ref: int | None
) -> dict[str, Any]:
    """The receipts asked for as a connection; whoever is shown in them is noted in the view."""
    size = page_size(arguments.get("first"), USUAL_PAGE)
    asked = {name: arguments.get(name) for name in ("provider", "since", "until")}
    cursors = view.cursors.of("receipts", arguments.get("user"), {k: str(v) for k, v in asked.items()})
    after = arguments.get("after")
    before = None if after is None else str(cursors.open(after)[0])
    found = await read_receipts(reader, ReceiptQuery(ref=ref, before=before, limit=size + 1, **asked))
    view.shown.update(one.ref for one in found)
    page = found[:size]
    people = await view.history.ids(one.ref for one in page)
    nodes = [_receipt(one, people) for one in page]
    return connection(nodes, [cursors.seal(one.id) for one in page], more=len(found) > size)


def _receipt(one: ReceiptRecord, people: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": one.id,
        "received": one.received_id,
        "user": named(people, one.ref),
        "provider": one.provider,
        "providerName": one.provider_name,
        "providerAddress": one.provider_address,
        "providerRepresentative": one.provider_representative,
        "acquisitionHistory": one.history,
        "evidence": {"kind": one.evidence_kind, "reference": one.evidence},
        "purpose": one.purpose,
        "consentedAt": one.consented_at,
        "consentMethod": one.consent_method,
        "policyVersion": one.notice_version,
        "noticeShownAt": one.notice_at,
        "items": list(one.items),
        "acquiredAt": one.acquired_at,
        "receivedOn": one.received_on,
        "retainUntil": one.retain_until,
        "requestId": one.request_id,
    }
