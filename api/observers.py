"""The observers: what the ledger reports of itself, as metrics and as lines of the log."""

from collections.abc import Callable

import structlog

from api.metrics import Metrics

_log = structlog.get_logger()


def ledger_observer(metrics: Metrics) -> Callable[[int, float, bool], None]:
    """Told of each commit of the ledger: of how many operations, in how many seconds, and whether it was done."""

    def observe(operations: int, seconds: float, done: bool) -> None:  # noqa: FBT001 - one call, three facts
        if done:
            metrics.ledger_commit(operations=operations, seconds=seconds)
        else:
            metrics.ledger_failure()

    return observe


def month_observer(metrics: Metrics) -> Callable[[bool, bool], None]:
    """Told after each look at the months: whether those that are coming were made, and whether rows are outside."""

    def observe(made: bool, stray: bool) -> None:  # noqa: FBT001 - one look, two facts
        metrics.outside_months(stray=stray)
        if not made:
            _log.error("ledger.months_missing")
        if stray:
            _log.warning("ledger.outside_months")

    return observe
