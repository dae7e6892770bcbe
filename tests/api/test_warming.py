"""Warming: what is read now is prepared under the next edition, and what that tells apart otherwise keeps nothing else cold."""

from collections.abc import Hashable
from dataclasses import replace

from api.gateway.kept import Kept
from api.gateway.warming import warming
from models.editions.force import Force, force_of
from policies.edition import Edition
from policies.vocabulary import Fact
from tests.editions import with_rules
from tests.world import World

ACCOUNT = 'query($id: ID!) @purpose(id: "service.account") { user(id: $id) { id email } }'
APPLICATION = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id email } }'


def on_case_files(edition: Edition) -> Edition:
    """The edition in which a case file lets an employer have what a consent does."""
    instead = {Fact.CONSENTED: Fact.LAWFUL}
    return with_rules(
        edition,
        (
            replace(
                rule,
                needs=tuple(need._replace(fact=instead.get(need.fact, need.fact)) for need in rule.needs),
            )
            if rule.role == "employer"
            else rule
            for rule in edition.rules
        ),
    )


def seen(force: Force) -> dict[str, list[Hashable]]:
    """The keys of the users that the readings were made for, by purpose."""
    kept = force.kept.get("readings")
    assert isinstance(kept, Kept)
    return {reading.context.purpose.id: list(reading.views) for _, reading in kept.newest()}


async def test_users_told_apart_otherwise_by_the_next_edition_leave_nothing_else_cold(
    a_world: World, edition: Edition
) -> None:
    force = await a_world.house.inforce.current()
    for client, query, user in (
        ("frontend", ACCOUNT, "plain"),
        ("employer-a", APPLICATION, "consented-employer-a"),
    ):
        assert "errors" not in await a_world.ask(client, query, {"id": a_world.demo.users[user]})
    old = seen(force)
    assert next(iter(old)) == "service.application", "what was read last is warmed first"
    new = force_of(on_case_files(edition), force.number + 1, force.registry)
    for _ in warming(a_world.house.store.dialect)(force, new):
        pass
    assert seen(new)["service.account"] == old["service.account"] != []
    assert seen(new)["service.application"] == []
