"""The outage: that nobody's use is known is told once a second, however many ask meanwhile."""

import math
import time
from collections.abc import Callable

import structlog

REST = 1.0
"""Seconds between two lines of one process."""

_log = structlog.get_logger("quota")


class Outage:
    """Tells of an outage; `clock` counts seconds."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._silent_until = -math.inf
        self._left_out = 0

    def tell(self, request_id: str) -> None:
        """This request met it: a line with the exception being handled, or one more of those left out."""
        now = self._clock()
        if now < self._silent_until:
            self._left_out += 1
            return
        left_out, self._left_out, self._silent_until = self._left_out, 0, now + REST
        _log.exception("quota.unreachable", request_id=request_id, left_out=left_out)
