"""Warming: what is read now is prepared under the next edition, and what that tells apart otherwise keeps nothing else cold."""

from collections.abc import Hashable
from dataclasses import replace

import structlog

from api.gateway.kept import Kept
from api.gateway.release.reading import Reading
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


def readings(force: Force) -> list[Reading]:
    """The readings that are kept, those asked for last first."""
    kept = force.kept.get("readings")
    assert isinstance(kept, Kept)
    return [reading for _, reading in kept.newest()]


def seen(force: Force) -> dict[str, list[Hashable]]:
    """The keys of the users that the readings were made for, by purpose."""
    return {purpose_of(reading): list(reading.views) for reading in readings(force)}


def purpose_of(reading: Reading) -> str:
    assert reading.context.purpose is not None
    return reading.context.purpose.id


async def asked(world: World) -> Force:
    """What is in force once two readings were asked for, that of an application last."""
    force = await world.house.inforce.current()
    for client, query, user in (
        ("frontend", ACCOUNT, "plain"),
        ("employer-a", APPLICATION, "consented-employer-a"),
    ):
        assert "errors" not in await world.ask(client, query, {"id": world.demo.users[user]})
    assert next(iter(seen(force))) == "service.application", "what was read last is warmed first"
    return force


async def test_users_told_apart_otherwise_by_the_next_edition_leave_nothing_else_cold(
    a_world: World, edition: Edition
) -> None:
    force = await asked(a_world)
    old = seen(force)
    new = force_of(on_case_files(edition), force.number + 1, force.registry)
    for _ in warming(a_world.house.store.dialect)(force, new):
        pass
    assert seen(new)["service.account"] == old["service.account"] != []
    assert seen(new)["service.application"] == []


async def test_a_reading_that_does_not_fit_the_next_edition_is_told_and_leaves_nothing_else_cold(
    a_world: World, edition: Edition
) -> None:
    force = await asked(a_world)
    old = seen(force)
    (unfit,) = (each for each in readings(force) if purpose_of(each) == "service.application")
    unfit.views["no standing"] = next(iter(unfit.views.values()))
    new = force_of(edition, force.number + 1, force.registry)
    try:
        with structlog.testing.capture_logs() as logs:
            for _ in warming(a_world.house.store.dialect)(force, new):
                pass
    finally:
        del unfit.views["no standing"]
    assert [(each["event"], each["log_level"]) for each in logs] == [("edition.cold", "error")]
    assert seen(new)["service.account"] == old["service.account"] != []
