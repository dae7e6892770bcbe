"""The asking: connections that ask for one person after another without end, and what they were answered when."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks import gateway
from benchmarks.processes import LOOPBACK
from tests.proof.wire import Wire

NAMES = {"User.phone": "phone", "User.email": "email"}
"""The fields that an edition may keep from everybody, as answers name them."""


@dataclass
class Asking:
    """Connections that ask one after another without end."""

    port: int
    token: str
    people: Sequence[str]
    answers: list[tuple[float, float, str]] = field(default_factory=list)
    unanswered: int = 0

    async def without_end(self, place: int) -> None:
        wire = await Wire.reach(LOOPBACK, self.port)
        turn = place
        while True:
            turn += 1
            began = time.perf_counter()
            said = {"id": self.people[turn % len(self.people)]}
            answer = await wire.ask(self.token, gateway.DOCUMENTS.person, said)
            now = time.perf_counter()
            if answer.status != 200:
                self.unanswered += 1
                continue
            user = answer.body["data"]["user"]
            withheld = next((path for path, name in NAMES.items() if user[name] is None), "")
            self.answers.append((now, now - began, withheld))

    def slowest(self, begin: float, end: float) -> float:
        """The time that one of a hundred requests answered in a window took longer than, in milliseconds."""
        ranked = sorted(took for now, took, _ in self.answers if begin <= now < end)
        return 1000 * ranked[int(0.99 * len(ranked))] if ranked else float("nan")

    async def obeyed(self, path: str, since: float) -> float:
        """When the first answer came that was asked for and given under this edition."""
        while True:
            for now, took, withheld in reversed(self.answers):
                if now < since:
                    break
                if withheld == path and now - took >= since:
                    return min(at for at, _, each in self.answers if at >= since and each == path)
            await asyncio.sleep(0.002)
