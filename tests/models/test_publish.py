"""Publishing: which edition is in force after the checkout changed, and changed back."""

from dataclasses import replace
from datetime import UTC, datetime

from models.database.opening import migrate, opened
from models.inforce import InForce
from models.publish import publish_shipped
from policies.edition import Edition

NOW = datetime(2026, 11, 22, tzinfo=UTC)


async def test_a_change_taken_back_comes_into_force_again(database_url: str, edition: Edition) -> None:
    changed = replace(edition, rules=tuple(rule for rule in edition.rules if rule.id != "held-insight"))
    await migrate(database_url)
    async with opened(database_url, pool_size=2) as store:
        for one in (edition, changed, edition):
            assert await publish_shipped(store, one, NOW)
            assert not await publish_shipped(store, one, NOW)
            assert (await InForce(store).current()).edition.id == one.id
        assert [
            tuple(row) for row in await store.fetch("SELECT number, id FROM editions ORDER BY number", {})
        ] == [
            (1, edition.id),
            (2, changed.id),
            (3, edition.id),
        ]
