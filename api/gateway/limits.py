"""The limits: how much one operation may ask, how long it may take, and how many are answered at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

MOST_OPERATIONS = 50
MOST_FRAGMENTS = 100
MOST_STEPS = 20_000
"""How many fields and spreads of a document are looked at, with its fragments spread out."""

MOST_PAIRS = 2_000
"""How many pairs of fields under one response key validation may have to compare."""

MOST_LISTED = 200
"""How many keys or facts one argument may list; a filter's values are counted by their cost."""

LONGEST_ALIAS = 100
LARGEST_PAGE = 1_000
LARGEST_BODY = 1_000_000
MOST_KEPT = 1_000
MOST_CHARACTERS = 1_000_000
"""How many documents are remembered, and of what length together."""

MOST_LEARNED = 250
MOST_LEARNED_CHARACTERS = 500_000
"""The same, of the documents that one client may send by their hash."""


def _limit(default: int, least: int, most: int, doc: str) -> Any:  # noqa: ANN401 - as `field` is typed
    return field(default=default, metadata={"least": least, "most": most, "doc": doc})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every limit that an operator may want another value for; each is a setting of its name."""

    characters: int = _limit(100_000, 1_000, 1_000_000, "The most characters of a document.")
    tokens: int = _limit(4_000, 100, 100_000, "The most tokens of a document.")
    depth: int = _limit(15, 5, 50, "How many fields deep an operation may be nested.")
    fields: int = _limit(
        2_000, 100, 100_000, "The most fields of an operation, with its fragments spread out."
    )
    aliases: int = _limit(100, 1, 10_000, "Under how many names one field may be asked for in one place.")
    root_fields: int = _limit(50, 1, 1_000, "The most fields that an operation asks of the root.")
    directives: int = _limit(100, 1, 10_000, "The most directives of a document.")
    cost: int = _limit(
        200_000,
        1_000,
        100_000_000,
        "The most that an operation may cost: people or rows times fields, added up over what it asks.",
    )
    body_bytes: int = _limit(LARGEST_BODY, 10_000, 100_000_000, "The largest body of a request, in bytes.")
    body_values: int = _limit(
        250_000, 1_000, 100_000_000, "The most values in the body of a request: its commas and brackets."
    )
    bodies_bytes: int = _limit(
        128_000_000,
        1_000_000,
        999_999_999,
        "How many bytes the bodies of all requests may hold in a process, each value counted as 100 more.",
    )
    body_seconds: int = _limit(10, 1, 600, "In how many seconds the body of a request must have come.")
    operation_seconds: int = _limit(
        30, 1, 600, "After how many seconds an operation that was not answered is given up."
    )
    work_seconds: int = _limit(
        60, 5, 3_600, "After how many seconds a piece of work on drafts, beside the answers, is ended."
    )
    send_seconds: int = _limit(
        30, 1, 600, "In how many seconds a client must take its answer, and 1 more for each 50,000 bytes."
    )
    answers_bytes: int = _limit(
        128_000_000,
        1_000_000,
        999_999_999,
        "How many bytes of long answers may wait in a process for clients to take them.",
    )
    client_running: int = _limit(
        64, 1, 10_000, "How many operations of one client, or of one person, run at once in a process."
    )
    client_waiting: int = _limit(
        256, 0, 100_000, "How many more requests of one client, or of one person, may wait in a process."
    )
    running: int = _limit(256, 1, 10_000, "How many operations run at once in a process.")
    waiting: int = _limit(1_024, 0, 100_000, "How many more requests may wait in a process.")
    waiting_seconds: int = _limit(5, 1, 600, "How many seconds a request may wait for its turn.")


USUAL = Limits()


class Declared(NamedTuple):
    """One limit as a setting needs it: its name in `Limits`, its default and bounds, and one sentence."""

    name: str
    default: int
    least: int
    most: int
    doc: str


def declared() -> Iterator[Declared]:
    """Every limit that is a setting."""
    for each in fields(Limits):
        told = each.metadata
        yield Declared(each.name, getattr(USUAL, each.name), told["least"], told["most"], told["doc"])
