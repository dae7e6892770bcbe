"""The link between a person and the ledger: once it is gone, nobody can tell whose history it was."""

from secrets import randbits

from tests.world import World

READ = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id email } }'
LIST = """query($id: ID!) @purpose(id: "service.application") {
  users(filter: {ids: [$id]}) { edges { node { id } } } }"""
FOUND = """query($request: ID, $user: ID) @purpose(id: "compliance.security") {
  accesses(requestId: $request, user: $user, first: 1000) { edges { node { requestId users
    releases { edges { node { user released basis provision { user items } } } } } } }
  provisions(user: $user, first: 1000) { edges { node { user items } } }
}"""


async def unlink(world: World, user: str) -> None:
    async with world.house.store.transaction() as transaction:
        await transaction.execute(
            "UPDATE users SET ref = :new WHERE id = :user", {"new": randbits(62), "user": user}
        )


async def test_a_history_whose_link_is_erased_keeps_what_happened_and_not_to_whom(a_world: World) -> None:
    user = a_world.demo.users["busy"]
    response = await a_world.send("employer-a", READ, {"id": user})
    request = response.headers["x-request-id"]
    before = await a_world.ask("auditor", FOUND, {"request": request})
    (linked,) = before["data"]["accesses"]["edges"][0]["node"]["releases"]["edges"]
    assert linked["node"]["user"] == user

    await unlink(a_world, user)

    after = await a_world.send("auditor", FOUND, {"request": request})
    assert user not in after.text
    (edge,) = after.json()["data"]["accesses"]["edges"]
    (unlinked,) = edge["node"]["releases"]["edges"]
    name = unlinked["node"]["user"]
    assert name.startswith("unlinked:")
    assert unlinked["node"] == {
        **linked["node"],
        "user": name,
        "provision": {**linked["node"]["provision"], "user": name},
    }
    provided = {each["node"]["user"] for each in after.json()["data"]["provisions"]["edges"]}
    assert name in provided


async def test_an_unlinked_history_is_found_by_no_name(a_world: World) -> None:
    user = a_world.demo.users["offered-employer-a"]
    await a_world.send("employer-a", READ, {"id": user})
    shown = (await a_world.ask("auditor", FOUND, {"user": user}))["data"]
    assert shown["accesses"]["edges"]
    assert shown["provisions"]["edges"]
    await unlink(a_world, user)
    gone = (await a_world.ask("auditor", FOUND, {"user": user}))["data"]
    assert gone["accesses"]["edges"] == []
    assert gone["provisions"]["edges"] == []
    for name in (f"unlinked:{0:x}", "unlinked:"):
        assert (await a_world.ask("auditor", FOUND, {"user": name}))["data"]["accesses"]["edges"] == []


async def test_a_persons_own_page_begins_anew_without_the_link(a_world: World) -> None:
    user = a_world.demo.users["consented-employer-a"]
    await a_world.send("employer-a", READ, {"id": user})
    own = 'query @purpose(id: "service.account") { me { accesses { edges { node { client } } } } }'
    before = await a_world.ask("frontend", own, user=user)
    assert "employer-a" in {edge["node"]["client"] for edge in before["data"]["me"]["accesses"]["edges"]}
    await unlink(a_world, user)
    after = await a_world.ask("frontend", own, user=user)
    assert "employer-a" not in {edge["node"]["client"] for edge in after["data"]["me"]["accesses"]["edges"]}


async def test_who_looked_for_a_person_in_vain_is_unlinked_with_the_rest(a_world: World) -> None:
    user, store = a_world.demo.users["plain"], a_world.house.store
    requests = {
        response.headers["x-request-id"]
        for response in (
            await a_world.send("employer-a", READ, {"id": user}),
            await a_world.send("employer-a", LIST, {"id": user}),
        )
    }
    before = await a_world.ask("auditor", FOUND, {"user": user})
    assert requests <= {edge["node"]["requestId"] for edge in before["data"]["accesses"]["edges"]}
    await unlink(a_world, user)
    after = await a_world.ask("auditor", FOUND, {"user": user})
    assert after["data"]["accesses"]["edges"] == []
    for table in ("accesses", "access_people", "access_tail", "provisions"):
        rows = await store.fetch(f"SELECT * FROM {table}", {})
        assert user not in repr([tuple(row) for row in rows]), table
