"""The acceptance script: finds every response that a client received in the ledger, or names those that are missing.

    TOKEN=$(.venv/bin/mokuteki token auditor) .venv/bin/python -m tests.proof.received var/received.txt

The file holds one request id a line (the header `X-Request-Id` of a response). The gateway is asked as an auditor is.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from tests.proof.wire import BROKEN, HERE, PATIENCE, Wire

TOGETHER = 50
"""Request ids in one operation."""

BESIDE = "notice of withdrawal"
"""What stands in the ledger beside the operation that had it sent, under the same request id."""


class NotAnsweredError(Exception):
    """The gateway did not tell what is in the ledger."""


async def missing(wire: Wire, token: str, received: Iterable[str]) -> list[str]:
    """Those of these request ids that do not stand in the ledger exactly once.

    Raises:
        NotAnsweredError: the gateway refused to tell.
    """
    return [each async for each in _missing(wire, token, received)]


async def _missing(wire: Wire, token: str, received: Iterable[str]) -> AsyncIterator[str]:
    ids = iter(received)
    while some := list(islice(ids, TOGETHER)):
        named = ", ".join(f"$r{place}: ID" for place in range(len(some)))
        asked = " ".join(
            f"r{place}: accesses(requestId: $r{place}) {{ edges {{ node {{ requestId operation }} }} }}"
            for place in range(len(some))
        )
        query = f'query Received({named}) @purpose(id: "compliance.security") {{ {asked} }}'
        answer = await wire.ask(token, query, {f"r{place}": each for place, each in enumerate(some)})
        if answer.status != 200 or "errors" in answer.body:
            codes = [each["extensions"]["code"] for each in answer.body["errors"]]
            raise NotAnsweredError(f"the gateway did not tell ({answer.status} {', '.join(codes)})")
        for place, each in enumerate(some):
            nodes = [edge["node"] for edge in answer.body["data"][f"r{place}"]["edges"]]
            if [node["requestId"] for node in nodes if node["operation"] != BESIDE] != [each]:
                yield each


async def _check(url: str, token: str, received: Sequence[str]) -> list[str]:
    at = urlsplit(url)
    wire = await Wire.reach(at.hostname or "127.0.0.1", at.port or 80, PATIENCE)
    try:
        return await missing(wire, token, received)
    finally:
        wire.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof.received", description=__doc__)
    parser.add_argument("file", type=Path, help="one request id a line")
    parser.add_argument("--url", default=HERE, help=f"where the gateway is; {HERE} if left out")
    given = parser.parse_args()
    try:
        received = list(dict.fromkeys(given.file.read_text(encoding="utf-8").split()))
    except OSError:
        print(f"nothing was proved: `{given.file}` cannot be read", file=sys.stderr)
        return 2
    if not received:
        print("the file names no response: nothing was proved", file=sys.stderr)
        return 2
    try:
        lost = asyncio.run(_check(given.url, os.environ.get("TOKEN", ""), received))
    except (*BROKEN, TimeoutError):
        where = f"nobody answers at {given.url}: start the gateway, or name its address with `--url`"
        print(f"nothing was proved: {where}", file=sys.stderr)
        return 2
    except NotAnsweredError as error:
        print(f"nothing was proved: {error}", file=sys.stderr)
        return 2
    for each in lost:
        print(f"not in the ledger: {each}")
    print(
        f"{len(received)} responses received, {len(received) - len(lost)} in the ledger, {len(lost)} missing"
    )
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
