"""The media types of an answer: which of the two the client would rather have (RFC 9110 12.5.1)."""

from functools import lru_cache

JSON = b"application/json"
RESPONSE = b"application/graphql-response+json"
SERVED = (JSON, RESPONSE)
"""The first of them where the client has no preference."""

LONGEST = 1_000


def negotiated(accept: bytes | None) -> bytes | None:
    """The type of the answer, or None where the client takes neither."""
    if accept is None:
        return JSON
    return _best(accept[:LONGEST])


@lru_cache(maxsize=256)
def _best(accept: bytes) -> bytes | None:
    """The heavier one; of two alike one that is named, and the finer of two that are."""
    told = dict(_range(part) for part in accept.lower().split(b","))
    wild = told.get(b"application/*", told.get(b"*/*", 0.0))
    weights = {media: told.get(media, wild) for media in SERVED}
    ranked = {media: (weight, media in told and (media == RESPONSE) + 1) for media, weight in weights.items()}
    best = max(SERVED, key=lambda media: ranked[media])
    return best if weights[best] > 0 else None


def _range(part: bytes) -> tuple[bytes, float]:
    name, *parameters = (each.strip() for each in part.split(b";"))
    for each in parameters:
        key, _, value = each.partition(b"=")
        if key.strip() == b"q":
            return name, weight_of(value)
    return name, 1.0


def weight_of(text: bytes) -> float:
    """A weight of 0 to 1; 0 for what is none."""
    try:
        weight = float(text.strip())
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0


@lru_cache(maxsize=256)
def takes_gzip(accept_encoding: bytes) -> bool:
    """Whether a client unpacks gzip (RFC 9110 12.5.3)."""
    told = dict(_range(part) for part in accept_encoding[:LONGEST].lower().split(b","))
    return told.get(b"gzip", told.get(b"*", 0.0)) > 0
