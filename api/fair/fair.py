"""Fair use: each request and each person told of is counted against what was agreed with the client."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from math import ceil
from typing import NamedTuple, TypeAlias

import structlog

from api.fair.flood import hidden
from api.fair.outage import Outage
from api.fair.quotas import Allowance, Quotas, allowance
from api.fair.window import Limit, State, Windows
from models.registry import Registry

Recall: TypeAlias = Callable[[str, Sequence[Limit]], Awaitable[None]]
"""Counts what a client was told before this process began, against each limit or against none."""

_log = structlog.get_logger("quota")


class Turn(NamedTuple):
    """Whether a request or an answer fits, and what its client may use and has used.

    Attributes:
        wait: in how many seconds it would fit; 0 where it does.
        over: the limit that it does not fit.
        near: this is the answer that came near a quota of people.
    """

    allowance: Allowance
    states: tuple[State, ...] = ()
    wait: int = 0
    over: Limit | None = None
    near: bool = False


class Fair:
    """Counts requests and people.

    Attributes:
        outage: tells that what was used is not known.
    """

    def __init__(  # noqa: PLR0913 - what counting stands on
        self,
        quotas: Quotas,
        *,
        requests: Windows,
        people: Windows,
        shares: int = 1,
        recall: Recall | None = None,
        on_near: Callable[[str], None] = lambda _limit: None,
    ) -> None:
        """`shares`: among how many that count each alone a quota is divided; `on_near`: told the name of the limit."""
        self.outage = Outage()
        self._quotas = quotas
        self._requests = requests
        self._people = people
        self._shares = shares
        self._recall = recall
        self._recalled: set[str] = set()
        self._recalling = asyncio.Lock()
        self._on_near = on_near
        self._registry: Registry | None = None
        self._allowances: dict[str, Allowance] = {}

    def allowance(self, registry: Registry, client: str) -> Allowance:
        """What a client may use."""
        if registry is not self._registry:
            self._registry, self._allowances = registry, {}
        found = self._allowances.get(client)
        if found is None:
            known = registry.clients.get(client)
            found = allowance(self._quotas, known, self._shares)
            if known is not None:
                self._allowances[client] = found
        return found

    async def request(self, registry: Registry, client: str, user: str | None) -> Turn:
        """Count a request of a client, or of a person through one."""
        allowed = self.allowance(registry, client)
        if not allowed.requests:
            return Turn(allowed)
        key = client if user is None else f"{client}/{hidden(user)}"
        taken = await self._requests.take(key, allowed.requests, 1)
        if taken.done:
            return Turn(allowed, taken.states)
        return Turn(allowed, taken.states, _seconds(taken.states[0], 1), allowed.requests[0])

    async def ready(self, client: str) -> None:
        """See that what this client was told before the process began is counted.

        Raises:
            StoreUnavailable: the ledger did not tell.
        """
        if self._recall is None or client in self._recalled:
            return
        async with self._recalling:
            if client not in self._recalled:
                await self._recall(client, allowance(self._quotas, None, 1).people)
                self._recalled.add(client)

    async def people(self, registry: Registry, client: str, people: int) -> Turn:
        """Count the people of one answer, all of them or none.

        Raises:
            QuotaUnavailable: what was used is not known.
        """
        allowed = self.allowance(registry, client)
        taken = await self._people.take(client, allowed.people, people)
        if not taken.done:
            return _over(allowed, taken.states)
        near = [
            state for state in taken.states if state.used * 100 >= state.limit.most * self._quotas.people_near
        ]
        crossed = [state for state in near if await self._people.first(client, state.limit)]
        for state in crossed:
            _log.warning("quota.near", client=client, limit=state.limit.name, users=state.used)
            self._on_near(state.limit.name)
        return Turn(allowed, taken.states, near=bool(crossed))

    async def used_up(self, registry: Registry, client: str) -> Turn:
        """Whether nobody more may be told of now; counts nothing.

        Raises:
            QuotaUnavailable: what was used is not known.
        """
        allowed = self.allowance(registry, client)
        states = await self._people.look(client, allowed.people)
        return Turn(allowed, states) if all(state.remaining for state in states) else _over(allowed, states)

    async def used(self, registry: Registry, client: str) -> tuple[State, ...]:
        """What is used of every limit of a client.

        Raises:
            QuotaUnavailable: it is not known.
            StoreUnavailable: the ledger did not tell.
        """
        await self.ready(client)
        allowed = self.allowance(registry, client)
        return (
            *await self._requests.look(client, allowed.requests),
            *await self._people.look(client, allowed.people),
        )


def _over(allowed: Allowance, states: tuple[State, ...]) -> Turn:
    """A refusal that is the same for however many people: a wait for their number would tell it."""
    least = min(states, key=lambda state: (state.remaining, -state.wait(state.remaining + 1)))
    return Turn(allowed, states, least.reset or least.limit.seconds, least.limit)


def _seconds(state: State, cost: int) -> int:
    return max(1, ceil(state.wait(cost)))
