"""The logs: what happened, to which request, and never a value of anybody.

The messages of libraries and of exceptions are left out, as they repeat arguments, queries and rows.
"""

import logging
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType, TracebackType
from typing import Any, Final, TextIO

import orjson
import structlog

from api.log_line import Event, Processor, exceptions_by_type, only_allowed, told

FOREIGN: Final = "library.record"
LINE: Final = "mokuteki_line"
SERVER: Final = "mokuteki"
"""The logger that lines of the HTTP server are told under: what it says is ours to answer for."""

KNOWN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Application startup complete.": "server.started",
        "Application startup failed. Exiting.": "server.start_failed",
        "Application shutdown complete.": "server.stopped",
        "Application shutdown failed. Exiting.": "server.stop_failed",
        "Shutting down": "server.stopping",
        "Exception in ASGI application\n": "server.exception",
        "Invalid HTTP request received.": "server.invalid_request",
    }
)
"""The messages of the server that hold nothing, and the event each becomes."""

UNSAID: Final = frozenset(
    {
        "Started server process [%d]",
        "Waiting for application startup.",
        "Uvicorn running on %s://%s:%d (Press CTRL+C to quit)",
        "Waiting for application shutdown.",
        "Finished server process [%d]",
    }
)
"""The messages of the server that tell nothing beside those."""

HUSHED: Final = (
    "tortoise",
    "tortoise.db_client",
    "casbin",
    "casbin.policy",
    "casbin.enforcer",
    "casbin.role",
    "asyncpg",
    "asyncpg.pool",
    "aiosqlite",
    "strawberry",
    "strawberry.execution",
    "strawberry.ws",
    "strawberry.ws.task",
    "graphql",
    "uvicorn.access",
    "uvicorn.asgi",
    "asyncio",
    "httpx",
    "httpcore",
)
"""Libraries that log SQL, arguments or values: silent below a warning, from there on without words."""


def hush(record: logging.LogRecord) -> bool:
    """Let a library's record pass from a warning on, without its words: a filter for its logger."""
    unasked = _unasked(record)
    _without_words(record)
    return record.levelno >= logging.WARNING and not unasked


def _unasked(record: logging.LogRecord) -> bool:
    """Whether nobody ever waited for what was lost: asyncpg was told to stop between connecting and its first word."""
    error = record.exc_info[1] if record.exc_info else None
    ours = record.name == "asyncio" and _words(record).startswith("Future exception was never retrieved")
    return ours and type(error) is ConnectionError and error.__traceback__ is None


_SERVERS: Final = frozenset({"uvicorn", "uvicorn.error"})


def _words(record: logging.LogRecord) -> str:
    return record.msg if isinstance(record.msg, str) else ""


def _without_words(record: logging.LogRecord) -> None:
    if hasattr(record, LINE):
        return
    line: dict[str, Any] = {"event": KNOWN.get(_words(record), FOREIGN)}
    if line["event"] == FOREIGN:
        line["where"] = [f"{record.module}:{record.lineno}"]
    if record.exc_info and record.exc_info[1] is not None:
        line |= told(record.exc_info[1], record.exc_info[2])
    setattr(record, LINE, line)
    record.msg, record.args = line["event"], ()
    record.exc_info = record.exc_text = record.stack_info = None


class Sealed(logging.Handler):
    """Writes the records of libraries as lines of ours: which logger, which level, which place."""

    def __init__(self, pipeline: Sequence[Processor], stream: TextIO | None) -> None:
        super().__init__()
        self._pipeline = tuple(pipeline)
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; if that fails, nothing of it is written, and the library that told it goes on."""
        with suppress(Exception, structlog.DropEvent):
            if _words(record) in UNSAID:
                return
            _without_words(record)
            name = SERVER if record.name in _SERVERS else record.name
            line: Any = {**getattr(record, LINE), "logger": name}
            for processor in self._pipeline:
                line = processor(None, record.levelname.lower(), line)
            structlog.WriteLogger(self._stream or sys.stderr).msg(line)


def _json(_: object, __: str, event: Event) -> str:
    return orjson.dumps(event).decode()


def start(level: str, *, console: bool = False, stream: TextIO | None = None) -> None:
    """Send every log of the process through the closed list.

    Args:
        level: `debug`, `info`, `warning` or `error`; at any, `HUSHED` libraries are silent below a warning.
        console: lines for a person at a terminal; else one JSON object a line.
        stream: where to; the standard error of the moment by default.
    """
    threshold = getattr(logging, level.upper())
    renderer: Processor = structlog.dev.ConsoleRenderer() if console else _json
    pipeline: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        exceptions_by_type,
        only_allowed,
        renderer,
    ]
    structlog.configure(
        processors=pipeline,
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: structlog.WriteLogger(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    _adopt(threshold, Sealed(pipeline, stream))


def _adopt(threshold: int, handler: logging.Handler) -> None:
    """Make `handler` the only one of the process, and hush the libraries that log values."""
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(threshold)
    for name in (*logging.Logger.manager.loggerDict, *HUSHED):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
        if name.partition(".")[0] in _ROOTS or name in HUSHED:
            logger.setLevel(max(threshold, logging.WARNING))
            logger.addFilter(hush)


_ROOTS: Final = frozenset(name for name in HUSHED if "." not in name)


def seal_process() -> None:
    """Tell of uncaught exceptions and of warnings by type and place only; for the start of a process."""
    log = structlog.get_logger()

    def uncaught(_: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("process.uncaught", **told(error, trace))

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            log.critical("thread.uncaught", **told(args.exc_value, args.exc_traceback))

    def unraisable(args: Any) -> None:  # noqa: ANN401 - sys.UnraisableHookArgs has no name at run time
        if args.exc_value is not None:
            log.critical("process.unraisable", **told(args.exc_value, args.exc_traceback))

    sys.excepthook, threading.excepthook, sys.unraisablehook = uncaught, in_thread, unraisable
    logging.captureWarnings(capture=True)
