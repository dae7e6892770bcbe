"""The passing on: events leave for a company in batches, decided again and on record before they do."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from api.events.batch import MEDIA_TYPE, digest, signed
from api.notices.carrier import REST, Carrier, spread_wait
from api.notices.post import FINAL, Failed, Post
from api.tokens.keys import Keyring, KeysSealed
from models.database.store import Store
from models.day import today_in_japan
from models.events.box import (
    Claimed,
    Waiting,
    again_at,
    claim_events,
    due_events,
    forget_old,
    gone,
    is_full,
    keep_of,
)
from models.events.choice import Circumstances, choose, group_of, purpose_of
from models.events.transmission import digest_of, keep_transmission
from models.inforce import Force, InForce, PolicyUnavailable
from models.notices.withdrawal import NoticeState, Trouble
from models.registry import KnownRecipient

LEAST_ALIKE = 10
"""How many browsers share the attributes of an event before these leave (privacy policy, Clause 4)."""

ATTRIBUTES = ("Event.ageBand", "Event.gender", "Event.occupation", "Event.area")

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Batch:
    """What may leave now: the company, and each event with the fields that it may have."""

    recipient: KnownRecipient
    events: Sequence[tuple[Waiting, dict[str, Any]]]

    @property
    def digest(self) -> str:
        """What tells it from another."""
        return digest([(each.id, told) for each, told in self.events])


class Passing(Carrier[Claimed]):
    """Carries the events of one process.

    Attributes:
        full: so many waited when they were counted last that no more are taken in.
    """

    NAME = "event"

    def __init__(  # noqa: PLR0913 - what a batch needs on its way
        self,
        store: Store,
        *,
        inforce: InForce,
        issuer: str,
        keyring: Callable[[], Keyring],
        post: Post,
        clock: Callable[[], datetime],
        ended: Callable[[str], None] = lambda _outcome: None,
        rest: float = REST,
    ) -> None:
        """`ended`: told how each try ended, `TAKEN`, its trouble, or the code for which nothing may leave."""
        super().__init__(store, post=post, clock=clock, rest=rest)
        self._inforce = inforce
        self._issuer = issuer
        self._keyring = keyring
        self._ended = ended
        self.full = False

    async def _due(self, now: datetime) -> list[str]:
        return await due_events(self._store, now)

    async def _claim(self, recipient: str, now: datetime) -> Claimed | None:
        return await claim_events(self._store, recipient, now)

    async def _count(self, now: datetime) -> None:
        await forget_old(self._store, now)
        self.full = await is_full(self._store)

    async def _try(self, claimed: Claimed) -> bool:
        try:
            force = await self._inforce.current()
        except PolicyUnavailable:
            await self._failed(claimed, Trouble.UNEXPECTED)
            return False
        batch, why = decided(force, claimed, self._clock())
        number = await self._recorded(force, claimed, batch)
        if number is None or batch is None:
            _log.info("event.kept_back", recipient=claimed.recipient, reason=why)
            self._ended(why)
            return True
        if not self._inforce.holds(force):
            await again_at(self._store, claimed, self._clock())
            return True
        return await self._delivered(force, claimed, batch, number)

    async def _recorded(self, force: Force, claimed: Claimed, batch: Batch | None) -> str | None:
        """The number of the durable record of what is about to leave; whatever may not leave is deleted with it."""
        now = self._clock()
        async with self._store.transaction() as transaction:
            if batch is None:
                await keep_of(transaction, claimed, (), None)
                return None
            number = claimed.batch
            if number is None or await digest_of(transaction, number) != batch.digest:
                number = await keep_transmission(
                    transaction,
                    batch.recipient,
                    purpose=purpose_of(force, batch.recipient),
                    items={field for _, told in batch.events for field in told},
                    days=[today_in_japan(each.received_at) for each, _ in batch.events],
                    edition=force.edition.id,
                    digest=batch.digest,
                    at=now,
                )
            await keep_of(transaction, claimed, [each.id for each, _ in batch.events], number)
            return number

    async def _delivered(self, force: Force, claimed: Claimed, batch: Batch, number: str) -> bool:
        try:
            token = signed(
                number,
                batch.recipient.id,
                purpose_of(force, batch.recipient),
                [told for _, told in batch.events],
                issuer=self._issuer,
                keyring=self._keyring(),
                now=self._clock(),
            )
            await self._post.deliver(batch.recipient.events_url, token, MEDIA_TYPE)
        except KeysSealed:
            await self._failed(claimed, Trouble.UNSIGNED)
        except Failed as failed:
            await self._failed(claimed, failed.trouble)
        else:
            await gone(self._store, claimed)
            self._ended(NoticeState.TAKEN.value)
            return True
        return False

    async def _failed(self, claimed: Claimed, trouble: Trouble) -> None:
        if trouble in FINAL:
            await gone(self._store, claimed)
        else:
            await again_at(self._store, claimed, self._clock() + spread_wait(claimed.tries))
        _log.warning(
            "event.refused" if trouble in FINAL else "event.tried",
            recipient=claimed.recipient,
            reason=trouble.value,
            attempt=claimed.tries,
        )
        self._ended(trouble.value)


def decided(force: Force, claimed: Claimed, now: datetime) -> tuple[Batch | None, str]:
    """What of these events the company may have now; where that is nothing, the code of what is in the way."""
    recipient = force.registry.recipients.get(claimed.recipient)
    if recipient is None or group_of(force, recipient) is None:
        return None, "RECIPIENT_CLOSED"
    if not recipient.events_url:
        return None, "NOT_REACHABLE"
    alike = _alike(claimed.events)
    events, codes = [], []
    for each in claimed.events:
        known = Circumstances(located=each.located, grouped=len(alike[_attributes(each)]) >= LEAST_ALIKE)
        choice = choose(force, recipient, each.told, known, today_in_japan(now))
        codes += [code for code, _ in choice.refused.values()]
        if choice.allowed:
            events.append((each, {name: each.told[name] for name in each.told if name in choice.allowed}))
    return (Batch(recipient, events), "") if events else (None, codes[0] if codes else "RECIPIENT_CLOSED")


def _alike(events: Sequence[Waiting]) -> dict[tuple[Any, ...], set[str]]:
    """For each combination of attributes, the browsers that have it; one without a number counts for none."""
    found: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for each in events:
        if each.cookie_id is not None:
            found[_attributes(each)].add(each.cookie_id)
    return defaultdict(set, found)


def _attributes(event: Waiting) -> tuple[Any, ...]:
    return tuple(event.told.get(name) for name in ATTRIBUTES)
