"""The logs: a canary in every message, argument, key and exception, and none of them in a line."""

import asyncio
import gc
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn, cast

import asyncpg
import casbin.util.log  # type: ignore[import-untyped]
import pytest
import strawberry
import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from api import logs
from api.logs import HUSHED
from models.recipients.recipient import Recipient
from tests.api.opened import opened
from tests.as_before import logging_as_before

CANARY = "canary"


class Lines:
    """What was logged: the text as it was written, and its lines as objects."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def only(self) -> dict[str, Any]:
        (line,) = self.objects
        return line

    def start(self, level: str, *, console: bool = False) -> None:
        logs.start(level, console=console, stream=self.stream)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Wake what a library put to sleep, as Casbin does itself; afterwards the logging is as it was."""
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    with logging_as_before(), warnings.catch_warnings():
        for name in {*logging.Logger.manager.loggerDict, *HUSHED}:
            logging.getLogger(name).disabled = False
        yield


@pytest.fixture
def lines() -> Lines:
    """The logs at their most talkative."""
    lines = Lines()
    lines.start("debug")
    return lines


def failing() -> NoReturn:
    raise ValueError(f"{CANARY} in the message") from KeyError(CANARY)


def test_a_line_says_what_happened_to_which_request(lines: Lines) -> None:
    structlog.contextvars.bind_contextvars(request_id="7f3a")
    structlog.get_logger().info(
        "operation.answered", client="employer-a", role="employer", purpose="service.application", users=20
    )
    line = lines.only
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "operation.answered",
        "level": "info",
        "request_id": "7f3a",
        "client": "employer-a",
        "role": "employer",
        "purpose": "service.application",
        "users": 20,
    }


def test_a_key_that_is_not_on_the_list_is_dropped_and_counted(lines: Lines) -> None:
    structlog.get_logger().warning("user.read", email=CANARY, row={"name": CANARY}, operation=CANARY)
    assert CANARY not in lines.text
    assert lines.only["dropped"] == 3


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("client", "canary@example.com"),
        ("client", ["canary"]),
        ("request_id", "canary name"),
        ("role", "canary"),
        ("role", ["canary"]),
        ("purpose", "canary"),
        ("status", "canary"),
        ("users", float("inf")),
        ("users", 1 << 70),
        ("code", "canary"),
        ("route", "/users/canary%40example.com"),
        ("edition", "canary"),
        ("where", ["canary"]),
        ("causes", "canary"),
        ("error", "canary: message"),
    ],
)
def test_a_value_of_another_shape_is_dropped(key: str, value: object, lines: Lines) -> None:
    structlog.get_logger().info("operation.answered", **{key: value})
    assert CANARY not in lines.text
    assert (key in lines.only, lines.only["dropped"]) == (False, 1)


@pytest.mark.parametrize("event", ["the user canary was read", "user %s", "user.canary@example.com", ""])
def test_an_event_is_a_name_and_never_a_sentence(event: str, lines: Lines) -> None:
    structlog.get_logger().info(event, *([CANARY] if "%" in event else []))
    assert CANARY not in lines.text
    assert lines.only["event"] == "unnamed"


def test_an_exception_is_told_by_type_and_place(lines: Lines) -> None:
    try:
        failing()
    except ValueError:
        structlog.get_logger().exception("operation.failed")
    line = lines.only
    assert CANARY not in lines.text
    assert (line["error"], line["causes"]) == ("ValueError", ["KeyError"])
    assert line["where"][-1].startswith(f"{__name__}:")


def test_an_exception_may_be_handed_over_as_a_value(lines: Lines) -> None:
    structlog.get_logger().error("operation.failed", exc_info=ValueError(CANARY))
    assert (lines.only["error"], CANARY in lines.text) == ("ValueError", False)


def test_below_its_level_nothing_is_written() -> None:
    lines = Lines()
    lines.start("warning")
    structlog.get_logger().info("operation.answered")
    logging.getLogger("anybody").info("words")
    assert not lines.text


def test_the_lines_for_a_terminal_hold_no_more(lines: Lines) -> None:
    del lines
    terminal = Lines()
    terminal.start("debug", console=True)
    try:
        failing()
    except ValueError:
        structlog.get_logger().exception("operation.failed", email=CANARY)
        logging.getLogger("anybody").exception("words of %s", CANARY)
    assert "operation.failed" in terminal.text
    assert "ValueError" in terminal.text
    assert CANARY not in terminal.text


@pytest.mark.parametrize("name", [*HUSHED, "strawberry.new", "graphql.new", "anybody"])
@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_no_library_says_a_word_at_any_level(name: str, level: str) -> None:
    lines = Lines()
    lines.start(level)
    log = logging.getLogger(name)
    try:
        failing()
    except ValueError:
        for say in (log.debug, log.info, log.warning, log.error, log.exception):
            say("%s of canary", CANARY, stack_info=True, extra={"email": CANARY})
    assert CANARY not in lines.text
    told = {line["level"] for line in lines.objects}
    if name != "anybody":
        assert told <= {"warning", "error"}
    assert lines.objects[-1]["logger"] == name
    assert lines.objects[-1]["error"] == "ValueError"
    assert lines.objects[-1]["where"]


def test_a_library_that_logs_an_object_says_nothing_of_it(lines: Lines) -> None:
    logging.getLogger("uvicorn.error").error(ValueError(CANARY))
    assert (lines.only["event"], CANARY in lines.text) == ("library.record", False)


@pytest.mark.parametrize("name", ["uvicorn", "uvicorn.error"])
def test_what_the_server_says_is_told_under_our_name(name: str, lines: Lines) -> None:
    logging.getLogger(name).warning("Invalid HTTP request received.")
    assert (lines.only["event"], lines.only["logger"]) == ("server.invalid_request", "mokuteki")


@pytest.mark.parametrize("name", HUSHED)
def test_a_handler_that_a_library_adds_later_hears_no_word_either(name: str, lines: Lines) -> None:
    late = io.StringIO()
    log = logging.getLogger(name)
    log.addHandler(logging.StreamHandler(late))
    log.setLevel(logging.DEBUG)
    log.info("%s", CANARY)
    try:
        failing()
    except ValueError:
        log.exception("%s", CANARY)
    assert late.getvalue() == "library.record\n"
    assert CANARY not in lines.text


def test_casbin_may_set_up_its_own_logging(lines: Lines, capfd: pytest.CaptureFixture[str]) -> None:
    casbin.util.log.configure_logging()
    logging.getLogger("casbin.enforcer").info("Request: %s", CANARY)
    logging.getLogger("casbin.enforcer").warning("Request: %s", CANARY)
    assert CANARY not in lines.text
    assert CANARY not in "".join(capfd.readouterr())


async def test_the_database_client_logs_no_statement_and_no_row(lines: Lines, tmp_path: Path) -> None:
    async with opened(tmp_path):
        await Recipient.create(id="r", kind="employer", name=CANARY, address=CANARY, representative=CANARY)
        assert await Recipient.filter(name=CANARY).count() == 1
        with pytest.raises(Exception, match="UNIQUE"):
            await Recipient.create(id="r", kind=CANARY, name="", address="", representative="")
    assert CANARY not in lines.text
    assert "INSERT" not in lines.text


@strawberry.type
class Query:
    """A schema whose one field fails with a value in its message."""

    @strawberry.field
    def email(self, of: str) -> str:
        raise ValueError(of)


async def test_the_executor_of_graphql_logs_no_query_and_no_message(lines: Lines) -> None:
    result = await strawberry.Schema(Query).execute('{ email(of: "canary@example.com") }')
    assert result.errors
    assert CANARY not in lines.text
    assert [line["logger"] for line in lines.objects] == ["strawberry.execution"]


async def test_the_server_logs_no_address_that_was_asked_for(lines: Lines) -> None:
    async def hello(_: Request) -> PlainTextResponse:
        return PlainTextResponse("hello")

    async def fails(_: Request) -> NoReturn:
        failing()

    app = Starlette(routes=[Route("/", hello), Route("/fails", fails)])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, log_level="debug"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - a turn of the loop, no time; the server has no event for it
        await asyncio.sleep(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    for path in ("/?query=canary", "/fails?query=canary"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: canary\r\nConnection: close\r\n\r\n".encode())
        await reader.read()
        writer.close()
        await writer.wait_closed()
    server.should_exit = True
    await serving
    assert CANARY not in lines.text
    events = [line["event"] for line in lines.objects]
    assert events == ["server.started", "server.exception", "server.stopping", "server.stopped"]
    assert {line["logger"] for line in lines.objects} == {"mokuteki"}


def in_the_main_thread() -> None:
    try:
        failing()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)


def in_another_thread() -> None:
    thread = threading.Thread(target=failing)
    thread.start()
    thread.join()


def where_nobody_can_catch_it() -> None:
    class Last:
        def __del__(self) -> None:
            failing()

    Last()


@pytest.mark.parametrize(
    ("happens", "event"),
    [
        (in_the_main_thread, "process.uncaught"),
        (in_another_thread, "thread.uncaught"),
        (where_nobody_can_catch_it, "process.unraisable"),
    ],
)
def test_what_nobody_caught_is_told_by_type_and_place_too(
    happens: Callable[[], None], event: str, lines: Lines, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.seal_process()
    happens()
    assert (lines.only["event"], lines.only["error"]) == (event, "ValueError")
    assert CANARY not in lines.text + "".join(capfd.readouterr())


def test_a_warning_is_told_without_its_words(lines: Lines, capfd: pytest.CaptureFixture[str]) -> None:
    logs.seal_process()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn(CANARY, stacklevel=1)
    assert lines.only["logger"] == "py.warnings"
    assert CANARY not in lines.text + "".join(capfd.readouterr())


def test_a_record_that_cannot_be_written_is_lost_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    lines.start("debug")
    lines.stream.close()
    logging.getLogger("anybody").error("%s", CANARY)
    assert "".join(capfd.readouterr()) == ""


def test_a_library_that_logs_goes_on_though_a_line_is_dropped() -> None:
    lines = Lines()
    lines.start("debug")
    with structlog.testing.capture_logs():
        logging.getLogger("anybody").error("%s", CANARY)
    assert lines.only["event"] == "library.record"


async def test_a_connection_that_was_given_up_while_it_was_made_leaves_no_line(lines: Lines) -> None:
    answering: list[asyncio.Task[Any]] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.append(cast("asyncio.Task[Any]", asyncio.current_task()))
        await reader.read()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for turns in range(12):
        connecting = asyncio.create_task(asyncpg.connect(f"postgres://a:b@127.0.0.1:{port}/c"))
        for _ in range(turns):
            await asyncio.sleep(0)
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
    _, last = await asyncio.open_connection("127.0.0.1", port)
    last.close()
    while len(answering) < 2 or not all(each.done() for each in answering):  # noqa: ASYNC110 - whoever came is over
        await asyncio.sleep(0)
    server.close()
    gc.collect()
    assert lines.objects == []


async def test_what_failed_otherwise_and_nobody_asked_for_is_told(lines: Lines) -> None:
    for error in (ConnectionResetError(), ValueError(CANARY)):
        asyncio.get_running_loop().create_future().set_exception(error)
        gc.collect()
    assert [each["logger"] for each in lines.objects] == ["asyncio", "asyncio"]
    assert CANARY not in lines.text
