"""A worker that hangs: it is told, killed and replaced, and one that gives signs of life is left alone."""

import asyncio
import os
import socket
import time
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from signal import SIGINT, SIGTERM

import pytest
import structlog

from api.cli import workers
from api.cli.workers import Workers

SILENCE = 3.0


def begun(var: Path) -> list[int]:
    """The processes that began to serve, by their ids."""
    return [int(each.name) for each in var.iterdir()]


def work(var: Path, _taken: socket.socket, told: Connection) -> None:
    """The first process hangs once it serves; every other gives signs of life."""
    hangs = not begun(var)
    (var / str(os.getpid())).touch()
    told.send_bytes(b"listens")
    while True:
        time.sleep(0.2)
        if not hangs:
            told.send_bytes(b"listens")


async def test_a_worker_that_hangs_is_killed_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "SILENCE", SILENCE)
    ended: list[int] = []
    served = asyncio.Event()
    with socket.socket() as taken, structlog.testing.capture_logs() as lines:
        taken.bind(("127.0.0.1", 0))
        all_of_them = Workers(partial(work, tmp_path), taken, 1, on_serving=served.set, on_end=ended.append)
        running = asyncio.create_task(all_of_them.run())
        await served.wait()
        (first,) = begun(tmp_path)
        while len(begun(tmp_path)) < 2:  # noqa: ASYNC110 - it begins in another process
            await asyncio.sleep(0.05)
        await asyncio.sleep(2 * SILENCE)
        replaced = ended.copy()
        os.kill(os.getpid(), SIGTERM)
        await running
    for sign in (SIGTERM, SIGINT):
        asyncio.get_running_loop().remove_signal_handler(sign)
    assert replaced == [first]
    assert len(begun(tmp_path)) == 2
    assert [(line["event"], line["process"]) for line in lines] == [
        ("server.worker_hangs", first),
        ("server.worker_ended", first),
    ]
