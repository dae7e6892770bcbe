"""The register of drafts: each change in a transaction, of exactly the version it was decided on, and on record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from models.clients.record import REGISTER as CLIENTS
from models.database.dialect import Dialect
from models.database.store import Transaction
from models.drafts.barred import Barred
from models.drafts.draft import DraftState
from models.drafts.edits import write_edits
from models.drafts.entitled import OPERATOR
from models.drafts.record import (
    Approval,
    Author,
    DraftRecord,
    newest_edition,
    read_approvals,
    read_draft,
)
from models.drafts.worked import Worked
from models.editions.prepared import prepare
from models.person_row import new_id
from models.register import Keeper, keep_change
from policies.drafts.drafting import Drafted

REGISTER: Final = "drafts"
LONGEST_NOTE: Final = 2_000
"""Characters of what is said why."""

TURN: Final = 7_269_412
"""The key of the advisory lock on PostgreSQL under which drafts change and editions are published, one by one."""

_INSERT = """
INSERT INTO drafts (id, base, model, state, version, hash, note, created_by, created_at, changed_by, changed_at, authors)
VALUES (:id, :base, :model, 'OPEN', 1, :hash, :note, :by, :now, :by, :now, :authors)
"""
_CHANGE = """
UPDATE drafts SET base = :base, model = :model, hash = :hash, version = version + 1, changed_by = :by,
  changed_at = :now, authors = :authors, trouble = NULL
WHERE id = :id
"""
_STATE = """
UPDATE drafts SET state = :state, version = version + 1, publish_at = :publish_at, publish_by = :publish_by,
  publish_client = :publish_client,  publish_note = :publish_note, trouble = NULL, lease = NULL, leased_until = NULL
WHERE id = :id
"""
_APPROVE = """
INSERT INTO draft_approvals (id, draft_id, base, hash, by, client, at, note, overrides)
VALUES (:id, :draft, :base, :hash, :by, :client, :now, :note, :overrides)
"""
_KEPT_BY_OTHERS = f"""
SELECT 1 FROM register_changes WHERE register = '{CLIENTS}' AND record = :client AND what <> 'REVOKED'
  AND by NOT LIKE '{OPERATOR}%' LIMIT 1
"""
_WITHDRAW = "UPDATE draft_approvals SET withdrawn_by = :by, withdrawn_at = :now WHERE id = :id"


async def take_turn(transaction: Transaction) -> None:
    """Wait until no other draft is changed and no edition published; before anything else is held."""
    if transaction.dialect is Dialect.POSTGRES:
        await transaction.execute(f"SELECT pg_advisory_xact_lock({TURN})", {})


class Stale(Exception):  # noqa: N818 - it names the state
    """The draft is not the version that was named; nothing was changed."""


@dataclass(frozen=True, slots=True)
class DraftRegister:
    """The register within one transaction that has its turn.

    Every operation raises `Barred` where it may not be, `Stale` where the draft is another version than the one named,
    and keeps a `RegisterChange`.
    """

    transaction: Transaction
    keeper: Keeper
    client: str

    @property
    def author(self) -> Author:
        """Who changes it."""
        return Author(self.keeper.by, self.client)

    async def create(self, base: str, note: str, drafted: Drafted) -> str:
        """A new draft of what was drafted on this base."""
        draft = new_id()
        row = {
            "id": draft,
            "base": base,
            "model": drafted.model,
            "hash": drafted.hash,
            "note": note,
            "by": self.keeper.by,
            "now": self.keeper.at,
            "authors": _authors((self.author,)),
        }
        await self.transaction.execute(_INSERT, row)
        await write_edits(self.transaction, draft, drafted, self.keeper)
        await self._keep(draft, "CREATED", {"base": base, "hash": drafted.hash, "note": note})
        return draft

    async def change(  # noqa: PLR0913, PLR0917 - what a change is made of
        self, draft: str, version: int, drafted: Drafted, what: str, base: str, note: str | None = None
    ) -> None:
        """The draft as it was drafted anew from `version` of it; approvals of what it was stay behind.

        `note`: why, where that was said; it stands on record with the change.
        """
        found = await self.open(draft)
        if found.version != version:
            raise Stale
        authors = tuple(dict.fromkeys((*found.authors, self.author)))
        row = {
            "id": draft,
            "base": base,
            "model": drafted.model,
            "hash": drafted.hash,
            "by": self.keeper.by,
            "now": self.keeper.at,
            "authors": _authors(authors),
        }
        await self.transaction.execute(_CHANGE, row)
        await write_edits(self.transaction, draft, drafted, self.keeper)
        became = {"base": base, "hash": drafted.hash, "version": found.version + 1}
        was = {name: getattr(found, name) for name in became}
        await self._keep(draft, what, became | ({"note": note} if note else {}), was)

    async def withdraw(self, draft: str, version: int) -> None:
        """Give a draft up, for good."""
        found = await self.open(draft)
        if found.version != version:
            raise Stale
        await self._move(found, DraftState.WITHDRAWN, "WITHDRAWN")

    async def approve(self, draft: str, worked: Worked, note: str, overrides: Mapping[str, str]) -> None:
        """Agree to exactly what the draft is now, each finding that may be overridden for a reason.

        A client that anybody but an operator registered or changed agrees to nothing: they may hold its secret.
        """
        found = await self.open(draft)
        if (found.base, found.hash, found.hash) != (worked.base, worked.hash, worked.examined.hash):
            raise Barred("HASH_CHANGED", "hash")
        if any(self.author.may_be(author) for author in found.authors):
            raise Barred("OWN_DRAFT")
        if await self.transaction.fetch(_KEPT_BY_OTHERS, {"client": self.client}):
            raise Barred("APPROVER_CLIENT")
        if (await newest_edition(self.transaction))[0] != found.base:
            raise Barred("STALE_BASE")
        if worked.examined.wrong:
            raise Barred("FINDINGS_OPEN", findings=[each.id for each in worked.examined.wrong])
        overridable = [each.id for each in worked.examined.overridable]
        known = {*overridable, *worked.examined.accepted}
        if unknown := [each for each in overrides if each not in known]:
            raise Barred("OVERRIDE_UNKNOWN", "overrides", findings=unknown)
        if unsaid := [each for each in overridable if not overrides.get(each)]:
            raise Barred("OVERRIDES_MISSING", "overrides", findings=unsaid)
        if any(self._own(each) and each.counts_for(found) for each in await self._approvals(draft)):
            raise Barred("APPROVED_BEFORE")
        row = {
            "id": new_id(),
            "draft": draft,
            "base": found.base,
            "hash": found.hash,
            "by": self.keeper.by,
            "client": self.client,
            "now": self.keeper.at,
            "note": note,
            "overrides": orjson.dumps(dict(overrides)).decode(),
        }
        await self.transaction.execute(_APPROVE, row)
        became = {"base": found.base, "hash": found.hash, "note": note, "overrides": dict(overrides)}
        await self._keep(draft, "APPROVED", became)
        await prepare(self.transaction, worked.hash, worked.canonical, self.keeper.at)

    async def withdraw_approval(self, draft: str) -> None:
        """Take back what the same approver agreed to, as long as it is not published."""
        found = await self.find(draft)
        if found.state not in {DraftState.OPEN, DraftState.SCHEDULED}:
            raise Barred("DRAFT_CLOSED")
        own = [each for each in await self._approvals(draft) if self._own(each) and each.withdrawn_at is None]
        if not own:
            raise Barred("APPROVAL_UNKNOWN")
        for each in own:
            row = {"id": each.id, "by": self.keeper.by, "now": self.keeper.at}
            await self.transaction.execute(_WITHDRAW, row)
        await self._keep(draft, "APPROVAL_WITHDRAWN", {"hashes": [each.hash for each in own]})

    async def schedule(self, found: DraftRecord, worked: Worked, at: datetime, note: str) -> None:
        """Have a draft published at a time, by whichever process is there."""
        await prepare(self.transaction, worked.hash, worked.canonical, self.keeper.at)
        await self._move(found, DraftState.SCHEDULED, "SCHEDULED", at, note)

    async def cancel(self, draft: str) -> None:
        """Have it published at no time; it can be changed again."""
        found = await self.find(draft)
        if found.state is not DraftState.SCHEDULED:
            raise Barred("NOT_SCHEDULED")
        await self._move(found, DraftState.OPEN, "CANCELLED")

    async def open(self, draft: str) -> DraftRecord:
        """A draft that can be changed, held."""
        found = await self.find(draft)
        if found.state is DraftState.SCHEDULED:
            raise Barred("DRAFT_SCHEDULED")
        if found.state is not DraftState.OPEN:
            raise Barred("DRAFT_CLOSED")
        return found

    async def find(self, draft: str) -> DraftRecord:
        """A draft, held."""
        found = await read_draft(self.transaction, draft, hold=True)
        if found is None:
            raise Barred("DRAFT_UNKNOWN")
        return found

    async def _approvals(self, draft: str) -> list[Approval]:
        return await read_approvals(self.transaction, draft)

    def _own(self, approval: Approval) -> bool:
        return approval.approver == self.author

    async def _move(
        self,
        found: DraftRecord,
        state: DraftState,
        what: str,
        at: datetime | None = None,
        note: str | None = None,
    ) -> None:
        by, client = self.author if at else (None, None)
        row = {"id": found.id, "state": state.value, "publish_at": at, "publish_note": note}
        await self.transaction.execute(_STATE, {**row, "publish_by": by, "publish_client": client})
        became: dict[str, Any] = {"state": state.value} | ({"publishAt": at, "note": note} if at else {})
        await self._keep(found.id, what, became, {"state": found.state.value})

    async def _keep(
        self, draft: str, what: str, became: Mapping[str, Any], was: Mapping[str, Any] | None = None
    ) -> None:
        await keep_change(self.transaction, self.keeper, REGISTER, draft, what, was or {}, became)


def _authors(authors: tuple[Author, ...]) -> str:
    return orjson.dumps([list(each) for each in authors]).decode()
