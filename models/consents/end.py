"""The end of a consent: who gives data to others and who ends its ground take turns, so that neither misses the other.

Without that, what was read before a withdrawal could go out after it, and nobody would tell the recipient. A case file
that is closed and a recipient that is stopped take their turn likewise.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from models.consents.consent import PERMITTING
from models.database.dialect import Dialect
from models.database.store import Reader, Transaction

TURN = 7_269_404
"""The key of the advisory lock on PostgreSQL; SQLite has one writer at a time anyway."""

APART = timedelta(minutes=1)
"""How far the clocks of two processes may be apart, and how long a withdrawal may take, together."""

_PERMITTING = ", ".join(f"'{state.value}'" for state in PERMITTING)
_ENDED = f"""
SELECT u.ref, c.purpose, c.recipient FROM consents c JOIN users u ON u.id = c.user_id
WHERE c.withdrawn_at >= :since AND c.state NOT IN ({_PERMITTING})
"""


_CLOSED = """
SELECT u.ref, f.recipient FROM case_files f JOIN case_people q ON q.case_id = f.id JOIN users u ON u.id = q.user_id
WHERE f.closed_at >= :since
"""


class Fallen(Exception):  # noqa: N818 - it names the state
    """What an answer to others rests on was ended meanwhile; it must be decided again."""


class Ended(NamedTuple):
    """A consent that was ended lately: of whom, to what, to whom."""

    ref: int
    purpose: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Consented:
    """What an answer to others rests on: the consents of these people to all of these purposes and this recipient."""

    refs: frozenset[int]
    purposes: tuple[str, ...]
    recipient: str

    def rests_on(self, ended: Collection[Ended]) -> bool:
        """Whether one of them was ended."""
        return any(
            one.recipient == self.recipient and one.purpose in self.purposes and one.ref in self.refs
            for one in ended
        )


@dataclass(frozen=True, slots=True)
class Lawful:
    """What an answer to an authority rests on: case files about these people, none closed `since`."""

    refs: frozenset[int]
    recipient: str
    since: datetime

    def rests_on(self, closed: Collection[tuple[int, str]]) -> bool:
        """Whether one of them was closed."""
        return any(recipient == self.recipient and ref in self.refs for ref, recipient in closed)


async def share_turn(transaction: Transaction) -> None:
    """No consent ends until this transaction does, no case file is closed, and no recipient is stopped."""
    await _wait(transaction, "pg_advisory_xact_lock_shared")


async def take_turn(transaction: Transaction) -> None:
    """Nothing is given to others until this transaction, which ends a ground of that, is over."""
    await _wait(transaction, "pg_advisory_xact_lock")


async def lately_ended(reader: Reader, since: datetime) -> list[Ended]:
    """The consents that were ended since this time, or a little before."""
    return [Ended(*row) for row in await reader.fetch(_ENDED, {"since": since - APART})]


async def lately_closed(reader: Reader, since: datetime) -> list[tuple[int, str]]:
    """Whom the case files name that were closed since this time, each with the authority they were for."""
    return [(row[0], row[1]) for row in await reader.fetch(_CLOSED, {"since": since})]


async def _wait(transaction: Transaction, function: str) -> None:
    if transaction.dialect is Dialect.POSTGRES:
        await transaction.execute(f"SELECT {function}({TURN})", {})
