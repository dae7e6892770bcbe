"""A process that is killed at the worst moment loses no notice: it comes again, under the same id."""

import asyncio
import json
import sys
from contextlib import suppress

import pytest

from api.settings import CHECKOUT
from models.notices.box import LEASE
from models.notices.withdrawal import NoticeState
from tests.notices.box import Box
from tests.notices.receivers import Receiver
from tests.notices.test_sender import hang

EMPLOYER = "employer-a"


async def started(box: Box, url: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.notices.killed", url),
        cwd=CHECKOUT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    (key,) = box.ring.by_id.values()
    assert process.stdin is not None
    process.stdin.write(json.dumps(key.key.as_dict(private=True)).encode() + b"\n")
    await process.stdin.drain()
    return process


@pytest.mark.parametrize("moment", ["amid the post", "between post and mark"])
async def test_a_killed_process_leaves_the_notice_to_another(
    box: Box, there: Receiver, database_url: str, moment: str
) -> None:
    notice = await box.put(await box.to(EMPLOYER, there.url))
    there.handler = hang if moment == "amid the post" else None
    process = await started(box, database_url)
    try:
        async with asyncio.timeout(60):
            await there.until(1)
            if moment == "between post and mark":
                assert process.stdout is not None
                assert await process.stdout.readline() == b"posted\n"
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    row = await box.row(notice)
    assert (row.state, row.tries) == (NoticeState.WAITING, 1)
    there.handler = None
    async with box.sending():
        box.now += LEASE
        assert await box.outcome() == "TAKEN"
    assert [each.claims(box.keys)["jti"] for each in there.came] == [notice, notice]
    row = await box.row(notice)
    assert (row.state, row.tries) == (NoticeState.TAKEN, 2)
