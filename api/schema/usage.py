"""The types of a client's own usage: its accesses by day, its quotas, and its latest accesses without anybody's id."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from api.fair.window import QuotaUnavailable, State
from api.gateway.quota import unknown_use
from api.gateway.refusal import Code, Refusal
from api.gateway.running import Running
from api.gateway.told import Told
from api.schema.arguments import told
from models.ledger import usage as ledger
from models.ledger.access import Outcome

LARGEST_PAGE = 100
ID = strawberry.ID
Info = strawberry.Info[Running, None]


@strawberry.type(description="One limit of the client, as the header `RateLimit` tells it too")
class UsageLimit:
    """A limit."""

    name: str = strawberry.field(description="`requests`, `people-hour` or `people-day`")
    most: int = strawberry.field(description="How many may be used in the window")
    window: int = strawberry.field(description="The window, in seconds")
    remaining: int = strawberry.field(description="How many more fit now")
    reset: int = strawberry.field(
        description="In how many seconds more than these fit; 0 where nothing is used"
    )


@strawberry.type(description="One day in Japan")
class UsageDay:
    """A day."""

    day: date = strawberry.field(name="date", description="Which day")
    requests: int = strawberry.field(description="How many operations are on record")
    released: int = strawberry.field(description="How many of them were answered in full")
    partly: int = strawberry.field(description="How many in part")
    refused: int = strawberry.field(description="How many were refused")
    people: int = strawberry.field(
        description="How many people they told of, each counted once for each operation"
    )


@strawberry.type(description="One access of the client, without anybody's id")
class UsageAccess:
    """An access."""

    id: ID = strawberry.field(description="Its number in the ledger")
    at: datetime = strawberry.field(description="When it was answered or refused")
    request_id: ID = strawberry.field(description="The same as in the answer's errors and headers")
    purpose: ID | None = strawberry.field(description="Why")
    recipient: ID | None = strawberry.field(description="For whom")
    operation: str | None = strawberry.field(description="The name of the operation, if it has one")
    outcome: Outcome = strawberry.field(description="How it ended")
    code: str | None = strawberry.field(description="Why it was refused, if it was")
    users: int = strawberry.field(description="How many people it told of, as the quotas count them")


@strawberry.type(description="What the client itself asked, and what it may still ask")
class Usage:
    """The usage of the client that asks."""

    client: ID = strawberry.field(description="The client")
    since: datetime = strawberry.field(description="From when on it is counted: 30 days, today among them")
    requests: int = strawberry.field(description="How many operations on people, or refused, are on record")
    released: int = strawberry.field(description="How many of them were answered in full")
    partly: int = strawberry.field(description="How many in part")
    refused: int = strawberry.field(description="How many were refused")
    people: int = strawberry.field(
        description="How many people they told of, each counted once for each operation"
    )
    days: list[UsageDay] = strawberry.field(description="The days on which it asked, the oldest first")

    @strawberry.field(description="Its limits, and what remains of them")
    async def limits(self, info: Info) -> list[UsageLimit]:
        """Asked of whatever counts."""
        running = info.context
        try:
            states = await running.fair.used(running.force.registry, running.requester.client)
        except QuotaUnavailable:
            raise unknown_use() from None
        return [_limit(state) for state in states]

    @strawberry.field(description="Its latest accesses, newest first")
    async def accesses(
        self, info: Info, first: Annotated[int, told("How many; at most 100")] = 20
    ) -> list[UsageAccess]:
        """Read from the ledger."""
        if not 0 <= first <= LARGEST_PAGE:
            raise Refusal(Code.BAD_INPUT, Told("FIRST_OUTSIDE", most=LARGEST_PAGE), argument="first")
        running = info.context
        return [_access(each) for each in await running.usages.recent(running.requester.client, first)]


async def usage_of(running: Running) -> Usage:
    """The usage of the client that asks."""
    client = running.requester.client
    days = [_day(each) for each in await running.usages.days(client, running.at)]
    return Usage(
        client=ID(client),
        since=ledger.since(running.at),
        requests=sum(each.requests for each in days),
        released=sum(each.released for each in days),
        partly=sum(each.partly for each in days),
        refused=sum(each.refused for each in days),
        people=sum(each.people for each in days),
        days=days,
    )


def _day(told: ledger.DayUsage) -> UsageDay:
    return UsageDay(
        day=told.day,
        requests=told.requests,
        released=told.released,
        partly=told.partly,
        refused=told.refused,
        people=told.people,
    )


def _limit(state: State) -> UsageLimit:
    return UsageLimit(
        name=state.limit.name,
        most=state.limit.most,
        window=state.limit.seconds,
        remaining=state.remaining,
        reset=state.reset,
    )


def _access(told: ledger.RecentAccess) -> UsageAccess:
    return UsageAccess(
        id=ID(str(told.id)),
        at=told.at,
        request_id=ID(told.request_id),
        purpose=None if told.purpose is None else ID(told.purpose),
        recipient=None if told.recipient is None else ID(told.recipient),
        operation=told.operation,
        outcome=told.outcome,
        code=told.code,
        users=told.users,
    )
