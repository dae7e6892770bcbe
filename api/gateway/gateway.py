"""The gateway: an operation from its request to its answer, in the order that the promise needs."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from graphql import ExecutionResult, GraphQLSchema

from api.gateway.consent import CHANGES
from api.gateway.context import Context
from api.gateway.cursor import Cursors, bound_to
from api.gateway.document import Documents, Operation
from api.gateway.door import Door, Finished
from api.gateway.executor import DoorExecutor
from api.gateway.ledger_door import read_ledger
from api.gateway.ledger_view import JAPAN, LedgerView
from api.gateway.purpose import context_of, purpose_context, recipient_of
from api.gateway.refusal import Code, Refusal, Refusals, error
from api.gateway.registers import Registers
from api.gateway.running import LEDGER_DOORS, Running, Step, ask, check_arguments, forbidden, guard, is_personal, strict
from api.tokens.requester import Requester
from models.access import Outcome
from models.history import History
from api.gateway.selection import Root
from models.inforce import Force, InForce, PolicyUnavailable
from models.ledger import Entry, Ledger, LedgerUnavailable
from models.registry import KnownRecipient
from models.store import Reader, Store, StoreUnavailable

log = structlog.get_logger("gateway")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One GraphQL request.

    Attributes:
        purpose, recipient: what the headers say; the directive wins.
        queries_only: it came by GET, which may change nothing.
    """

    id: str
    query: str
    variables: Mapping[str, Any]
    operation_name: str | None = None
    purpose: str | None = None
    recipient: str | None = None
    queries_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back: the body, and for metrics and logs what it was about.

    Attributes:
        status: of `application/graphql-response+json`.
    """

    status: int
    body: dict[str, Any]
    purpose: str | None = None
    outcome: Outcome = Outcome.REFUSED
    code: str | None = None
    users: int = 0


@dataclass(slots=True)
class _Known:
    """What is known of an operation so far, for the record of its refusal."""

    force: Force
    recipient: KnownRecipient | None = None
    purpose: str | None = None
    operation: str | None = None


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
        clock: Callable[[], datetime],
    ) -> None:
        self._schema = schema
        self._documents = Documents(schema)
        self.store = store
        self.inforce = inforce
        self._ledger = ledger
        self._cursors = cursors
        self._clock = clock

    async def answer(self, requester: Requester, request: Request) -> Answer:
        """The answer to a request; the record of it is durable when this returns."""
        try:
            force = await self.inforce.current()
        except PolicyUnavailable:
            return _refused(
                Refusal(Code.POLICY_UNAVAILABLE, "the edition in force is not known: try again"), request
            )
        known = _Known(force)
        try:
            return await self._answer(requester, request, known)
        except Refusal as refusal:
            return await self._refuse(requester, request, known, refusal)
        except (LedgerUnavailable, StoreUnavailable):
            return _refused(_unavailable(), request, known.purpose)
        except Exception:
            log.exception("operation.failed", request_id=request.id)
            return _refused(Refusal(Code.INTERNAL, "the operation failed: tell us the request id"), request)

    async def _answer(self, requester: Requester, request: Request, known: _Known) -> Answer:
        force = known.force
        _registered(force, requester)
        operation = self._documents.get(request.query).operation(request.operation_name)
        known.operation = operation.name
        if operation.mutates and request.queries_only:
            raise Refusal(Code.OPERATION_FORBIDDEN, "a mutation must be sent by POST")
        declared = operation.declared
        known.recipient = recipient_of(force, requester, declared.recipient or request.recipient)
        variables = operation.variables(request.variables)
        roots = operation.roots(variables)
        plain = context_of(force, requester, known.recipient, None)
        context = plain
        if any(map(is_personal, roots)):
            asked = declared.purpose or request.purpose
            known.purpose = asked if asked in force.edition.purposes else None
            context = purpose_context(force, requester, known.recipient, asked)
        running = Running(context, plain, parts=self)
        kind = "Mutation" if operation.mutates else "Query"
        for root in roots:
            guard(root, context, plain, kind)
        steps = [
            Step(root, root.arguments(variables), ask(root, context, self.store.dialect)) for root in roots
        ]
        for step in steps:
            running.record.arguments.update(check_arguments(step.root, step.arguments, context))
        refusals = [each for step in steps if step.asking for each in forbidden(context, step.asking)]
        running.record.refused = bool(refusals)
        if declared.strict:
            strict(refusals)
        run = self._change if operation.mutates else self._read
        at = self._clock()
        withheld = await run(requester, request, known, running, steps, at, strictly=declared.strict)
        result = _all_finished(roots, running) or await self._execute(operation, variables, running)
        return self._answered(request, known, running, result, [*refusals, *withheld])

    async def _read(
        self,
        requester: Requester,
        request: Request,
        known: _Known,
        running: Running,
        steps: Sequence[Step],
        at: datetime,
        *,
        strictly: bool,
    ) -> list[Refusal]:
        if running.context.purpose is None:
            return []
        door = self._door(requester, running.context, self.store, at)
        for step in steps:
            await self._open(step, door, running)
        withheld = self._withheld(running)
        if strictly:
            strict(withheld)
        await self._ledger.record(self._entry(requester, request, known, running, at))
        return withheld

    async def _change(
        self,
        requester: Requester,
        request: Request,
        known: _Known,
        running: Running,
        steps: Sequence[Step],
        at: datetime,
        *,
        strictly: bool,
    ) -> list[Refusal]:
        async with self.store.transaction() as transaction:
            door = self._door(requester, running.context, transaction, at)
            for step in steps:
                change = CHANGES.get(step.root.selected.name)
                if change is not None:
                    await change(door, transaction, step, running, at)
            withheld = self._withheld(running)
            if strictly:
                strict(withheld)
            entry = self._entry(requester, request, known, running, at)
            await self._ledger.record_within(transaction, entry)
        return withheld

    def _door(self, requester: Requester, context: Context, reader: Reader, at: datetime) -> Door:
        bound = bound_to(requester.client, requester.role, requester.user, context.recipient.id)
        view = LedgerView(History(reader, self.inforce.bits), self._cursors, bound)
        values = {
            "now": at,
            "requester": requester.user or "",
            "recipient": context.recipient.id,
            "consent_to": context.consent_to,
        }
        today = at.astimezone(JAPAN).date()
        return Door(context, requester, reader, self._cursors, today, values, Registers(view))

    async def _open(self, step: Step, door: Door, running: Running) -> None:
        selected = step.root.selected
        if selected.name in LEDGER_DOORS:
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
            if released.value is None and running.record.asked is None:
                running.record.asked = (asked or "")[:40]
        running.record.add(released)
        running.finished[selected.key] = Finished(released.value)

    @staticmethod
    def _withheld(running: Running) -> list[Refusal]:
        outside = running.context.outside
        places = dict.fromkeys(place for part in running.record.released for place in part.withheld)
        return [
            Refusal(
                Code.FIELD_WITHHELD,
                "some or all of these are withheld for a reason that depends on the person",
                path=path,
                field=field,
                **({} if outside else {"purpose": running.context.clearance.purpose}),
            )
            for path, field in places
        ]

    def _entry(
        self, requester: Requester, request: Request, known: _Known, running: Running, at: datetime
    ) -> Entry:
        record = running.record
        return Entry(
            at=at,
            request_id=request.id,
            client=requester.client,
            role=requester.role,
            purpose=known.purpose,
            recipient=known.recipient and known.recipient.id,
            operation=_short(known.operation),
            edition=known.force.edition.id,
            outcome=record.outcome,
            asked=record.asked,
            arguments=frozenset(record.arguments),
            groups=tuple(record.groups),
            provisions=record.provisions(running.context, at),
        )

    async def _execute(self, operation: Operation, variables: Any, running: Running) -> ExecutionResult:  # noqa: ANN401 - graphql-core's own
        executor = DoorExecutor(
            self._schema,
            operation.fragment_definitions,
            operation.fragments,
            None,
            running,
            operation.node,
            variables,
            _no_resolver,
            _no_type,
            _no_resolver,
            False,
            None,
            hide_suggestions=True,
        )
        result = executor.execute_operation()
        if asyncio.iscoroutine(result):
            result = await result
        if not isinstance(result, ExecutionResult):
            raise Refusal(Code.DOCUMENT_INVALID, "incremental delivery is not served here")
        return result

    @staticmethod
    def _answered(
        request: Request, known: _Known, running: Running, result: ExecutionResult, refusals: Sequence[Refusal]
    ) -> Answer:
        errors = [refusal.error(request.id) for refusal in refusals]
        for fault in result.errors or ():
            original = fault.original_error
            if isinstance(original, Refusal):
                told = error(original.code, original.message, request.id, path=fault.path, **original.extensions)
            else:
                told = error(Code.INTERNAL, "this part failed: tell us the request id", request.id, path=fault.path)
            errors.append(told)
        body: dict[str, Any] = {"errors": errors} if errors else {}
        body["data"] = result.data
        record = running.record
        return Answer(
            status=200,
            body=body,
            purpose=known.purpose,
            outcome=record.outcome,
            users=sum(len(group.refs) for group in record.groups),
        )

    async def _refuse(
        self, requester: Requester, request: Request, known: _Known, refusal: Refusal
    ) -> Answer:
        entry = Entry(
            at=self._clock(),
            request_id=request.id,
            client=requester.client,
            role=requester.role,
            purpose=known.purpose,
            recipient=known.recipient and known.recipient.id,
            operation=_short(known.operation),
            edition=known.force.edition.id,
            outcome=Outcome.REFUSED,
            code=refusal.code.value,
            reason=refusal.extensions.get("reason"),
            asked=refusal.asked,
        )
        try:
            await self._ledger.record(entry)
        except LedgerUnavailable:
            return _refused(_unavailable(), request, known.purpose)
        return _refused(refusal, request, known.purpose)


def _all_finished(roots: Sequence[Root], running: Running) -> ExecutionResult | None:
    """The result, where every root field is finished: the executor would only hand the values on."""
    finished = running.finished
    if any(root.selected.key not in finished for root in roots):
        return None
    return ExecutionResult({root.selected.key: finished[root.selected.key].value for root in roots}, None)


def _registered(force: Force, requester: Requester) -> None:
    """The client still stands in the registry with the role of its token."""
    client = force.registry.clients.get(requester.client)
    if client is None or (requester.user is None and client.role != requester.role):
        raise Refusal(Code.UNAUTHENTICATED, "the client of this token is not active: ask for a new token")


def _unavailable() -> Refusal:
    return Refusal(Code.LEDGER_UNAVAILABLE, "the record could not be made durable, so nothing is answered: try again")


def _refused(refusal: Refusal, request: Request, purpose: str | None = None) -> Answer:
    parts = refusal.parts if isinstance(refusal, Refusals) else (refusal,)
    return Answer(
        status=refusal.status,
        body={"errors": [part.error(request.id) for part in parts]},
        purpose=purpose,
        code=refusal.code.value,
    )


def _short(name: str | None) -> str | None:
    return name and name[:120]


def _no_resolver(source: Any, info: Any, **_arguments: Any) -> Any:  # noqa: ANN401 - graphql-core's shape
    """Attributes of the register types, by their Python names; Strawberry gives every other field a resolver."""
    raise LookupError(f"`{info.parent_type.name}.{info.field_name}` has no resolver for {type(source).__name__}")


def _no_type(_value: object, info: Any, _abstract: object) -> None:  # noqa: ANN401 - graphql-core's shape
    raise LookupError(f"`{info.parent_type.name}.{info.field_name}` is abstract")
