"""Gateways under load while editions change, stand still and are killed: no answer is mixed, late, or lost but with 503.

Every edition but one field withholds either the address of e-mail or the telephone number from everybody, by turns, and
each differs from all others. So what an answer holds tells under which kind it was decided, and the ledger under which.
"""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from benchmarks.postgres import Server
from models.database.opening import opened
from models.database.store import Store
from models.day import moment
from models.editions.prepared import prepare
from models.inforce import LEASE
from models.publish import Publication, newest_number, publish
from policies.edition import Edition
from policies.rule import Rule
from policies.vocabulary import ANY, Action, Effect
from tests.conftest import with_nobody
from tests.proof.installation import Installation, installation, reached
from tests.proof.wire import BROKEN, Received
from tests.served import free_port

SHORT = 10
CHANGES = int(os.environ.get("CHANGES", SHORT))
"""How often the edition changes on each installation; `make proof` changes it 100 times."""

READERS = 3
"""Connections to each gateway."""

KINDS = ("User.email", "User.phone")
"""What an edition withholds, by turns."""

ACCOUNT = '@purpose(id: "service.account")'
PERSON = "{ id email phone }"
ASKED: Mapping[str, tuple[str, str]] = {
    "One": ("frontend", f"query One($id: ID!) {ACCOUNT} {{ user(id: $id) {PERSON} }}"),
    "Doors": (
        "frontend",
        (
            f"query Doors($id: ID!) {ACCOUNT} {{ a: user(id: $id) {PERSON}"
            f" page: users(first: 3) {{ edges {{ node {PERSON} }} }} b: user(id: $id) {PERSON} }}"
        ),
    ),
    "Outside": (
        "employer-a",
        f'query Outside($id: ID!) @purpose(id: "service.application") {{ user(id: $id) {PERSON} }}',
    ),
    "Change": (
        "frontend",
        f"mutation Change($i: RecordConsentInput!) {ACCOUNT} {{ recordConsent(input: $i) {{ user {PERSON} }} }}",
    ),
}
"""Operations of one door and of several, of the company and of a partner, and a change."""

CONSENT = {
    "purpose": "service.application",
    "recipient": "employer-a",
    "noticeVersion": "1",
    "language": "en",
    "method": "CLICK",
}
RECORDED = (
    "SELECT request_id, edition, at FROM accesses WHERE operation IN ('One', 'Doors', 'Outside', 'Change')"
    " ORDER BY at"
)
"""The last of an operation tells under which edition it was answered: one before tells what nobody got."""


def withholding(edition: Edition, path: str, turn: int) -> Edition:
    """The edition with a rule more: nobody reads this."""
    rule = Rule(
        id=f"turn-{turn}",
        effect=Effect.DENY,
        role=ANY,
        action=Action.READ,
        purpose=ANY,
        field=path,
        recipient=ANY,
        needs=(),
        clause="Clause 1",
        note_ja="試験のために止める",
        note_en="stopped for a test",
    )
    return replace(edition, rules=(*edition.rules, rule))


@dataclass
class Reign:
    """One edition while it was the newest; what came before its end and what after is told by one clock."""

    kind: str
    begun: datetime
    ended: datetime | None = None


@dataclass
class Scene:
    """The gateways, what was published, and what was answered."""

    installed: Installation
    store: Store
    edition: Edition
    pids: dict[int, int] = field(default_factory=dict)
    reigns: dict[str, Reign] = field(default_factory=dict)
    answered: dict[str, str | None] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    turn: int = 0

    def start(self, port: int) -> None:
        self.pids[port] = self.installed.nursery.start(port)

    def kill(self, port: int) -> None:
        self.installed.nursery.kill(self.pids[port])

    async def change(self) -> None:
        """Publish the next edition, every third one prepared."""
        kind = KINDS[self.turn % len(KINDS)]
        made = withholding(self.edition, kind, self.turn)
        if self.turn % 3 == 2:
            async with self.store.transaction() as transaction:
                await prepare(transaction, made.id, made.canonical(), datetime.now(UTC))
            await asyncio.sleep(random.uniform(0, 0.5))  # ready everywhere, or not yet
        self.turn += 1
        said = Publication(
            id=made.id,
            canonical=made.canonical(),
            at=datetime.now(UTC),
            by="proof",
            draft=f"turn-{self.turn}",
        )
        before = next(reversed(self.reigns.values()), None)
        self.reigns[made.id] = Reign(kind, said.at)
        async with self.store.transaction() as transaction:
            await publish(transaction, said)
        if before is not None:
            before.ended = datetime.now(UTC)

    async def disturb(self, port: int) -> None:
        """Let a gateway stand still for longer than a lease or shorter, or kill it and start another."""
        if random.random() < 0.5:
            os.kill(self.pids[port], signal.SIGSTOP)
            await asyncio.sleep(random.uniform(0, 2 * LEASE))
            os.kill(self.pids[port], signal.SIGCONT)
            self.seen["stood still"] += 1
        else:
            self.kill(port)
            self.start(port)
            self.seen["killed"] += 1

    async def read(self, port: int, place: int) -> None:
        """Ask without end, over a new connection where the gateway went away."""
        asked = cycle(list(ASKED.items())[place:] + list(ASKED.items())[:place])
        people = {"employer-a": self.installed.people["offered-employer-a"]}
        plain = self.installed.people["plain"]
        while True:
            wire = await reached(port)
            with suppress(*BROKEN):
                try:
                    for name, (client, query) in asked:
                        said = (
                            {"i": {**CONSENT, "user": plain}}
                            if name == "Change"
                            else {"id": people.get(client, plain)}
                        )
                        self.judge(name, await wire.ask(self.installed.tokens[client], query, said))
                finally:
                    wire.close()
            self.seen["lost"] += 1

    def judge(self, name: str, answer: Received) -> None:
        """An answer is of one kind, or it says that it cannot tell."""
        codes = {each["extensions"]["code"] for each in answer.body.get("errors", ())}
        if answer.status == 503:
            self.seen[f"503 {min(codes)}"] += 1
            return
        kinds = {kind_of(person) for person in people_in(answer.body.get("data"))}
        if answer.status != 200 or codes - {"FIELD_FORBIDDEN"} or len(kinds) > 1 or None in kinds:
            self.wrong.append(f"{name}: {answer}")
            return
        self.seen[name] += 1
        self.answered[answer.request_id] = min(filter(None, kinds), default=None)


def people_in(node: Any) -> list[dict[str, Any]]:
    """Every person in an answer."""
    if isinstance(node, list):
        return [person for each in node for person in people_in(each)]
    if not isinstance(node, dict):
        return []
    below = [person for each in node.values() for person in people_in(each)]
    return [node, *below] if "email" in node else below


def kind_of(person: dict[str, Any]) -> str | None:
    """What is withheld of a person: one of the two and not the other."""
    withheld = [f"User.{name}" for name in ("email", "phone") if person[name] is None]
    return withheld[0] if len(withheld) == 1 else None


@pytest.fixture(
    params=[("sqlite", 1), ("sqlite", 2), ("postgres", 2)], ids=lambda made: f"{made[0]}-{made[1]}"
)
async def scene(
    request: pytest.FixtureRequest,
    postgres_server: Server,
    with_tables: str,
    edition: Edition,
    tmp_path: Path,
) -> AsyncIterator[Scene]:
    kind, gateways = request.param
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(with_nobody(kind, postgres_server, with_tables, tmp_path))
        installed = await stack.enter_async_context(installation(url, tmp_path, edition))
        store = await stack.enter_async_context(opened(url, pool_size=2, patience=20))
        made = Scene(installed, store, edition)
        await made.change()
        for _ in range(gateways):
            made.start(free_port())
        yield made


async def test_no_answer_is_mixed_or_under_an_edition_replaced_a_second_ago(scene: Scene) -> None:
    for port in scene.pids:
        (await reached(port)).close()
    readers = [
        asyncio.create_task(scene.read(port, place)) for port in scene.pids for place in range(READERS)
    ]
    try:
        for turn in range(CHANGES):
            await scene.change()
            if turn % 4 == 1:
                await scene.disturb(random.choice(list(scene.pids)))
            await asyncio.sleep(random.uniform(0, LEASE))  # the moment is chosen by chance
        await settled(scene)
    finally:
        for reader in readers:
            reader.cancel()
        ended = await asyncio.gather(*readers, return_exceptions=True)
    assert [each for each in ended if not isinstance(each, asyncio.CancelledError)] == []
    assert scene.wrong == []
    assert await newest_number(scene.store) == CHANGES + 2
    rows = await scene.store.fetch(RECORDED, {})
    recorded = {row[0]: (row[1], moment(row[2])) for row in rows}
    assert [each for each in scene.answered if each not in recorded] == []
    late = []
    for request_id, kind in scene.answered.items():
        name, at = recorded[request_id]
        assert kind in (None, scene.reigns[name].kind), "the ledger names the edition that decided"
    for name, at in recorded.values():
        ended_at = scene.reigns[name].ended
        if ended_at is not None and at > ended_at + timedelta(seconds=LEASE):
            late.append((name, at, ended_at))
    print(
        f"{scene.installed.url.partition(':')[0]}, {len(scene.pids)} gateways: {CHANGES} changes, {dict(scene.seen)}"
    )
    assert late == []
    assert {"One", "Doors", "Outside", "Change"} <= scene.seen.keys()
    assert {scene.reigns[name].kind for name, _ in recorded.values()} == set(KINDS)


async def settled(scene: Scene) -> None:
    """Wait until every gateway answers under the newest edition."""
    newest = next(reversed(scene.reigns.values()))
    client, query = ASKED["One"]
    async with asyncio.timeout(60):
        for port in scene.pids:
            wire = await reached(port)
            told = ""
            while told != newest.kind:
                answer = await wire.ask(
                    scene.installed.tokens[client], query, {"id": scene.installed.people["plain"]}
                )
                told = (answer.status == 200 and kind_of(answer.body["data"]["user"])) or ""
            wire.close()
