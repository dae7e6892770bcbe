"""The logging of the process, as it was before a test turned it to its own ends."""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from api.logs import HUSHED


@contextmanager
def logging_as_before() -> Iterator[None]:
    """Whatever is made of the logging within the block, it is afterwards as it was."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook, threading.excepthook, sys.unraisablehook)
    known = [logging.getLogger(name) for name in {*logging.Logger.manager.loggerDict, *HUSHED}]
    kept = [(log, log.handlers[:], log.level, log.propagate, log.filters[:], log.disabled) for log in known]
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.handlers, level, sys.excepthook, threading.excepthook, sys.unraisablehook = before
        root.setLevel(level)
        for log, handlers, level, propagate, filters, disabled in kept:
            log.handlers, log.propagate, log.filters, log.disabled = handlers, propagate, filters, disabled
            log.setLevel(level)
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
