"""The deadline: what takes too long is given up; one timer watches over all that run, as each has the same time."""

import asyncio
from time import monotonic
from types import TracebackType
from typing import Self


class Deadlines:
    """The deadlines of one kind."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._open: dict[Deadline, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> "Deadline":
        """A deadline for the task that runs, from the `with` on."""
        return Deadline(self)

    def open(self, deadline: "Deadline") -> None:
        """Watch over it."""
        self._open[deadline] = monotonic() + self._seconds
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look)

    def close(self, deadline: "Deadline") -> None:
        """Watch over it no more."""
        self._open.pop(deadline, None)

    def _look(self) -> None:
        """Give up those whose time is over, and look again when it is over for the next."""
        self._timer = None
        for deadline, until in list(self._open.items()):
            left = until - monotonic()
            if left > 0:
                self._timer = asyncio.get_running_loop().call_later(left, self._look)
                return
            del self._open[deadline]
            deadline.expire()


class Deadline:
    """The time of one task.

    Attributes:
        expired: it is over, and the task was given up.
    """

    __slots__ = ("_all", "_cancelling", "_task", "expired")

    def __init__(self, every: Deadlines) -> None:
        self._all = every
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0
        self.expired = False

    def __enter__(self) -> Self:
        self._task = asyncio.current_task()
        self._cancelling = self._task.cancelling() if self._task else 0
        self._all.open(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._all.close(self)
        if not self.expired or self._task is None:
            return
        if self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def expire(self) -> None:
        """Give the task up."""
        self.expired = True
        if self._task is not None:
            self._task.cancel()

    async def end(self) -> None:
        """Give up now or never: from here on the task takes the time it needs."""
        if self.expired:
            await asyncio.sleep(0)
        self._all.close(self)
