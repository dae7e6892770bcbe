"""The register of case files: opened by one, approved by another, closed at once; each change on record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from models.cases.record import CASE, COLUMNS, CaseRecord, CaseState, read_case
from models.database.store import Transaction
from models.formats.wrong import Mistake
from models.grounds.parts import MOST, Entered
from models.inforce import Force
from models.person_row import new_id
from models.register import Keeper, keep_change, refuse
from models.standing import AUTHORITY

BASES: Final = tuple(f"27-1-{item}" for item in range(1, 8))
"""The items of Art 27(1), i to vii."""

OBSTACLE_NEEDED: Final = ("27-1-2", "27-1-3", "27-1-4")
"""The items that hold only where consent is hard to get, or would obstruct."""

NEVER: Final[Mapping[str, str]] = {
    "27-1-5": "CASE_BASIS_ACADEMIC",
    "27-1-6": "CASE_BASIS_ACADEMIC",
    "27-1-7": "CASE_BASIS_RESEARCH",
}
"""The items that nothing rests on here, each with what is told."""

LONGEST: Final[Mapping[str, int]] = {"reference": 100, "office": 200, "requester": 100, "whyNoConsent": 4_000}

_OPEN = f"""
INSERT INTO case_files (id, {", ".join(COLUMNS.values())})
VALUES (:id, {", ".join(f":{column}" for column in COLUMNS.values())})
"""
_NAME = "INSERT INTO case_people (id, case_id, user_id) VALUES (:id, :case, :user)"
_APPROVE = "UPDATE case_files SET approver = :by, approved_at = :now WHERE id = :case"
_CLOSE = "UPDATE case_files SET closed_by = :by, closed_at = :now WHERE id = :case"


@dataclass(frozen=True, slots=True)
class CaseRegister:
    """The register within one transaction.

    Attributes:
        keeper: who changes it: the member of staff, or the client where none uses it.
        client: the client it is done with.
    """

    transaction: Transaction
    force: Force
    keeper: Keeper
    client: str

    def read(self, said: Mapping[str, Any]) -> tuple[dict[str, Any], list[Mistake]]:
        """The parts of a new case file, and all that is wrong with them; who is named is not looked at."""
        entered = Entered(self.force, self.keeper.at, said)
        basis = str(said.get("basis") or "").strip()
        recipient = entered.recipient("recipient", said["recipient"])
        if recipient is not None and not entered.within(recipient, AUTHORITY):
            entered.wrong("recipient", "CASE_RECIPIENT")
        if not basis:
            entered.wrong("basis", "CASE_BASIS_MISSING")
        elif basis not in BASES:
            entered.wrong("basis", "CASE_BASIS_UNKNOWN")
        elif basis in NEVER:
            entered.wrong("basis", NEVER[basis])
        why = "CASE_OBSTACLE" if basis in OBSTACLE_NEEDED else ""
        parts: dict[str, Any] = {"recipient": str(said["recipient"]), "basis": basis}
        parts |= {name: entered.line(name, LONGEST[name]) for name in ("reference", "office", "requester")}
        parts["whyNoConsent"] = entered.text("whyNoConsent", LONGEST["whyNoConsent"], missing=why) or None
        parts["items"] = entered.items()
        parts["from"], parts["until"] = said.get("from") or self.keeper.at, said["until"]
        if parts["until"] <= max(self.keeper.at, parts["from"]):
            entered.wrong("until", "CASE_UNTIL")
        people = said["people"]
        if not people:
            entered.wrong("people", "LIST_NEEDED")
        elif len(people) > MOST:
            entered.wrong("people", "LIST_LONG", most=MOST)
        return parts, entered.mistakes

    async def open(self, parts: Mapping[str, Any], people: Sequence[str]) -> str:
        """A new case file about these people, which lets nothing out before another approves it."""
        case = new_id()
        row = {column: parts.get(name) for name, column in COLUMNS.items()}
        row |= {
            "id": case,
            "items": orjson.dumps(parts["items"]).decode(),
            "opened_by": self.keeper.by,
            "opened_with": self.client,
            "opened_at": self.keeper.at,
        }
        await self.transaction.execute(_OPEN, row)
        for user in people:
            await self.transaction.execute(_NAME, {"id": new_id(), "case": case, "user": user})
        await self._keep(case, "OPENED", {name: value for name, value in parts.items() if value is not None})
        return case

    async def approve(self, case: str) -> CaseRecord:
        """Let a case file be used, by another than who opened it.

        Two are told apart by who they are as staff; through one client, both must be known so.

        Raises:
            Mistaken: it is not there, not to be approved any more, or was opened by the same.
        """
        found = await self._find(case)
        state = found.state(self.keeper.at)
        if state is CaseState.CLOSED:
            refuse("case", "CASE_CLOSED")
        if state is CaseState.OVER:
            refuse("case", "CASE_OVER")
        if found.parts["approvedBy"]:
            refuse("case", "CASE_APPROVED")
        opener, client = found.parts["openedBy"], found.parts["openedWith"]
        unknown = client in {opener, self.keeper.by} and client == self.client
        if opener == self.keeper.by or unknown:
            refuse("case", "CASE_FOUR_EYES")
        await self.transaction.execute(_APPROVE, {"case": case, "by": self.keeper.by, "now": self.keeper.at})
        await self._keep(case, "APPROVED", {"approvedBy": self.keeper.by})
        return found

    async def close(self, case: str) -> CaseRecord:
        """End a case file: nothing goes out under it from this moment on."""
        found = await self._find(case)
        if found.parts["closedAt"] is not None:
            refuse("case", "CASE_CLOSED")
        await self.transaction.execute(_CLOSE, {"case": case, "by": self.keeper.by, "now": self.keeper.at})
        await self._keep(case, "CLOSED", {"closedBy": self.keeper.by})
        return found

    async def _find(self, case: str) -> CaseRecord:
        found = await read_case(self.transaction, case, hold=True)
        return found or refuse("case", "CASE_UNKNOWN")

    async def _keep(self, case: str, what: str, became: Mapping[str, Any]) -> None:
        """Put it on record; whom a case file names stands nowhere but in it."""
        await keep_change(self.transaction, self.keeper, CASE, case, what, {}, became)
