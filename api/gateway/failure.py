"""The failures: what an operation answers when it could not be carried out, though it may have been allowed."""

import structlog

from api.gateway.limits import Limits
from api.gateway.refusal import Code, Refusal, exceeded
from api.gateway.request import Request
from models.cell import Unreadable

log = structlog.get_logger("gateway")


def unavailable() -> Refusal:
    """The record could not be made, or the database did not answer."""
    return Refusal(
        Code.LEDGER_UNAVAILABLE, "the record could not be made durable, so nothing is answered: try again"
    )


def given_up(limits: Limits) -> Refusal:
    """The operation took too long."""
    most = limits.operation_seconds
    told = f"the operation took longer than {most} seconds and was given up: ask for less, or try again"
    refusal = exceeded("operation_seconds", told, None, most)
    refusal.status = 503
    return refusal


def unreadable(fault: Unreadable, request: Request) -> Refusal:
    """A value does not open; the log tells of it by its field and key alone."""
    named = {} if fault.number is None else {"key": fault.number}
    log.error("value.unreadable", field=fault.path, request_id=request.id, **named)
    return Refusal(
        Code.INTERNAL,
        "a value that was to be released does not open, so nothing is answered: tell us the request id",
        reason="VALUE_UNREADABLE",
    )
