"""The quota of people: whom an answer tells of is counted before the record is made, or nothing is answered."""

from api.fair.fair import Fair, Turn
from api.fair.quotas import OVER, PEOPLE_HOUR, UNKNOWN
from api.fair.window import Limit, QuotaUnavailable
from api.gateway.refusal import Code, Refusal
from api.gateway.running import Running
from api.gateway.told import Told

NONE = Limit("", 0, 0)


async def begin(fair: Fair, running: Running) -> None:
    """See that anybody more may be told of, before anything of them is read: a refusal after that would tell of them.

    A request that was counted already may tell of those it was counted for.

    Raises:
        Refusal: `RATE_LIMITED`: nobody may be, or what was used is not known.
    """
    requester, counted = running.requester, running.counted
    if requester.user is not None or counted.people:
        return
    try:
        turn = await fair.used_up(running.force.registry, requester.client)
    except QuotaUnavailable:
        raise _unknown(fair, running) from None
    if turn.over is not None:
        counted.states = turn.states
        raise too_many_people(turn)


async def grant(fair: Fair, running: Running) -> None:
    """Count the people of whom this answer tells, and who were not counted when it was decided before.

    Who reads about themself is not counted.

    Raises:
        Refusal: `RATE_LIMITED`: they are too many, or what was used is not known.
    """
    requester, counted = running.requester, running.counted
    people = 0 if requester.user is not None else running.record.people - counted.people
    if people <= 0:
        return
    try:
        turn = await fair.people(running.force.registry, requester.client, people)
    except QuotaUnavailable:
        raise _unknown(fair, running) from None
    counted.states = turn.states
    if turn.over is not None:
        raise too_many_people(turn)
    counted.people += people
    counted.near |= turn.near


async def grant_refused(fair: Fair, running: Running, refusal: Exception) -> None:
    """Count whom a refusal may tell of, before it leaves; one for the quota itself counts nobody.

    Raises:
        Refusal: `RATE_LIMITED`, in its place.
    """
    if not isinstance(refusal, Refusal) or refusal.code is not Code.RATE_LIMITED:
        await grant(fair, running)


def too_many_people(turn: Turn) -> Refusal:
    """The answer tells of more people than the client may be told of now; of how many it does not say."""
    limit, wait = turn.over or NONE, turn.wait
    told = Told(
        "PEOPLE_QUOTA_HOUR" if limit.name == PEOPLE_HOUR else "PEOPLE_QUOTA_DAY",
        most=limit.most,
        wait=wait,
    )
    return _over(told, OVER, limit, wait)


def too_many_requests(turn: Turn) -> Refusal:
    """The client sent more requests than it may in a minute."""
    limit, wait = turn.over or NONE, turn.wait
    return _over(Told("REQUEST_QUOTA", most=limit.most, wait=wait), "REQUEST_QUOTA", limit, wait)


def unknown_use() -> Refusal:
    """What the client used is not known, so nobody is told of."""
    return Refusal(Code.RATE_LIMITED, Told("QUOTA_UNAVAILABLE"), status=503, reason=UNKNOWN)


def _unknown(fair: Fair, running: Running) -> Refusal:
    fair.outage.tell(running.request.id)
    return unknown_use()


def _over(told: Told, reason: str, limit: Limit, wait: int) -> Refusal:
    return Refusal(
        Code.RATE_LIMITED,
        told,
        reason=reason,
        limit=limit.name,
        most=limit.most,
        retryAfter=wait,
    )
