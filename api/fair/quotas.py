"""The quotas: what the installation grants a client, unless its own record says otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from api.fair.window import Limit
from api.gateway.limits import Declared
from models.clients.parts import MOST_QUOTA
from models.registry import KnownClient

COMPANY = frozenset({"internal", "person"})
"""The recipients of a client that is the company's own."""

REQUESTS = "requests"
PEOPLE_HOUR = "people-hour"
PEOPLE_DAY = "people-day"
NAMES = (REQUESTS, PEOPLE_HOUR, PEOPLE_DAY)
NEAR = "PEOPLE_QUOTA_NEAR"
"""The reason on record of what came near a quota of people."""

OVER = "PEOPLE_QUOTA"
"""The reason of a refusal for such a quota."""

UNKNOWN = "QUOTA_UNAVAILABLE"
"""The reason of a refusal because what was used is not known."""

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def _quota(default: int, least: int, most: int, doc: str) -> Any:  # noqa: ANN401 - as `field` is typed
    return field(default=default, metadata={"least": least, "most": most, "doc": doc})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """Every quota of the installation; each is a setting of its name."""

    requests_per_minute: int = _quota(
        12_000,
        0,
        MOST_QUOTA,
        "How many requests a client, or a person through one, may send in a minute; 0 for any.",
    )
    people_per_hour: int = _quota(
        2_000, 1, MOST_QUOTA, "Of how many people a client outside the company may be told in an hour."
    )
    people_per_day: int = _quota(10_000, 1, MOST_QUOTA, "Of how many people it may be told in a day.")
    company_people_per_hour: int = _quota(
        100_000, 1, MOST_QUOTA, "Of how many people one of the company's own clients may be told in an hour."
    )
    company_people_per_day: int = _quota(
        1_000_000, 1, MOST_QUOTA, "Of how many people it may be told in a day."
    )
    people_near: int = _quota(
        80, 1, 100, "At how many percent of a quota of people an access is marked in the ledger."
    )
    tokens_per_minute: int = _quota(
        600,
        0,
        MOST_QUOTA,
        "How many requests for tokens one address may send in a minute, and one client five times as many; 0 for any.",
    )
    events_per_minute: int = _quota(
        600,
        0,
        MOST_QUOTA,
        "How many requests with events or about opting out one address may send in a minute; 0 for any.",
    )


USUAL = Quotas()


def declared() -> Iterator[Declared]:
    """Every quota that is a setting."""
    for each in fields(Quotas):
        told = each.metadata
        yield Declared(each.name, getattr(USUAL, each.name), told["least"], told["most"], told["doc"])


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one client may use.

    Attributes:
        requests: one limit, or none.
        people: that of the hour and that of the day.
    """

    requests: tuple[Limit, ...]
    people: tuple[Limit, ...]


def allowance(quotas: Quotas, client: KnownClient | None, shares: int) -> Allowance:
    """What a client may use in one of so many processes that count each alone; an unknown one is outside."""
    own = client is not None and COMPANY.issuperset(client.recipients)
    hour = quotas.company_people_per_hour if own else quotas.people_per_hour
    day = quotas.company_people_per_day if own else quotas.people_per_day
    minute = quotas.requests_per_minute
    if client is not None:
        minute = _agreed(client.requests_per_minute, minute)
        hour, day = _agreed(client.people_per_hour, hour), _agreed(client.people_per_day, day)
    return Allowance(
        (Limit(REQUESTS, max(1, minute // shares), MINUTE),) if minute else (),
        (Limit(PEOPLE_HOUR, hour // shares, HOUR), Limit(PEOPLE_DAY, day // shares, DAY)),
    )


def _agreed(own: int | None, usual: int) -> int:
    return usual if own is None else own
