"""The register of grounds: each change in a transaction, checked whole, and kept with who made it and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from models.database.store import Transaction
from models.grounds.parts import MOST, Entered
from models.grounds.record import MATTERS, SHAPES, Ground, Parts, hold_ground
from models.inforce import Force
from models.person_row import new_id
from models.register import Keeper, Mistaken, keep_change, others, refuse

SUPERVISE_DAYS = 365
"""Days after which an entrustee is looked after again, if nobody says otherwise."""

LONGEST_BETWEEN = 731
"""The most days between two looks at an entrustee or at a system abroad."""

LONGEST_NAME, LONGEST_LINE, LONGEST_TEXT = 200, 500, 4_000

Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GroundRegister:
    """The register within one transaction.

    Every operation answers with the id of the record, raises `Mistaken` where something is wrong, and keeps a
    `RegisterChange` where something changed.
    """

    transaction: Transaction
    force: Force
    keeper: Keeper

    async def entrust(self, said: Said) -> str:
        """Work on the company's behalf, under a contract and for these purposes (APPI Arts 25 and 27(5)(i))."""
        entered = self.entered(said)
        parts = {
            "recipient": _recipient(entered),
            "contract": entered.line("contract", LONGEST_NAME),
            "scope": entered.line("scope", LONGEST_LINE, missing=""),
            "purposes": entered.purposes(),
            "from": said["from"],
            "until": said.get("until"),
            "supervisedOn": entered.day("supervisedOn", latest=entered.today),
            "superviseDays": _days(entered, SUPERVISE_DAYS),
        }
        in_order(entered, parts, "until", "from")
        return await self.add(Ground.ENTRUSTMENT, entered, parts)

    async def supervise(self, said: Said) -> str:
        """The entrustee was looked after (Art 25), on a day that is not before the last."""
        entered = self.entered(said)
        before = await self.running(Ground.ENTRUSTMENT, said)
        seen = entered.day("supervisedOn", latest=entered.today) or entered.today
        if seen < (before["supervisedOn"] or before["from"]):
            entered.wrong("supervisedOn", "GROUND_DAY_ORDER")
        days = _days(entered, before["superviseDays"])
        return await self.change(
            Ground.ENTRUSTMENT, entered, before, {"supervisedOn": seen, "superviseDays": days}, "SUPERVISED"
        )

    async def succeed(self, said: Said) -> str:
        """The business went over to the recipient, whose purposes stay those of before (Arts 18(2), 27(5)(ii))."""
        entered = self.entered(said)
        parts = {
            "recipient": _recipient(entered),
            "reference": entered.line("reference", LONGEST_NAME),
            "purposes": entered.purposes(),
            "on": said["on"],
        }
        return await self.add(Ground.SUCCESSION, entered, parts)

    async def announce(self, said: Said) -> str:
        """Joint use, once its five matters were announced; each that is missing is told (Art 27(5)(iii))."""
        entered = self.entered(said)
        named = [str(each) for each in said["recipients"]]
        if not named:
            entered.wrong("recipients", "LIST_NEEDED")
        elif len(named) > MOST:
            entered.wrong("recipients", "LIST_LONG", most=MOST)
        for place, each in enumerate(named[:MOST]):
            entered.recipient(f"recipients.{place}", each)
        parts: dict[str, Any] = {
            "recipients": list(dict.fromkeys(named)),
            "purposes": entered.purposes(),
            "items": entered.items(missing="JOINT_ITEMS"),
            "announcedAt": said.get("announcedAt"),
        }
        if parts["announcedAt"] is None or parts["announcedAt"] > self.keeper.at:
            entered.wrong("announcedAt", "JOINT_ANNOUNCED")
        for name in MATTERS:
            longest = LONGEST_LINE if name in MATTERS[:2] else LONGEST_NAME
            parts[name] = entered.line(name, longest, missing=_MATTERS[name])
        return await self.add(Ground.JOINT_USE, entered, parts)

    async def check(self, said: Said) -> str:
        """A look at a recipient abroad whose system is equivalent (Art 28(3), Rule 18); what was found bad is told."""
        entered = self.entered(said)
        recipient = entered.recipient("recipient", said["recipient"])
        if recipient is not None and not recipient.abroad:
            entered.wrong("recipient", "GROUND_AT_HOME")
        seen = entered.day("checkedOn", latest=entered.today) or entered.today
        due = said["nextDueOn"]
        if not seen < due <= seen + timedelta(days=LONGEST_BETWEEN):
            entered.wrong("nextDueOn", "CHECK_DUE", most=LONGEST_BETWEEN)
        found = "" if said["maintained"] else "CHECK_PROBLEMS"
        parts = {
            "recipient": str(said["recipient"]),
            "regime": entered.text("regime", LONGEST_TEXT),
            "measures": entered.text("measures", LONGEST_TEXT),
            "checkedOn": seen,
            "nextDueOn": due,
            "maintained": bool(said["maintained"]),
            "problems": entered.text("problems", LONGEST_TEXT, missing=found),
            "action": entered.text("action", LONGEST_TEXT, missing=found),
            "at": self.keeper.at,
        }
        return await self.add(Ground.FOREIGN_CHECK, entered, parts)

    async def confirm(self, said: Said) -> str:
        """People agreed to the recipient's taking related information as data about them (Art 31, Rule 26)."""
        entered = self.entered(said)
        recipient = entered.recipient("recipient", said["recipient"])
        informed = bool(said.get("foreignInformed"))
        if recipient is not None and recipient.abroad and not informed:
            entered.wrong("foreignInformed", "CONFIRM_ABROAD")
        parts = {
            "recipient": str(said["recipient"]),
            "how": entered.line("how", LONGEST_LINE),
            "foreignInformed": informed,
            "confirmedOn": entered.day("confirmedOn", latest=entered.today) or entered.today,
            "until": said.get("until"),
        }
        in_order(entered, parts, "until", "confirmedOn")
        return await self.add(Ground.CONFIRMATION, entered, parts)

    async def end(self, kind: Ground, said: Said) -> str:
        """End a ground today: nothing rests on it from now on."""
        entered = self.entered(said)
        before = await self.running(kind, said)
        return await self.change(kind, entered, before, {"endedOn": entered.today}, "ENDED")

    def entered(self, said: Said) -> Entered:
        """What was said, to be read part by part."""
        return Entered(self.force, self.keeper.at, said)

    async def running(self, kind: Ground, said: Said) -> Parts:
        """The ground of this id, held; one that was ended is not changed any more."""
        found = await hold_ground(self.transaction, kind, str(said["id"]))
        if found is None:
            refuse("id", "GROUND_UNKNOWN")
        if found["endedOn"] is not None:
            refuse("id", "GROUND_ENDED")
        return found

    async def add(self, kind: Ground, entered: Entered, parts: Mapping[str, Any]) -> str:
        """Keep a new ground of these parts, unless something was wrong; its id."""
        if entered.mistakes:
            raise Mistaken(entered.mistakes)
        shape, ground = SHAPES[kind], new_id()
        row = {"id": ground} | {shape.columns[name]: _cell(value) for name, value in parts.items()}
        await self.transaction.execute(
            f"INSERT INTO {shape.table} ({', '.join(row)}) VALUES ({', '.join(map(':{}'.format, row))})", row
        )
        became = {name: value for name, value in parts.items() if value is not None}
        await keep_change(self.transaction, self.keeper, kind.value, ground, "ADDED", {}, became)
        return ground

    async def change(
        self, kind: Ground, entered: Entered, before: Parts, values: Mapping[str, Any], what: str
    ) -> str:
        """Change these parts of a ground, unless something was wrong; its id."""
        if entered.mistakes:
            raise Mistaken(entered.mistakes)
        ground, shape = str(entered.said["id"]), SHAPES[kind]
        became = others(values, before)
        if became:
            sets = ", ".join(f"{shape.columns[name]} = :{shape.columns[name]}" for name in became)
            row = {shape.columns[name]: _cell(value) for name, value in became.items()}
            await self.transaction.execute(
                f"UPDATE {shape.table} SET {sets} WHERE id = :id", {**row, "id": ground}
            )
            was = {name: before[name] for name in became}
            await keep_change(self.transaction, self.keeper, kind.value, ground, what, was, became)
        return ground


_MATTERS: Mapping[str, str] = dict(
    zip(MATTERS, ("JOINT_RANGE", "JOINT_PURPOSE", "JOINT_MANAGER", "JOINT_ADDRESS", "JOINT_REPRESENTATIVE"))  # noqa: B905 - as many
)
"""What is told where a matter of a joint use is missing."""


def _recipient(entered: Entered) -> str:
    found = entered.recipient("recipient", entered.said["recipient"])
    return found.id if found is not None else ""


def _days(entered: Entered, usual: int) -> int:
    given = entered.said.get("superviseDays")
    days = usual if given is None else int(given)
    if not 0 < days <= LONGEST_BETWEEN:
        entered.wrong("superviseDays", "SUPERVISE_DAYS", most=LONGEST_BETWEEN)
    return days


def in_order(entered: Entered, parts: Mapping[str, Any], later: str, earlier: str) -> None:
    """Tell of a last day before the first."""
    if parts[later] is not None and parts[later] < parts[earlier]:
        entered.wrong(later, "GROUND_DAY_ORDER")


def _cell(value: Any) -> Any:  # noqa: ANN401 - a part as its column keeps it
    return orjson.dumps(value).decode() if isinstance(value, list) else value
