"""The execution: finished values under their keys; graphql-core only where registers are asked beside them."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from graphql import ExecutionResult, GraphQLSchema
from graphql.execution.values import VariableValues

from api.gateway.documents.operation import Operation
from api.gateway.documents.selection import Root
from api.gateway.executor import DoorExecutor
from api.gateway.refusal import Code, Refusal
from api.gateway.request import Request
from api.gateway.running import Running
from api.gateway.told import Told
from models.database.store import StoreUnavailable
from models.inforce import PolicyUnavailable

log = structlog.get_logger("gateway")


async def execute(
    schema: GraphQLSchema,
    operation: Operation,
    roots: Sequence[Root],
    variables: VariableValues,
    running: Running,
) -> tuple[Any, list[dict[str, Any]]]:
    """The data and the errors of an operation whose doors are finished.

    Raises:
        StoreUnavailable: the database did not answer a register.
        PolicyUnavailable: an edition that it asks about could not be read.
    """
    finished = running.finished
    if all(root.selected.key in finished for root in roots):
        return {root.selected.key: finished[root.selected.key].value for root in roots}, []
    executor = DoorExecutor(
        schema,
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
        raise Refusal(Code.DOCUMENT_INVALID, Told("INCREMENTAL"))
    return result.data, [_told(fault, running.request) for fault in result.errors or ()]


def _told(fault: Any, request: Request) -> dict[str, Any]:  # noqa: ANN401 - a GraphQLError
    """An error of a register; whatever a library says stays inside."""
    original = fault.original_error
    if isinstance(original, StoreUnavailable | PolicyUnavailable):
        raise original
    if isinstance(original, Refusal):
        return original.error(request.id, request.language, path=fault.path)
    log.error("operation.failed", request_id=request.id, exc_info=original)
    failed = Refusal(Code.INTERNAL, Told("PART_FAILED"))
    return failed.error(request.id, request.language, path=fault.path)


def _no_resolver(source: Any, info: Any, **_arguments: Any) -> Any:  # noqa: ANN401 - graphql-core's shape
    raise LookupError(
        f"`{info.parent_type.name}.{info.field_name}` has no resolver for {type(source).__name__}"
    )


def _no_type(_value: object, info: Any, _abstract: object) -> None:  # noqa: ANN401 - graphql-core's shape
    raise LookupError(f"`{info.parent_type.name}.{info.field_name}` is abstract")
