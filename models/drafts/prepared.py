"""The prepared: what a draft would put in force, worked out beside any transaction before anybody agrees to it."""

from dataclasses import dataclass

from models.database.store import Transaction
from policies.examined import Examined


@dataclass(frozen=True, slots=True)
class Worked:
    """What was worked out of a draft beside any transaction, and of which one.

    Attributes:
        canonical: the edition as text; its hash is the id.
    """

    base: str
    hash: str
    canonical: str
    examined: Examined


async def prepare(_transaction: Transaction, _canonical: str) -> None:
    """An edition will come into force: whoever wants to be ready for it may begin here."""
