"""The load: reads, registrations, receipts and consents over several connections, and what of them was answered.

    .venv/bin/python -m tests.proof.load > var/received.txt

It asks until the gateway goes away, and prints the request id of every response that came whole.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from tests.proof.wire import BROKEN, HERE, PATIENCE, Received, Wire

CONNECTIONS = 6
ACCOUNT = '@purpose(id: "service.account")'
READ = (
    'query Read($id: ID!) @purpose(id: "service.application") { user(id: $id) { id email name { roman } } }'
)
SEEN = READ.replace("Read", "Seen", 1)
PAGE = f"query Page {ACCOUNT} {{ users(first: 5) {{ edges {{ node {{ id email }} }} }} }}"
ME = f"query Me {ACCOUNT} {{ me {{ id consents {{ purpose recipient state }} }} }}"
REGISTER = (
    f"mutation Register($i: RegisterInput!) {ACCOUNT} {{ register(input: $i) {{ user {{ id email }} }} }}"
)
KEYED = REGISTER.replace("Register", "Keyed", 1)
CONSENT = (
    f"mutation Consent($i: RecordConsentInput!) {ACCOUNT} {{ recordConsent(input: $i) {{ user {{ id }} }} }}"
)
WITHDRAW = f"mutation Withdraw($i: WithdrawConsentInput!) {ACCOUNT} {{ withdrawConsent(input: $i) {{ user {{ id }} }} }}"
TOLD = WITHDRAW.replace("{ user { id } }", "{ user { id } holders { recipient notified } }")
SEND = """mutation Send($i: ReceiveUsersInput!) @purpose(id: "service.application") {
  receiveUsers(input: $i) { results { outcome received } } }"""

KINDS = (READ, SEEN, PAGE, ME, REGISTER, REGISTER, KEYED, KEYED, SEND, SEND, CONSENT, CONSENT, TOLD, TOLD)

NOTICE = {
    "policyVersion": "1",
    "language": "ja",
    "purposes": ["service.account", "service.matching"],
    "shownAt": "2026-11-22T00:00:00Z",
}
PERSON: dict[str, Any] = {
    "name": {"roman": "NGUYEN VAN AN"},
    "phone": "+81 60-1234-5678",
    "birthDate": "1998-05-01",
    "address": {"postalCode": "1000001", "block": "1-1"},
    "residenceCard": {
        "number": "AB12345678CD",
        "status": "技術・人文知識・国際業務",
        "stayExpiresOn": "2031-05-01",
        "nationality": "VNM",
        "sex": "M",
    },
    "answers": [
        {"key": "japaneseLevel", "value": "N2"},
        {"key": "desiredJobs", "values": ["IT"]},
        {"key": "selfIntroduction", "value": "I like to build things."},
    ],
}


def _hours_ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


def sent_by_partner(name: str) -> dict[str, Any]:
    """Somebody new, as a partner may send them; their name in Roman letters is made from this one."""
    letters = "".join(chr(ord("A") + int(digit, 16)) for digit in name)
    shown = {**NOTICE, "purposes": ["service.account", "service.application"], "shownAt": _hours_ago(3)}
    user = {part: value for part, value in PERSON.items() if part not in {"residenceCard", "answers"}}
    return {
        "user": {**user, "name": {"roman": letters}, "email": f"{name}@sent.example"},
        "notice": shown,
        "acquiredAt": _hours_ago(1),
        "history": "Entered on our careers page",
        "consent": {"givenAt": _hours_ago(2), "method": "TICK"},
        "evidence": {"kind": "CONTRACT", "reference": "C-1"},
        "fairMeans": True,
    }


@dataclass
class Heard:
    """What clients sent, and which answers they received whole.

    Attributes:
        ids: the request ids of whole responses, in their order.
        received: the numbers of people whose reception was answered.
        noticed: how many withdrawals were answered with a notice on its way.
        registered: e-mail addresses whose registration was answered, with the person's id.
        open: the keyed registrations that were sent and not answered, by their key.
    """

    sent: int = 0
    ids: list[str] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    noticed: int = 0
    registered: dict[str, str] = field(default_factory=dict)
    open: dict[str, dict[str, Any]] = field(default_factory=dict)
    unlike: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Load:
    """Several connections that ask one thing after another.

    Attributes:
        tokens: by the name of the client, and of its user as `me`.
        people: whom employers ask for and who consent.
    """

    host: str
    port: int
    tokens: Mapping[str, str]
    people: Mapping[str, str]
    heard: Heard
    choose: random.Random = field(default_factory=random.Random)
    tell: Callable[[str], None] = lambda _id: None

    async def until_it_breaks(self, first: Wire | None = None) -> None:
        """Ask until the other end goes away."""
        await asyncio.gather(self._one(first), *(self._one() for _ in range(CONNECTIONS - 1)))

    async def _one(self, wire: Wire | None = None) -> None:
        try:
            wire = wire or await Wire.open(self.host, self.port)
            while True:
                await self._ask(wire)
        except BROKEN:
            return
        finally:
            if wire is not None:
                wire.close()

    async def _ask(self, wire: Wire) -> None:
        kind = self.choose.choice(KINDS)
        if kind in (REGISTER, KEYED):
            await self.register(wire, kind)
            return
        client, asked = "frontend", dict[str, Any]()
        if kind == READ:
            client, asked = "employer-a", {"id": self.people["consented-employer-a"]}
        elif kind == SEEN:
            client, asked = "employer-b", {"id": self.people["plain"]}
        elif kind == SEND:
            client, asked = "employer-a", {"i": {"people": [sent_by_partner(token_hex(8))]}}
        elif kind == ME:
            client = "me"
        elif kind in (CONSENT, TOLD):
            given = {
                "user": self.people["plain"],
                "purpose": "service.application",
                "recipient": "employer-b",
            }
            shown = {"noticeVersion": "1", "language": "en", "method": "CLICK"} if kind == CONSENT else {}
            asked = {"i": {**given, **shown}}
        answer = await self._send(wire, client, kind, asked)
        self._received(answer)
        told = (answer.body.get("data") or {}) if answer.status == 200 else {}
        for each in (told.get("receiveUsers") or {}).get("results", ()):
            self.heard.received.append(each["received"])
        for each in (told.get("withdrawConsent") or {}).get("holders", ()):
            self.heard.noticed += each["notified"]

    async def register(self, wire: Wire, kind: str, key: str | None = None) -> None:
        """Register somebody new, or under a key somebody who was not answered about before."""
        name = key or token_hex(8)
        email = f"{'keyed' if kind == KEYED else 'plain'}-{name}@proof.example"
        asked = {"i": {"user": {**PERSON, "email": email}, "notice": NOTICE}}
        headers = {"Idempotency-Key": name} if kind == KEYED else {}
        if kind == KEYED:
            self.heard.open[name] = asked
        answer = await self._send(wire, "frontend", kind, asked, headers)
        self._received(answer)
        if answer.status == 200 and answer.body.get("data"):
            self.heard.registered[email] = answer.body["data"]["register"]["user"]["id"]
        elif answer.status != 503:
            self.heard.unlike.append(f"{answer.status} {answer.body}")
        self.heard.open.pop(name, None)

    async def _send(
        self, wire: Wire, client: str, query: str, asked: Mapping[str, Any], headers: Any = None
    ) -> Received:
        self.heard.sent += 1
        return await wire.ask(self.tokens[client], query, asked, headers)

    def _received(self, answer: Received) -> None:
        if answer.status == 200:
            self.heard.ids.append(answer.request_id)
            self.tell(answer.request_id)


def _token(*words: str) -> str:
    made = subprocess.run(
        [sys.executable, "-m", "api", "token", *words], capture_output=True, check=True, text=True
    )
    return made.stdout.strip()


def _nothing(why: str) -> int:
    print(f"nothing was sent: {why}", file=sys.stderr)
    return 2


async def _run(load: Load) -> None:
    await load.until_it_breaks(await Wire.reach(load.host, load.port, PATIENCE))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof.load", description=__doc__)
    parser.add_argument("--url", default=HERE, help=f"where the gateway is; {HERE} if left out")
    given = parser.parse_args()
    var = Path(os.environ.get("MOKUTEKI_VAR", "var"))
    try:
        people = json.loads((var / "demo.json").read_text(encoding="utf-8"))["users"]
        tokens = {name: _token(name) for name in ("frontend", "employer-a", "employer-b")}
        tokens["me"] = _token("frontend", "--user", people["newsletter"])
    except FileNotFoundError:
        return _nothing(
            f"there is no `{var}/demo.json`: run `make serve` once, so that it makes the demonstration"
        )
    except subprocess.CalledProcessError as error:
        return _nothing(error.stderr.strip())
    at = urlsplit(given.url)
    load = Load(
        at.hostname or "127.0.0.1",
        at.port or 80,
        tokens,
        people,
        Heard(),
        tell=lambda request_id: print(request_id, flush=True),
    )
    try:
        asyncio.run(_run(load))
    except (*BROKEN, TimeoutError):
        return _nothing(f"nobody answers at {given.url}: start the gateway, or name its address with `--url`")
    heard = load.heard
    print(f"{heard.sent} operations sent, {len(heard.ids)} responses received whole", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
