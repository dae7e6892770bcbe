"""The headers that tell a client of its quotas: draft-ietf-httpapi-ratelimit-headers, as structured fields.

The draft registers no unit for people, so `qu="people"` says it in its own form.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

from api.fair.quotas import REQUESTS, Allowance
from api.fair.window import Limit, State

Pairs: TypeAlias = tuple[tuple[bytes, bytes], ...]


@lru_cache(maxsize=4096)
def policy(allowance: Allowance) -> bytes:
    """`RateLimit-Policy`: every limit of a client."""
    return ", ".join(map(_policy, (*allowance.requests, *allowance.people))).encode()


def limits(states: Iterable[State]) -> bytes:
    """`RateLimit`: what remains of those that this answer used."""
    return ", ".join([f'"{each.limit.name}";r={each.remaining};t={each.reset}' for each in states]).encode()


def pairs(allowance: Allowance, states: Iterable[State]) -> Pairs:
    """Both headers; the second where anything is told."""
    told = limits(states)
    first = (b"ratelimit-policy", policy(allowance))
    return (first, (b"ratelimit", told)) if told else (first,)


def _policy(limit: Limit) -> str:
    unit = "" if limit.name == REQUESTS else ';qu="people"'
    return f'"{limit.name}";q={limit.most}{unit};w={limit.seconds}'
