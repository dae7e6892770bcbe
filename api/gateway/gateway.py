"""The gateway: an operation from its request to its answer, in the order that the promise needs."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

import structlog
from graphql import GraphQLError, GraphQLSchema

from api.gateway import decide
from api.gateway.admission import check_document, check_introspection, registered
from api.gateway.changes.act import Act
from api.gateway.changes.carry import CHANGES, carry_out
from api.gateway.changes.once import Once
from api.gateway.cost import check_cost
from api.gateway.cursor import Cursors
from api.gateway.deadline import Deadlines
from api.gateway.document import Documents
from api.gateway.door import Door, Finished
from api.gateway.execution import execute
from api.gateway.failure import given_up, unavailable, unreadable
from api.gateway.filter import by_marks
from api.gateway.learned import Learned
from api.gateway.ledger_door import read_ledger
from api.gateway.ledger_view import LedgerView
from api.gateway.limits import USUAL, Limits
from api.gateway.operation import Operation
from api.gateway.purpose import context_of, purpose_context, recipient_of
from api.gateway.refusal import Code, Refusal
from api.gateway.registers import Registers
from api.gateway.request import Answer, Request
from api.gateway.running import Outdated, Running, Step
from api.tokens.requester import Requester
from models.cell import UnknownKey, Unreadable
from models.history import History
from models.inforce import Force, InForce, PolicyUnavailable
from models.ledger import Ledger, LedgerUnavailable
from models.store import Reader, Store, StoreUnavailable, WrongValue
from models.vault import Vault

log = structlog.get_logger("gateway")

MOST_TURNS = 3
"""How often an operation is decided that finds another edition in force when the database has answered."""


class Gateway:
    """Answers operations of authenticated requesters."""

    def __init__(  # noqa: PLR0913 - the one place that knows all of these
        self,
        *,
        schema: GraphQLSchema,
        store: Store,
        inforce: InForce,
        ledger: Ledger,
        cursors: Cursors,
        vault: Vault,
        secret: str,
        clock: Callable[[], datetime],
        limits: Limits = USUAL,
        production: bool = False,
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._deadlines = Deadlines(limits.operation_seconds)
        self._production = production
        self._documents = Documents(schema, limits)
        self._learned = Learned()
        self._store = store
        self._inforce = inforce
        self._ledger = ledger
        self._cursors = cursors
        self._vault = vault
        self._secret = b"mokuteki once " + secret.encode()
        self._clock = clock

    async def answer(self, requester: Requester, request: Request) -> Answer:
        """The answer to a request, decided under what is still in force when its data was read.

        The record of it is durable when this returns.
        """
        with suppress(PolicyUnavailable):
            for _ in range(MOST_TURNS):
                with suppress(Outdated):
                    return await self._under(await self._inforce.current(), requester, request)
        unknown = Refusal(Code.POLICY_UNAVAILABLE, "the edition in force is not known: try again")
        return Answer.refused(unknown, request.id)

    async def _under(  # noqa: PLR0911 - each way to end
        self, force: Force, requester: Requester, request: Request
    ) -> Answer:
        running = Running(
            requester=requester,
            request=request,
            inforce=self._inforce,
            force=force,
            at=self._clock(),
            deadline=self._deadlines.begin(),
        )
        if not registered(force, requester):
            gone = Refusal(
                Code.UNAUTHENTICATED, "the client of this token is not active: ask for a new token"
            )
            return Answer.refused(gone, request.id)
        try:
            with running.deadline:
                return await self._answer(running)
        except Refusal as refusal:
            return await self._refuse(running, refusal)
        except WrongValue:
            wrong = Refusal(Code.BAD_INPUT, "an argument holds a value that cannot be looked for")
            return await self._refuse(running, wrong)
        except (Outdated, PolicyUnavailable):
            raise
        except Exception as error:
            if running.deadline.expired:
                return await self._refuse(running, given_up(self._limits))
            if isinstance(error, LedgerUnavailable | StoreUnavailable):
                log.exception("ledger.unavailable", request_id=request.id)
                return Answer.refused(unavailable(), request.id, running.purpose)
            log.exception("operation.failed", request_id=request.id)
            failed = Refusal(Code.INTERNAL, "the operation failed: tell us the request id")
            return await self._refuse(running, failed)

    async def _answer(self, running: Running) -> Answer:
        request, client = running.request, running.requester.client
        text = self._learned.text(client, request)
        check_document(running.force, running.requester, text)
        operation = self._documents.get(text, request.language).operation(request.operation_name)
        running.operation = operation.name
        self._learned.learn(client, request)
        if operation.mutates and request.queries_only:
            raise Refusal(Code.OPERATION_FORBIDDEN, "a mutation must be sent by POST", status=405)
        variables = operation.variables(request.variables, request.language)
        roots = operation.roots(variables)
        _settle(running, operation, any(map(decide.is_personal, roots)))
        context = running.context
        kind = "Mutation" if operation.mutates else "Query"
        for root in roots:
            decide.guard(root, kind, context, running.plain)
            check_introspection(root, context, production=self._production)
        try:
            arguments = [root.arguments(variables) for root in roots]
        except GraphQLError as error:
            raise Refusal(Code.BAD_INPUT, "an argument is missing or not of its type") from error
        check_cost(roots, arguments, self._limits.cost)
        steps = [
            Step(root, given, decide.ask(root, context, self._store.dialect))
            for root, given in zip(roots, arguments, strict=True)
        ]
        for step in steps:
            looked_at = decide.fields_looked_at(step.root, step.arguments)
            running.record.arguments.update(looked_at)
            decide.check_arguments(step.root, looked_at, context)
        refusals = [each for step in steps if step.asking for each in decide.forbidden(context, step.asking)]
        running.record.refused = bool(refusals)
        strict = operation.declared.strict
        if strict:
            decide.strict(refusals)
        try:
            refusals += await (self._change if operation.mutates else self._read)(
                running, steps, strict=strict
            )
        except Unreadable as fault:
            if isinstance(fault, UnknownKey):
                await self._know_keys()
            raise unreadable(fault, request) from None
        data, errors = await execute(self._schema, operation, roots, variables, running)
        errors = [*(refusal.error(request.id) for refusal in refusals), *errors]
        return Answer(
            status=200,
            body={"errors": errors, "data": data} if errors else {"data": data},
            purpose=running.purpose,
            recipient_kind=context.recipient.kind,
            outcome=running.record.outcome,
            users=len({ref for group in running.record.groups for ref in group.refs}),
        )

    async def _read(self, running: Running, steps: Sequence[Step], *, strict: bool) -> list[Refusal]:
        if running.context.purpose is None:
            return []
        if sum(map(_statements, steps)) > 1:
            async with self._store.snapshot() as reader:
                await self._open_all(running, steps, reader)
        else:
            await self._open_all(running, steps, self._store)
        if any(by_marks(step.arguments.get("filter") or {}) for step in steps):
            await self._know_keys()
        await running.renew()
        withheld = decide.withheld(running.context, running.withheld())
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
        async with self._store.transaction() as transaction:
            running.hold()
            door = self._door(running, transaction)
            once = Once(running, self._secret)
            before = await once.done(transaction)
            done = {
                step.root.selected.key: await carry_out(
                    Act(door, transaction, step, running), before and before[step.root.selected.key]
                )
                for step in steps
                if step.root.selected.name in CHANGES
            }
            if before is None:
                await once.keep(transaction, done)
            running.hold()
            await running.finish()
            withheld = decide.withheld(running.context, running.withheld())
            if strict:
                decide.strict(withheld)
            await self._ledger.record_within(transaction, running.entry())
        return withheld

    def _door(self, running: Running, reader: Reader) -> Door:
        requester, context = running.requester, running.context
        cursors = self._cursors.of(requester.client, requester.role, requester.user, context.recipient.id)
        view = LedgerView(History(reader, self._inforce.bits), cursors)
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
            Registers(view, self._vault),
            self._vault,
        )

    async def _refuse(self, running: Running, refusal: Refusal) -> Answer:
        entry = running.refused(refusal.code.value, refusal.reason)
        try:
            await self._ledger.record(entry)
        except LedgerUnavailable:
            log.exception("ledger.unavailable", request_id=running.request.id)
            refusal = unavailable()
        return Answer.refused(refusal, running.request.id, running.purpose)


def _settle(running: Running, operation: Operation, personal: bool) -> None:  # noqa: FBT001 - said by the operation
    """Settle to whom the answer goes and, where people are asked about, why."""
    force, requester, declared = running.force, running.requester, operation.declared
    running.recipient = recipient_of(force, requester, declared.recipient or running.request.recipient)
    running.plain = running.context = context_of(force, requester, running.recipient, None)
    if personal:
        asked = declared.purpose or running.request.purpose
        running.purpose = asked if asked in force.edition.purposes else None
        running.context = purpose_context(force, requester, running.recipient, asked)


def _statements(step: Step) -> int:
    """How many statements on people a root field takes; several are read at one moment, or two people could be mixed."""
    return len(step.asking.readings) if step.asking else int(decide.is_personal(step.root))


async def _open(step: Step, door: Door, running: Running) -> None:
    """Read one door of a query."""
    selected = step.root.selected
    if selected.name in decide.LEDGER_DOORS:
        value = await read_ledger(door, selected, step.arguments, running.record)
        running.finished[selected.key] = Finished(value)
        return
    if step.asking is None:
        return
    if selected.name == "users":
        released = await door.many(step.asking, step.arguments)
    else:
        asked = door.requester.user if selected.name == "me" else step.arguments["id"]
        released = await door.one(step.asking, asked)
    running.record.add(released)
    running.record.sought |= await door.registers.view.history.refs(released.missed)
    running.finished[selected.key] = Finished(released.value)
