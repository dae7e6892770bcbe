"""Publishing: which edition is in force after the checkout changed, and changed back, and after somebody drafted one."""

from dataclasses import replace
from datetime import UTC, datetime

from models.database.opening import migrate, opened
from models.inforce import InForce
from models.publish import Publication, publish, publish_shipped
from policies.edition import Edition
from tests.editions import same_but_for_a_word

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


async def test_what_came_of_a_draft_stays_whatever_its_author_is_called(
    database_url: str, edition: Edition
) -> None:
    drafted = same_but_for_a_word(edition)
    said = Publication(
        id=drafted.id, canonical=drafted.canonical(), at=NOW, by="shipped", draft="01K9ZQ4T6V7W8X9Y0Z1A2B3C4D"
    )
    await migrate(database_url)
    async with opened(database_url, pool_size=2) as store:
        await publish_shipped(store, edition, NOW)
        async with store.transaction() as transaction:
            await publish(transaction, said)
        assert not await publish_shipped(store, edition, NOW)
        assert (await InForce(store).current()).edition.id == drafted.id
