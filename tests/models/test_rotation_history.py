"""The rotation of a history: what was before opens after it too, and the old key goes."""

from models.catalogue import clear_answers
from models.sealing.rotation import Rotation
from tests.api.sending import person, results, waiting
from tests.world import World

UPDATE = """
mutation($id: ID!, $phone: String) @purpose(id: "service.account") {
  updateUser(input: {id: $id, user: {phone: $phone}}) { user { history { field was became } } }
}
"""


async def test_a_history_is_sealed_anew_and_its_old_key_is_dropped(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    for last in ("0001", "0002"):
        answer = await a_world.ask("frontend", UPDATE, {"id": user, "phone": f"+8190123{last}5"}, user=user)
        assert "errors" not in answer, answer
    before = answer["data"]["updateUser"]["user"]["history"]
    store, house = a_world.house.store, a_world.house
    heads = "SELECT DISTINCT substr(became, 1, 3) FROM amendments"
    old = {bytes(row[0]) for row in await store.fetch(heads, {})}
    force = await house.inforce.current()
    rotation = Rotation(store, house.vault, clear=clear_answers(force.catalogue))
    turned = await rotation.run(lambda _done, _total: None)
    assert turned.unreadable == {}
    assert turned.kept == ()
    assert old.isdisjoint({bytes(row[0]) for row in await store.fetch(heads, {})})
    told = await a_world.ask(
        "frontend", 'query @purpose(id: "service.account") { me { history { field was became } } }', user=user
    )
    assert told["data"]["me"]["history"] == before


async def test_what_waits_for_the_desk_is_sealed_anew(a_world: World) -> None:
    one = person("turned@partner.example", evidence=None)
    (told,) = await results(a_world, one)
    before = (await waiting(a_world))[told["received"]]
    store, house = a_world.house.store, a_world.house
    heads = "SELECT DISTINCT substr(value, 1, 3) FROM received_items"
    old = {bytes(row[0]) for row in await store.fetch(heads, {})}
    force = await house.inforce.current()
    turned = await Rotation(store, house.vault, clear=clear_answers(force.catalogue)).run(
        lambda _done, _total: None
    )
    assert (turned.unreadable, turned.kept) == ({}, ())
    assert old.isdisjoint({bytes(row[0]) for row in await store.fetch(heads, {})})
    assert (await waiting(a_world))[told["received"]] == before
