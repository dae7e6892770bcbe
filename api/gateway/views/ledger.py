"""The ledger as it is shown: accesses and provisions as records that a selection can be walked over."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from api.gateway.limits import LARGEST_PAGE
from api.gateway.release.cursor import ListCursors
from api.gateway.release.paging import page_size
from models.ledger.history import AccessQuery, History, ProvisionQuery
from models.ledger.recorded import AccessRecord, PersonRelease, ProvisionRecord
from models.provisions.retention import purgeable

JAPAN = ZoneInfo("Asia/Tokyo")
USUAL_PAGE = 50
RELEASES, NUMBER = READ_APART = ("releases", "editionNumber")
"""The parts of an access that are read by statements of their own."""

UNLINKED = "unlinked:"
"""In the place of a user whose link to the ledger was erased."""


@dataclass(frozen=True, slots=True)
class LedgerView:
    """Shows the ledger to one requester.

    Attributes:
        cursors: those of this requester.
        today: the day in Japan.
        only: the one person whose releases may be seen, by reference, or None for all.
        shown: collects the references of those whose releases were shown, for the record of this reading.
    """

    history: History
    cursors: ListCursors
    today: date
    only: int | None = None
    shown: set[int] = field(default_factory=set)

    async def accesses(
        self, query: AccessQuery, *, first: int | None, after: str | None, parts: Container[str]
    ) -> dict[str, Any]:
        """A page of accesses as a connection; `parts`: which of `READ_APART` will be asked for."""
        cursors = self.cursors.of("accesses", repr(query))
        before = None if after is None else int(cursors.open(after)[0])
        size = page_size(first, USUAL_PAGE)
        found = await self.history.accesses(_page(query, before, size + 1))
        page = found[:size]
        people: Mapping[int, str] = {}
        given: Mapping[tuple[int, int], ProvisionRecord] = {}
        numbers: Mapping[str, Sequence[tuple[datetime, int]]] = {}
        if NUMBER in parts:
            numbers = await self.history.editions(record.edition for record in page)
        if RELEASES in parts:
            refs = {one.ref for record in page for one in self._allowed(record)}
            people = await self.history.ids(refs)
            given = await self._provisions(page)
        nodes = [{**self._access(record, people, given), NUMBER: _number(record, numbers)} for record in page]
        ends = [cursors.seal(record.id) for record in page]
        return connection(nodes, ends, more=len(found) > size)

    async def _provisions(self, page: Sequence[AccessRecord]) -> Mapping[tuple[int, int], ProvisionRecord]:
        found = await self.history.provisions(
            ProvisionQuery(
                ref=self.only,
                access_ids=[record.id for record in page],
                limit=LARGEST_PAGE * LARGEST_PAGE,
            )
        )
        return {(one.access_id, one.ref): one for one in found}

    def _allowed(self, record: AccessRecord) -> list[PersonRelease]:
        return list(record.releases if self.only is None else record.of(self.only))

    def _access(
        self,
        record: AccessRecord,
        people: Mapping[int, str],
        given: Mapping[tuple[int, int], ProvisionRecord],
    ) -> dict[str, Any]:
        return {
            "id": str(record.id),
            "at": record.at,
            "requestId": record.request_id,
            "client": record.client,
            "role": record.role,
            "staff": record.staff if self.only is None else None,
            "purpose": record.purpose,
            "recipient": record.recipient,
            "operation": record.operation,
            "edition": record.edition,
            "outcome": record.outcome,
            "code": record.code,
            "reason": record.reason,
            "users": record.users if self.only is None else len({one.ref for one in self._allowed(record)}),
            "releases": self._releases(record, people, given),
        }

    def _releases(
        self,
        record: AccessRecord,
        people: Mapping[int, str],
        given: Mapping[tuple[int, int], ProvisionRecord],
    ) -> Callable[..., dict[str, Any]]:
        cursors = self.cursors.of("releases", record.id)

        def page(user: str | None = None, first: int | None = 50, after: str | None = None) -> dict[str, Any]:
            size = page_size(first, USUAL_PAGE)
            start = 0 if after is None else int(cursors.open(after)[0]) + 1
            merged = _merged(self._allowed(record))
            wanted = [one for one in merged if user is None or people.get(one.ref) == user]
            part = wanted[start : start + size]
            self.shown.update(one.ref for one in wanted[start : start + size + 1])
            self.shown.update(one.ref for one in wanted if user is not None)
            nodes = [self._release(record, one, people, given) for one in part]
            ends = [cursors.seal(place) for place in range(start, start + len(part))]
            return connection(nodes, ends, more=len(wanted) > start + size)

        return page

    def _release(
        self,
        record: AccessRecord,
        one: PersonRelease,
        people: Mapping[int, str],
        given: Mapping[tuple[int, int], ProvisionRecord],
    ) -> dict[str, Any]:
        provision = given.get((record.id, one.ref))
        return {
            "user": named(people, one.ref),
            "released": list(one.released),
            "withheld": list(one.withheld),
            "written": list(one.written),
            "arguments": list(record.arguments),
            "basis": list(one.basis),
            "provision": provision and self.provision(provision, people),
        }

    def provision(self, one: ProvisionRecord, people: Mapping[int, str]) -> dict[str, Any]:
        """One record of provision."""
        self.shown.add(one.ref)
        return {
            "id": one.id,
            "user": named(people, one.ref),
            "recipient": one.recipient,
            "recipientName": one.recipient_name,
            "recipientAddress": one.recipient_address,
            "recipientRepresentative": one.recipient_representative,
            "items": list(one.items),
            "basis": one.basis,
            "consentedAt": one.consented_at,
            "providedOn": one.provided_at.astimezone(JAPAN).date(),
            "retainUntil": one.retain_until,
            "method": one.method,
            "contract": one.contract or None,
            "firstProvidedOn": one.first_at.astimezone(JAPAN).date(),
            "lastProvidedOn": one.last_at.astimezone(JAPAN).date(),
            "purgeable": purgeable(one.retain_until, self.today),
            "confirmation": one.confirmed and one.confirmed.id,
            "confirmedOn": one.confirmed and one.confirmed.on_day,
            "foreignInformed": one.confirmed and one.confirmed.foreign_informed,
        }


def _number(record: AccessRecord, numbers: Mapping[str, Sequence[tuple[datetime, int]]]) -> int | None:
    """Under which number the edition was in force then; the first where clocks disagree, None where it is not known."""
    published = numbers.get(record.edition, ())
    return next(
        (number for at, number in published if at <= record.at), published[-1][1] if published else None
    )


def _page(query: AccessQuery, before: int | None, limit: int) -> AccessQuery:
    return replace(query, before=before, limit=limit)


def _merged(releases: Iterable[PersonRelease]) -> list[PersonRelease]:
    """One release for each person, though several doors of the operation touched them."""
    found: dict[int, PersonRelease] = {}
    for one in releases:
        old = found.get(one.ref)
        if old is None:
            found[one.ref] = one
            continue
        released = tuple(dict.fromkeys((*old.released, *one.released)))
        withheld = tuple(p for p in dict.fromkeys((*old.withheld, *one.withheld)) if p not in released)
        found[one.ref] = PersonRelease(
            one.ref,
            released,
            withheld,
            tuple(dict.fromkeys((*old.basis, *one.basis))),
            tuple(dict.fromkeys((*old.written, *one.written))),
        )
    return list(found.values())


def named(people: Mapping[int, str], ref: int) -> str:
    """The user's id, or a word that tells nothing for one whose link was erased."""
    return people.get(ref) or f"{UNLINKED}{ref:x}"


def connection(nodes: Sequence[dict[str, Any]], ends: Sequence[str], *, more: bool) -> dict[str, Any]:
    """Nodes and their cursors as a Relay connection."""
    return {
        "edges": [{"node": node, "cursor": end} for node, end in zip(nodes, ends, strict=True)],
        "pageInfo": {
            "hasNextPage": more,
            "hasPreviousPage": False,
            "startCursor": ends[0] if ends else None,
            "endCursor": ends[-1] if ends else None,
        },
    }
