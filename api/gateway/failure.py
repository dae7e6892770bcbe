"""The failures: what an operation answers when it could not be carried out, though it may have been allowed."""

import structlog

from api.gateway.limits import Limits
from api.gateway.refusal import Code, Refusal, exceeded
from api.gateway.request import Request
from api.gateway.told import Told
from models.sealing.cell import Unreadable

log = structlog.get_logger("gateway")


def unavailable() -> Refusal:
    """The record could not be made, or the database did not answer."""
    return Refusal(Code.LEDGER_UNAVAILABLE, Told("LEDGER_UNAVAILABLE"))


def given_up(limits: Limits) -> Refusal:
    """The operation took too long."""
    return exceeded("operation_seconds", None, limits.operation_seconds, status=503)


def late(limits: Limits) -> Refusal:
    """What had to be worked out beside the answers took too long."""
    return exceeded("work_seconds", None, limits.work_seconds, status=503)


def unknown_policy() -> Refusal:
    """Which edition is in force is not known."""
    return Refusal(Code.POLICY_UNAVAILABLE, Told("POLICY_UNAVAILABLE"))


def changed_untold() -> Refusal:
    """A change was made, and another edition came into force before what it tells of people could leave."""
    return Refusal(Code.POLICY_UNAVAILABLE, Told("CHANGED_UNTOLD"), reason="CHANGED_UNTOLD")


def failed() -> Refusal:
    """The operation failed, and the log tells why."""
    return Refusal(Code.INTERNAL, Told("INTERNAL"))


def unreadable(fault: Unreadable, request: Request) -> Refusal:
    """A value does not open; the log tells of it by its field and key alone."""
    named = {} if fault.number is None else {"key": fault.number}
    log.error("value.unreadable", field=fault.path, request_id=request.id, **named)
    return Refusal(Code.INTERNAL, Told("VALUE_UNREADABLE"), reason="VALUE_UNREADABLE")
