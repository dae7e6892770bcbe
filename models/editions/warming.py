"""The warming: what is asked now is asked of the next edition before anybody does, a little at a time."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

import structlog

from models.editions.force import Force

_log = structlog.get_logger("editions")

SLICE: Final = 0.001
"""Seconds of computing after which others have a turn."""

Warming: TypeAlias = Callable[[Force, Force], Iterator[None]]
"""Takes what is in force and what may be next; each step is short."""


def judged(old: Force, new: Force) -> Iterator[None]:
    """Every question that the judge in force was asked."""
    return new.judge.learn(old.judge)


async def warm(steps: Iterator[None], *, pause: float, until: float | None = None) -> None:
    """Take the steps as `warmed` does; what cannot be warmed is asked cold."""
    try:
        await warmed(steps, pause=pause, until=until)
    except Exception:  # noqa: BLE001 - see above
        _log.exception("edition.cold")


async def warmed(steps: Iterator[None], *, pause: float, until: float | None = None) -> bool:
    """Take the steps, `pause` seconds apart when they took long; whether all were taken by `until` (monotonic)."""
    began = time.perf_counter()
    for _ in steps:
        if time.perf_counter() - began < SLICE:
            continue
        gc.collect(0)  # each question leaves circles behind: a few at a time take no one's turn
        await asyncio.sleep(pause)
        if until is not None and time.monotonic() >= until:
            return False
        began = time.perf_counter()
    return True
