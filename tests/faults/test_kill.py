"""The gateway killed in the middle of a load, again and again: what was received is on record, and nothing is by halves."""

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.settings import CHECKOUT
from policies.edition import Edition
from tests.notices.test_withdrawal import NOBODY
from tests.proof.installation import HOST, Installation, installation, reached
from tests.proof.load import CONSENT, KEYED, SEEN, Heard, Load
from tests.proof.received import missing
from tests.served import PATIENCE, free_port

SHORT = 50
KILLS = int(os.environ.get("KILLS", SHORT))
"""How many gateways are killed on both databases together; `make proof` kills 1,000."""

LOADED = "('Read', 'Seen', 'Page', 'Me', 'Register', 'Keyed', 'Send', 'Consent', 'Withdraw')"
RECORDED = f"SELECT count(*) FROM accesses WHERE operation IN {LOADED}"
HALF = """
SELECT count(*) FROM users u WHERE u.email LIKE '%@proof.example' AND (
  (SELECT count(*) FROM acquisitions a WHERE a.user_id = u.id) <> 1
  OR (SELECT count(*) FROM screenings s WHERE s.user_id = u.id) <> 1
  OR NOT EXISTS (SELECT 1 FROM access_people p WHERE p.ref = u.ref))
"""
ORPHANS = """
SELECT (SELECT count(*) FROM acquisitions WHERE user_id NOT IN (SELECT id FROM users))
  + (SELECT count(*) FROM screenings WHERE user_id NOT IN (SELECT id FROM users))
  + (SELECT count(*) FROM answered WHERE done IS NULL)
"""
PLAIN = "SELECT count(*) FROM users WHERE email LIKE 'plain-%@proof.example'"
REGISTERED = "SELECT count(*) FROM accesses WHERE operation = 'Register' AND outcome = 'RELEASED'"
EVENTS = "SELECT count(*) FROM consent_events"
CONSENTED = """
SELECT count(*) FROM accesses WHERE operation IN ('Consent', 'Withdraw', 'Send') AND outcome = 'RELEASED'
"""
UNPROVIDED = """
SELECT (SELECT count(*) FROM accesses a WHERE a.operation IN ('Read', 'Seen') AND a.outcome <> 'REFUSED'
    AND NOT EXISTS (SELECT 1 FROM provisions p WHERE p.access_id = a.id))
  + (SELECT count(*) FROM provisions p WHERE p.access_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM accesses a WHERE a.id = p.access_id AND a.outcome <> 'REFUSED'))
"""
WITHDRAWN = "SELECT count(*) FROM accesses WHERE operation = 'Withdraw' AND outcome = 'RELEASED'"
NOTICES = "SELECT count(*) FROM withdrawal_notices"
NOTICED = """
SELECT count(*) FROM accesses n JOIN accesses w ON w.request_id = n.request_id AND w.operation = 'Withdraw'
WHERE n.operation = 'notice of withdrawal' AND w.outcome = 'RELEASED' AND n.recipient = 'employer-b'
"""
SENT = "SELECT count(*) FROM accesses WHERE operation = 'Send' AND outcome = 'RELEASED'"
RECEIVED = """
SELECT count(*) FROM received r JOIN users u ON u.ref = r.known AND u.email LIKE '%@sent.example'
WHERE r.outcome = 'ACCEPTED'
  AND (SELECT count(*) FROM receipts c WHERE c.received_id = r.id AND c.ref = u.ref) = 1
  AND (SELECT count(*) FROM acquisitions a WHERE a.user_id = u.id) = 1
  AND (SELECT count(*) FROM consents c WHERE c.user_id = u.id AND c.state = 'REQUESTED') = 1
"""
ALL_RECEIVED = (
    "SELECT (SELECT count(*) FROM received), (SELECT count(*) FROM users WHERE email LIKE '%@sent.example')"
)
PEOPLE = "SELECT email, id FROM users WHERE email LIKE '%@proof.example'"


@pytest.fixture
async def installed(database_url: str, edition: Edition, tmp_path: Path) -> AsyncIterator[Installation]:
    async with installation(database_url, tmp_path, edition) as made:
        yield made


async def test_whoever_was_answered_stands_in_the_ledger_however_often_the_gateway_is_killed(
    installed: Installation, tmp_path: Path
) -> None:
    port, heard, chance = free_port(), Heard(), random.Random()
    await given_once(installed, port)
    answered = asyncio.Event()
    load = Load(
        HOST, port, installed.tokens, installed.people, heard, chance, tell=lambda _id: answered.set()
    )
    events = await installed.number(EVENTS)
    unanswered: list[int] = []
    checked = repeated = 0
    while True:
        pid = installed.nursery.start(port)
        wire = await reached(port)
        assert await missing(wire, installed.tokens["auditor"], heard.ids[checked:]) == []
        await whole(installed, events)
        await told_of_all(installed, heard)
        for key in list(heard.open):
            await load.register(wire, KEYED, key)
            repeated += 1
        assert heard.unlike == []
        checked = len(heard.ids)
        assert await installed.number(RECORDED) == checked + sum(unanswered)
        if len(unanswered) >= KILLS // 2 and (sum(unanswered) or len(unanswered) >= KILLS):
            wire.close()
            break
        answered.clear()
        loading = asyncio.create_task(load.until_it_breaks(wire))
        await asyncio.wait_for(answered.wait(), PATIENCE)
        await asyncio.sleep(chance.uniform(0, 0.3))  # the moment is chosen by chance
        installed.nursery.kill(pid)
        await loading
        await installed.settled()
        unanswered.append(await installed.number(RECORDED) - len(heard.ids) - sum(unanswered))
        if KILLS > SHORT:
            told(installed, heard, unanswered, repeated)
    people = dict(await installed.ask(PEOPLE))
    assert {email: people.get(email) for email in heard.registered} == heard.registered
    told(installed, heard, unanswered, repeated)
    assert len(heard.ids) >= len(unanswered)
    assert sum(unanswered) > 0
    assert heard.noticed
    assert heard.received
    accepted(installed, port, heard, tmp_path / "received.txt")


async def whole(installed: Installation, events: int) -> None:
    """Nobody is registered by halves, and nothing was changed that is not on record."""
    assert await installed.number(HALF) == 0
    assert await installed.number(ORPHANS) == 0
    assert await installed.number(PLAIN) == await installed.number(REGISTERED)
    assert await installed.number(EVENTS) - events == await installed.number(CONSENTED)


async def given_once(installed: Installation, port: int) -> None:
    """The partner that is going to be read for holds data already, and takes notices where nobody listens."""
    sql = f"UPDATE recipients SET notice_url = '{NOBODY}' WHERE id = 'employer-b' RETURNING id"
    assert await installed.ask(sql) == [("employer-b",)]
    pid = installed.nursery.start(port)
    wire = await reached(port)
    to = {"user": installed.people["plain"], "purpose": "service.application", "recipient": "employer-b"}
    shown = {"noticeVersion": "1", "language": "en", "method": "CLICK"}
    consent, seen = CONSENT.replace("Consent", "Before", 1), SEEN.replace("Seen", "Before", 1)
    for client, query, said in (
        ("frontend", consent, {"i": {**to, **shown}}),
        ("employer-b", seen, {"id": to["user"]}),
    ):
        answer = await wire.ask(installed.tokens[client], query, said)
        assert answer.body["data"], answer
    wire.close()
    installed.nursery.kill(pid)


async def told_of_all(installed: Installation, heard: Heard) -> None:
    """Whatever was provided has its record, every withdrawal its notice, and who was received all that belongs to them."""
    assert await installed.number(UNPROVIDED) == 0
    withdrawn = await installed.number(WITHDRAWN)
    assert await installed.number(NOTICES) == await installed.number(NOTICED) == withdrawn
    assert heard.noticed <= withdrawn
    sent = await installed.number(SENT)
    assert await installed.number(RECEIVED) == sent
    assert await installed.ask(ALL_RECEIVED) == [(sent, sent)]
    numbers = {row[0] for row in await installed.ask("SELECT id FROM received")}
    assert numbers.issuperset(heard.received)


def told(installed: Installation, heard: Heard, unanswered: list[int], repeated: int) -> None:
    print(
        f"{installed.url.partition(':')[0]}: {len(unanswered)} killed under load;"
        f" {heard.sent} operations sent, {len(heard.ids)} responses received, all in the ledger;"
        f" {sum(unanswered)} recorded and never answered, in {sum(map(bool, unanswered))} of the kills;"
        f" {heard.noticed} withdrawals answered with a notice, {len(heard.received)} people received,"
        f" {len(heard.registered)} registrations answered, {repeated} sent again under their keys",
        flush=True,
    )


def accepted(installed: Installation, port: int, heard: Heard, file: Path) -> None:
    """The acceptance script, as an operator runs it."""
    command = [sys.executable, "-m", "tests.proof.received", str(file), "--url", f"http://{HOST}:{port}"]
    environment = {**os.environ, "TOKEN": installed.tokens["auditor"]}
    for more, code in (([], 0), (["0123456789abcdef"], 1)):
        file.write_text("\n".join([*heard.ids[-200:], *more]), encoding="utf-8")
        ran = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=CHECKOUT, env=environment
        )
        assert (ran.returncode, ran.stderr) == (code, "")
        assert ("not in the ledger: 0123456789abcdef" in ran.stdout) is bool(more)
        assert f"{len(more)} missing" in ran.stdout
