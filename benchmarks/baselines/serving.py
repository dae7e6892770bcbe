"""How every baseline is served: one worker of uvicorn on uvloop and httptools, without an access log."""

import gc
from argparse import ArgumentParser
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

POOL = 10
"""Connections to PostgreSQL, for every server alike."""


def sized(dsn: str) -> str:
    """The address with the size of the pool in it, as Tortoise reads it."""
    return f"{dsn}{'&' if '?' in dsn else '?'}minsize={POOL}&maxsize={POOL}"


def serve(build: Callable[[str], ASGIApp], description: str | None) -> None:
    """Serve the application that `build` makes for a database, on the port of the command line."""
    parser = ArgumentParser(description=description)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dsn", required=True)
    options = parser.parse_args()
    app = build(options.dsn)
    gc.freeze()  # start-up is not garbage; with rarer collections, a page of 1,000 users gains some 8 %
    gc.set_threshold(50_000, 20, 20)
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=options.port,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
    )
