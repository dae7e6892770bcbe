"""The person whom a frontend signed in: known here, and not erased."""

from models.restraint import Erasure
from models.user import User

LONGEST = 26
EXCHANGE = "token exchange"
"""The operation on record of an exchange for a person, as no operation of GraphQL can be named."""


def possible(user: str) -> bool:
    """Whether this may be anybody's id."""
    return 0 < len(user) <= LONGEST and user.isascii() and user.isalnum()


async def reference_of(user: str) -> int | None:
    """The reference of a person in the ledger, by their id; `None` for one who is unknown or was erased."""
    if not possible(user):
        return None
    references = await User.filter(id=user).values_list("ref", flat=True)
    erased = await Erasure.exists(user_id=user)
    return None if erased or not references else int(str(references[0]))
