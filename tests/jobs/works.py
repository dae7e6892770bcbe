"""Heavy work for tests, as a workshop takes it: at the top of a module."""

import os
import signal
import time


def doubled(number: int) -> int:
    return number * 2


def process() -> int:
    return os.getpid()


def failing() -> None:
    raise ValueError("this went wrong")


def dying() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def endless() -> None:
    while True:
        time.sleep(1)
