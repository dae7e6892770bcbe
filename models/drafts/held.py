"""The held: drafts held to what stands outside their edition: numbers of purposes ever given, and recipients."""

from typing import Final

from models.database.store import Reader
from models.editions.numbers import numbers_ever
from policies.check.numbers import Numbered
from policies.drafts.examined import Examined, held_to

_RECIPIENTS: Final = "SELECT id, kind FROM recipients"


async def held_to_records(reader: Reader, examined: Examined) -> Examined:
    """What is found in a draft, its new numbers and groups included; what they are held to is read where it has any."""
    published = await numbers_ever(reader) if examined.numbered else frozenset[Numbered]()
    registered = dict(await reader.fetch(_RECIPIENTS, {})) if examined.grouped else {}
    return held_to(examined, published, registered)
