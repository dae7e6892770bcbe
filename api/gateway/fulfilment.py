"""The fulfilment: what was decided is read or changed at one moment, and recorded before anything is told."""

from collections.abc import Sequence

from api.fair.fair import Fair
from api.gateway import decide
from api.gateway.changes.act import Act
from api.gateway.changes.carry import CARRIED, IN_REGISTRY, carry_out
from api.gateway.changes.once import Keys
from api.gateway.changes.turns import hold_people, take_turns
from api.gateway.doors.people import RECORD_DOORS
from api.gateway.doors.register import LOOK_UPS
from api.gateway.drafting.drafting import Drafting
from api.gateway.failure import unreadable
from api.gateway.quota import begin, grant, grant_refused
from api.gateway.refusal import Refusal
from api.gateway.release.cursor import Cursors
from api.gateway.release.door import Door, Finished
from api.gateway.release.filter import by_marks
from api.gateway.release.hidden import hidden
from api.gateway.release.registers import Registers
from api.gateway.running import Outdated, Running, Step
from api.gateway.views.draft import DRAFT_DOORS, look_up_drafts
from api.gateway.views.ledger import LedgerView
from api.gateway.views.recalled import asked_of, recall, recalls
from models.consents.end import Fallen
from models.database.store import Reader, Store, WrongValue
from models.inforce import InForce
from models.ledger.history import History
from models.ledger.ledger import Ledger
from models.sealing.cell import UnknownKey, Unreadable
from models.sealing.vault import Vault

OWN_DOOR = "me"
"""The door through which a person is told of by being asked about."""


class Fulfilment:
    """Opens the doors of operations and carries out their changes."""

    def __init__(  # noqa: PLR0913 - what a door stands on
        self,
        *,
        store: Store,
        inforce: InForce,
        ledger: Ledger,
        cursors: Cursors,
        vault: Vault,
        fair: Fair,
        drafting: Drafting,
        secret: str,
    ) -> None:
        self._store = store
        self._inforce = inforce
        self._ledger = ledger
        self._cursors = cursors
        self._vault = vault
        self._fair = fair
        self._drafting = drafting
        self._keys = Keys(secret)

    async def carry_out(
        self, running: Running, steps: Sequence[Step], *, mutates: bool, strict: bool
    ) -> list[Refusal]:
        """Finish what the steps ask for, durably recorded; what was withheld, in refusals.

        Raises:
            Refusals: something was withheld, and `strict`.
            Refusal: a change may not be made, or the quota of people is used up; whom it tells of is counted.
            Outdated: it was decided under what is no longer in force.
        """
        if running.context.purpose is not None:
            await self._fair.ready(running.requester.client)
            await begin(self._fair, running)
        try:
            return await self._carried(running, steps, mutates=mutates, strict=strict)
        except (Refusal, WrongValue) as refusal:
            await grant_refused(self._fair, running, refusal)
            raise

    async def _carried(
        self, running: Running, steps: Sequence[Step], *, mutates: bool, strict: bool
    ) -> list[Refusal]:
        try:
            return await (self._change if mutates else self._read)(running, steps, strict=strict)
        except Fallen:
            running.counted.fallen = True
            raise Outdated from None
        except Unreadable as fault:
            if isinstance(fault, UnknownKey):
                await self._know_keys()
            raise unreadable(fault, running.request) from None

    async def name_asker(self, running: Running, reader: Reader | None = None) -> None:
        """See that a person who asks about anybody has it in their own history, whatever comes of it.

        Raises:
            StoreUnavailable: nobody can tell who they are.
        """
        user = running.requester.user
        if user is not None:
            history = History(reader or self._store, self._inforce.bits)
            running.record.sought |= await history.refs([user])

    async def _read(self, running: Running, steps: Sequence[Step], *, strict: bool) -> list[Refusal]:
        for step in steps:
            if step.root.selected.name in LOOK_UPS:
                told = await LOOK_UPS[step.root.selected.name](self._store, step, running)
                running.finished[step.root.selected.key] = Finished(told)
            elif step.root.selected.name in DRAFT_DOORS:
                cursors = self._cursors.of(running.requester.client, running.requester.role)
                shown = await look_up_drafts(self._store, step, self._drafting, cursors, running)
                running.finished[step.root.selected.key] = Finished(shown)
        if running.context.purpose is None:
            return []
        if sum(map(_statements, steps)) > 1:
            async with self._store.snapshot() as reader:
                await self._open_all(running, steps, reader)
        else:
            await self._open_all(running, steps, self._store)
        if any(step.root.selected.name != OWN_DOOR for step in steps):
            await self.name_asker(running)
        if any(by_marks(step.arguments.get("filter") or {}) for step in steps):
            await self._know_keys()
        await running.renew()
        withheld = decide.withheld(running.context, running.withheld())
        await grant(self._fair, running)
        if strict:
            decide.strict(withheld)
        await running.finish()
        await self._ledger.record(running.entry())
        return withheld

    async def _know_keys(self) -> None:
        """See that no data key was made since the keys were read.

        Raises:
            Outdated: there was one, so that what was read with the others may be wrong.
        """
        if await self._vault.renewed(self._store):
            raise Outdated

    async def _open_all(self, running: Running, steps: Sequence[Step], reader: Reader) -> None:
        door = self._door(running, reader)
        for step in steps:
            await _open(step, door, running)

    async def _change(self, running: Running, steps: Sequence[Step], *, strict: bool) -> list[Refusal]:
        worked = [await self._drafting.work_out(running, step) for step in steps]
        async with self._store.transaction() as transaction:
            await take_turns(transaction, running, steps)
            await hold_people(transaction, steps)
            running.hold()
            door = self._door(running, transaction)
            once = self._keys.of(running)
            before = await once.done(transaction)
            done = {
                step.root.selected.key: await carry_out(
                    Act(door, transaction, step, running, self._drafting, made),
                    before and before[step.root.selected.key],
                )
                for step, made in zip(steps, worked, strict=True)
                if step.root.selected.name in CARRIED
            }
            await self.name_asker(running, transaction)
            if before is None:
                await once.keep(transaction, done)
            withheld = decide.withheld(running.context, running.withheld())
            running.hold()
            await grant(self._fair, running)
            if strict:
                decide.strict(withheld)
            running.hold()
            await running.finish()
            for entry in (running.entry(), *running.beside):
                await self._ledger.record_within(transaction, entry)
            changed = any(step.root.selected.name in IN_REGISTRY for step in steps)
            if changed:  # before anybody who waits for this turn goes on, and when it is so
                self._inforce.outdate()
        if changed:
            self._inforce.outdate()
            running.registered = True
        return withheld

    def _door(self, running: Running, reader: Reader) -> Door:
        requester, context = running.requester, running.context
        cursors = self._cursors.of(requester.client, requester.role, requester.user, context.recipient.id)
        view = LedgerView(History(reader, self._inforce.bits), cursors, running.today)
        values = {
            "now": running.at,
            "requester": requester.user or "",
            "recipient": context.recipient.id,
            "consent_to": context.consent_to,
        }
        return Door(
            context,
            requester,
            reader,
            cursors,
            running.today,
            values,
            Registers(view, self._vault, running.at),
            self._vault,
            self._drafting.workshop,
        )


def _statements(step: Step) -> int:
    """How many statements on people a root field takes; several are read at one moment, or two people could be mixed."""
    return len(step.asking.readings) if step.asking else int(decide.is_personal(step.root))


async def _open(step: Step, door: Door, running: Running) -> None:
    """Read one door of a query."""
    selected = step.root.selected
    if selected.name in RECORD_DOORS:
        value = await RECORD_DOORS[selected.name].read(door, selected, step.arguments, running.record)
        running.finished[selected.key] = Finished(value)
        return
    if recalls(selected.name, step.arguments):
        told = await recall(door.reader, door.context, step.arguments, running.record)
        running.recalled[asked_of(step.arguments)] = told
    if step.asking is None:
        return
    if selected.name == "users":
        released = await door.many(step.asking, step.arguments)
    else:
        asked = door.requester.user if selected.name == "me" else step.arguments["id"]
        released = await door.one(step.asking, asked)
    running.record.add(released)
    guard = f"Query.{selected.name}"
    running.record.look_for(
        await hidden(door.reader, door.context, door.values, released.missed, guard=guard)
    )
    running.finished[selected.key] = Finished(released.value)
