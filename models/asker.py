"""The asker: for whom a task works, so that those who wait for one thing take turns."""

from collections.abc import Hashable
from contextvars import ContextVar
from typing import Final

asker: Final[ContextVar[Hashable]] = ContextVar("asker", default=None)
"""Work for the same waits in one line, and the lines take turns."""
