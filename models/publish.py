"""Publishing: an edition becomes the one in force by standing in the table with the highest number."""

from datetime import datetime

from models.database.store import Store
from policies.edition import Edition

NEWEST = "SELECT id, number FROM editions ORDER BY number DESC LIMIT 1"
NEWEST_BY = "SELECT id, number, published_by FROM editions ORDER BY number DESC LIMIT 1"
_INSERT = """
INSERT INTO editions (id, number, canonical, published_at, published_by, approved_by, note)
SELECT :id, :number, :canonical, :at, :by, NULL, :note WHERE NOT EXISTS (SELECT 1 FROM editions WHERE number = :number)
ON CONFLICT DO NOTHING
"""


async def publish_shipped(store: Store, edition: Edition, at: datetime) -> bool:
    """Publish the edition of the checkout where none was published yet, or where the newest came from a checkout.

    Returns whether it was published. An edition that an admin published stays in force, whatever the checkout holds.
    """
    newest = await store.fetch(NEWEST_BY, {})
    if newest and (newest[0][0] == edition.id or newest[0][2] != SHIPPED):
        return False
    async with store.transaction() as transaction:
        await transaction.execute(
            _INSERT,
            {
                "id": edition.id,
                "number": (newest[0][1] if newest else 0) + 1,
                "canonical": edition.canonical(),
                "at": at,
                "by": SHIPPED,
                "note": "the edition of the checkout",
            },
        )
    return True


SHIPPED = "shipped"
"""Who publishes the edition of a checkout."""
