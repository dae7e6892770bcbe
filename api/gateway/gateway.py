"""The gateway: an operation from its request to its answer, in the order that the promise needs."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from graphql import GraphQLError, GraphQLSchema
from graphql.execution.values import VariableValues

from api.fair.fair import Fair
from api.gateway import decide, leaving
from api.gateway.admission import (
    bound_enough,
    check_document,
    check_introspection,
    check_network,
    may_know_schema,
    registered,
    untold,
)
from api.gateway.changes.together import together
from api.gateway.counted import Counted
from api.gateway.deadline import Deadlines
from api.gateway.documents.bill import Bill
from api.gateway.documents.cost import check_cost
from api.gateway.documents.document import Documents
from api.gateway.documents.fitting import Misfits
from api.gateway.documents.learned import Learned
from api.gateway.documents.operation import Operation
from api.gateway.documents.selection import Root
from api.gateway.execution import execute
from api.gateway.failure import failed, given_up, late, unavailable, unknown_policy
from api.gateway.fulfilment import Fulfilment
from api.gateway.limits import USUAL, Limits
from api.gateway.refusal import Code, Refusal, Why, closed
from api.gateway.request import Answer, Request
from api.gateway.running import Outdated, Running, Step
from api.gateway.settling import settle
from api.gateway.told import Told
from api.tokens.requester import Requester
from api.workshop import WorkshopLate
from models.asker import asker
from models.clients.use import ClientUse
from models.database.dialect import Dialect
from models.database.store import StoreUnavailable, WrongValue
from models.inforce import Force, InForce, PolicyUnavailable
from models.ledger.ledger import Ledger, LedgerUnavailable
from models.ledger.usage import Usages

log = structlog.get_logger("gateway")

MOST_TURNS = 3
"""How often an operation is decided that finds another edition in force when the database has answered."""


class Gateway:
    """Answers operations of authenticated requesters."""

    def __init__(  # noqa: PLR0913 - the one place that knows all of these
        self,
        *,
        schema: GraphQLSchema,
        dialect: Dialect,
        inforce: InForce,
        ledger: Ledger,
        fulfilment: Fulfilment,
        fair: Fair,
        usages: Usages,
        uses: ClientUse,
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
        self._dialect = dialect
        self._inforce = inforce
        self._ledger = ledger
        self._fulfilment = fulfilment
        self._fair = fair
        self._usages = usages
        self._uses = uses
        self._clock = clock

    async def answer(self, requester: Requester, request: Request) -> Answer:
        """The answer to a request, decided under what is still in force when its data was read.

        The record of it is durable when this returns.
        """
        asker.set((requester.client, requester.user or requester.staff))
        counted = Counted()
        with suppress(PolicyUnavailable):
            for _ in range(MOST_TURNS):
                with suppress(Outdated):
                    return await self._under(await self._inforce.current(), requester, request, counted)
        return Answer.refused(unknown_policy(), request.id, request.language)

    async def _under(  # noqa: PLR0911 - each way to end
        self, force: Force, requester: Requester, request: Request, counted: Counted
    ) -> Answer:
        running = Running(
            requester=requester,
            request=request,
            inforce=self._inforce,
            fair=self._fair,
            usages=self._usages,
            force=force,
            at=self._clock(),
            deadline=self._deadlines.begin(),
            counted=counted,
            bill=Bill(self._limits.cost),
            production=self._production,
        )
        unfit = self._unfit(running)
        if unfit is not None:
            return Answer.refused(unfit, request.id, request.language)
        self._uses.note(requester.client)
        try:
            with running.deadline:
                return await self._answer(running)
        except Misfits as misfits:
            whole = together(misfits, force.edition, running.at, request.language)
            if self._production and not may_know_schema(force, requester, running.at.timestamp()):
                whole = untold(whole)
            return await self._refuse(running, whole)
        except Refusal as refusal:
            return await self._refuse(running, refusal)
        except (WorkshopLate, WrongValue) as error:
            wrong = Refusal(Code.BAD_INPUT, Told("VALUE_UNSEARCHABLE"))
            return await self._refuse(
                running, late(self._limits) if isinstance(error, WorkshopLate) else wrong
            )
        except (Outdated, PolicyUnavailable):
            raise
        except Exception as error:
            if running.deadline.expired:
                return await self._refuse(running, given_up(self._limits))
            if isinstance(error, LedgerUnavailable | StoreUnavailable):
                log.exception("ledger.unavailable", request_id=request.id)
                return Answer.refused(unavailable(), request.id, request.language, running.purpose)
            log.exception("operation.failed", request_id=request.id)
            return await self._refuse(running, failed())

    def _unfit(self, running: Running) -> Refusal | None:
        """Why a token that was read is not good for this operation; nobody is on record for such a one."""
        force, requester = running.force, running.requester
        good = registered(force, requester, running.at.timestamp())
        if not good or self._inforce.revoked(requester.token_id):
            return Refusal(Code.UNAUTHENTICATED, Told("TOKEN_NOT_GOOD"))
        if not bound_enough(force, requester, production=self._production):
            return Refusal(Code.UNAUTHENTICATED, Told("TOKEN_TO_BIND"))
        return None

    async def _answer(self, running: Running) -> Answer:
        request, client = running.request, running.requester.client
        check_network(running.force, running.requester, request.address)
        text = running.text = self._learned.text(client, request)
        check_document(running.force, running.requester, text)
        operation = self._documents.get(text, request.language, client).operation(request.operation_name)
        running.operation = operation.name
        self._learned.learn(client, request)
        if operation.mutates and request.queries_only:
            raise closed(Told("MUTATION_BY_GET"), Why("MUTATION_BY_GET"), status=405)
        variables = operation.variables(request.variables, request.language)
        roots = operation.roots(variables)
        settle(running, operation.declared, roots, variables)
        context = running.context
        kind = "Mutation" if operation.mutates else "Query"
        for root in roots:
            decide.guard(root, kind, context, running.plain)
            check_introspection(root, context, production=self._production)
        try:
            arguments = [root.arguments(variables) for root in roots]
        except GraphQLError as error:
            raise Refusal(
                Code.BAD_INPUT, Told("ARGUMENT_UNREADABLE"), reason="ARGUMENT_UNREADABLE"
            ) from error
        check_cost(roots, arguments, self._limits.cost)
        steps = [
            Step(root, given, decide.ask(root, context, self._dialect))
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
        refusals += await self._fulfilment.carry_out(running, steps, mutates=operation.mutates, strict=strict)
        data, errors = await self._execute(operation, roots, variables, running)
        errors = [*(refusal.error(request.id, request.language) for refusal in refusals), *errors]
        return Answer(
            status=200,
            body={"errors": errors, "data": data} if errors else {"data": data},
            purpose=running.purpose,
            recipient_kind=context.recipient.kind,
            outcome=running.record.outcome,
            users=len({ref for group in running.record.groups for ref in group.refs}),
            used=running.counted.states,
            expired=partial(leaving.expired, running, mutates=operation.mutates),
        )

    async def _execute(
        self,
        operation: Operation,
        roots: Sequence[Root],
        variables: VariableValues,
        running: Running,
    ) -> tuple[Any, list[dict[str, Any]]]:
        """What is told, under what is in force once it is put together, however long that took.

        Raises:
            Outdated: another edition or registry is, and it must be decided again.
            Refusal: it took too long, or it tells of a change, which cannot be made again.
        """
        try:
            async with asyncio.timeout(self._limits.operation_seconds):
                told = await execute(self._schema, operation, roots, variables, running)
        except TimeoutError:
            raise given_up(self._limits) from None
        await leaving.let(running, mutates=operation.mutates)
        return told

    async def _refuse(self, running: Running, refusal: Refusal) -> Answer:
        try:
            await self._fulfilment.name_asker(running)
            await self._ledger.record(running.refused(refusal.code.value, refusal.reason))
        except (LedgerUnavailable, StoreUnavailable):
            log.exception("ledger.unavailable", request_id=running.request.id)
            refusal = unavailable()
        told = running.request.id, running.request.language, running.purpose, running.counted.states
        if running.purpose is None or refusal.code is Code.POLICY_UNAVAILABLE:
            return Answer.refused(refusal, *told)
        refused = Answer.refused(await leaving.still(running, refusal), *told)
        return replace(refused, expired=partial(leaving.expired, running, mutates=False))
