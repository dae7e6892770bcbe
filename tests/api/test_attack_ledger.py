"""Attacks on the ledger's own door: who saw whom is itself personal data, and only few may read it."""

from typing import Any

import pytest

from models.user import User
from tests.world import World

ACCESSES = "accesses { edges { node { id client releases { edges { node { user } } } } } }"
PROVISIONS = "provisions { edges { node { user items } } }"
OTHERS = {
    "frontend": ("service.account", "service.matching", "service.billing", "promotion.newsletter"),
    "employer-a": ("service.application", "service.eligibility"),
    "support-org": ("service.support",),
    "mail-sender": ("promotion.newsletter",),
    "payment-processor": ("service.billing",),
    "authority": ("compliance.authority",),
}
SECURITY = '@purpose(id: "compliance.security")'
OWN = """query @purpose(id: "service.account") { me { accesses(first: 1000) { edges { node {
  requestId client users releases { edges { node { user released arguments provision { user items } } } } } } } } }"""


@pytest.mark.parametrize(
    ("client", "purpose"), [(client, purpose) for client, several in OTHERS.items() for purpose in several]
)
@pytest.mark.parametrize("door", [ACCESSES, PROVISIONS])
async def test_only_inspectors_read_the_ledger(a_world: World, client: str, purpose: str, door: str) -> None:
    answer = await a_world.ask(client, f'query @purpose(id: "{purpose}") {{ {door} }}')
    assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]
    assert "data" not in answer


@pytest.mark.parametrize("door", [ACCESSES, PROVISIONS])
async def test_a_person_reads_their_history_through_me_and_no_other_door(a_world: World, door: str) -> None:
    for purpose in ("service.account", "compliance.requests"):
        answer = await a_world.ask(
            "frontend", f'query @purpose(id: "{purpose}") {{ {door} }}', user=a_world.demo.users["busy"]
        )
        assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]


@pytest.mark.parametrize("door", [ACCESSES, PROVISIONS])
async def test_the_ledger_declares_a_purpose_too(a_world: World, door: str) -> None:
    answer = await a_world.ask("auditor", f"{{ {door} }}")
    assert a_world.codes(answer) == ["PURPOSE_MISSING"]


@pytest.mark.parametrize(
    ("client", "purpose"),
    [
        ("frontend", "service.account"),
        ("employer-a", "service.application"),
        ("auditor", "compliance.security"),
        ("privacy-desk", "compliance.requests"),
    ],
)
async def test_nobody_but_a_person_is_me(a_world: World, client: str, purpose: str) -> None:
    answer = await a_world.ask(client, f'query @purpose(id: "{purpose}") {{ me {{ id }} }}')
    assert a_world.codes(answer) == ["OPERATION_FORBIDDEN"]
    assert "data" not in answer


async def test_a_person_sees_only_their_own_part_of_an_access_to_many(a_world: World) -> None:
    user = a_world.demo.users["busy"]
    query = 'query @purpose(id: "service.application") { users(first: 1000) { edges { node { id email } } } }'
    response = await a_world.send("employer-a", query)
    shown = [edge["node"]["id"] for edge in response.json()["data"]["users"]["edges"]]
    assert user in shown
    assert len(shown) > 1
    own = await a_world.send("frontend", OWN, user=user)
    nodes = [edge["node"] for edge in own.json()["data"]["me"]["accesses"]["edges"]]
    access = next(node for node in nodes if node["requestId"] == response.headers["x-request-id"])
    assert access["users"] == 1
    (release,) = [edge["node"] for edge in access["releases"]["edges"]]
    assert (release["user"], release["provision"]["user"]) == (user, user)
    assert not [other for other in shown if other != user and other in own.text]


async def test_a_person_sees_who_looked_for_them_and_did_not_find_them(a_world: World) -> None:
    user = a_world.demo.users["plain"]
    query = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id } }'
    response = await a_world.send("employer-a", query, {"id": user})
    own = await a_world.ask("frontend", OWN, user=user)
    nodes = {edge["node"]["requestId"]: edge["node"] for edge in own["data"]["me"]["accesses"]["edges"]}
    assert nodes[response.headers["x-request-id"]]["releases"] == {"edges": []}


async def test_whoever_reads_the_ledger_stands_in_it(a_world: World) -> None:
    user = a_world.demo.users["busy"]
    query = f"""query($id: ID!) {SECURITY} {{ accesses(user: $id, first: 1) {{ edges {{ node {{
      releases {{ edges {{ node {{ user }} }} }} }} }} }} }}"""
    await a_world.ask(
        "employer-a",
        'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id } }',
        {"id": user},
    )
    response = await a_world.send("auditor", query, {"id": user})
    assert "errors" not in response.json()
    own = await a_world.ask("frontend", OWN, user=user)
    nodes = {edge["node"]["requestId"]: edge["node"] for edge in own["data"]["me"]["accesses"]["edges"]}
    seen = nodes[response.headers["x-request-id"]]
    assert seen["client"] == "auditor"
    assert seen["releases"]["edges"][0]["node"]["released"] == ["User.accesses"]


RECORDED = f"""query($r: ID!) {SECURITY} {{ accesses(requestId: $r) {{ edges {{ node {{ outcome users
  releases {{ edges {{ node {{ user released }} }} }} }} }} }} }}"""
OF_ONE = {
    "its accesses without a release": "accesses(user: $id) { edges { node { id } } }",
    "that there are accesses": "accesses(user: $id, first: 0) { pageInfo { hasNextPage } }",
    "the name of a page": "accesses(user: $id) { __typename }",
    "its provisions without the person": "provisions(user: $id, first: 1) { edges { node { id } } }",
    "no provision": "provisions(user: $id, first: 0) { edges { node { id } } }",
    "accesses of another client": 'accesses(user: $id, client: "nobody") { edges { node { id } } }',
}


@pytest.mark.parametrize("asked", OF_ONE.values(), ids=OF_ONE)
@pytest.mark.parametrize("situation", ["busy", "erased"])
async def test_whoever_the_ledger_is_asked_about_is_recorded_though_no_release_is_selected(
    a_world: World, asked: str, situation: str
) -> None:
    user = a_world.demo.users[situation]
    response = await a_world.send("auditor", f"query($id: ID!) {SECURITY} {{ {asked} }}", {"id": user})
    assert "errors" not in response.json()
    found = await a_world.ask("auditor", RECORDED, {"r": response.headers["x-request-id"]})
    (edge,) = found["data"]["accesses"]["edges"]
    assert (edge["node"]["outcome"], edge["node"]["users"]) == ("RELEASED", 1)
    assert edge["node"]["releases"]["edges"] == [{"node": {"user": user, "released": ["User.accesses"]}}]


async def test_whoever_the_ledger_is_asked_about_wrongly_is_recorded_too(a_world: World) -> None:
    user = a_world.demo.users["newsletter"]
    query = f"""query($id: ID!) {SECURITY} {{ accesses(user: $id, after: "no cursor") {{ __typename }} }}"""
    response = await a_world.send("auditor", query, {"id": user})
    assert a_world.codes(response.json()) == ["BAD_INPUT"]
    own = await a_world.ask("frontend", OWN, user=user)
    nodes = {edge["node"]["requestId"]: edge["node"] for edge in own["data"]["me"]["accesses"]["edges"]}
    assert nodes[response.headers["x-request-id"]]["client"] == "auditor"


@pytest.mark.parametrize("door", [ACCESSES, PROVISIONS])
async def test_a_token_narrowed_to_other_categories_reads_no_ledger(a_world: World, door: str) -> None:
    query = f"query {SECURITY} {{ {door} }}"
    for scope in (("category:profile",), ("purpose:compliance.security", "category:identifier")):
        answer = await a_world.ask("auditor", query, scope=scope)
        (error,) = answer["errors"]
        assert "data" not in answer
        assert error["extensions"]["code"] == "OPERATION_FORBIDDEN"
        assert error["extensions"]["reason"] == "SCOPE_TOO_NARROW"
    assert "errors" not in await a_world.ask("auditor", query, scope=("category:ledger",))


async def test_a_persons_token_narrowed_to_other_categories_shows_no_history(a_world: World) -> None:
    user = a_world.demo.users["busy"]
    answer = await a_world.ask("frontend", OWN, user=user, scope=("category:profile",))
    assert answer["data"] == {"me": {"accesses": None}}
    assert answer["errors"][0]["extensions"]["reason"] == "SCOPE_TOO_NARROW"


async def provisions(world: World, user: str, recipient: str) -> list[dict[str, Any]]:
    answer = await world.ask(
        "privacy-desk",
        """query($user: ID!, $to: ID!) @purpose(id: "compliance.requests") { provisions(user: $user, recipient: $to) {
          edges { node { user recipient recipientName recipientAddress recipientRepresentative items basis
            consentedAt } } } }""",
        {"user": user, "to": recipient},
    )
    return [edge["node"] for edge in answer["data"]["provisions"]["edges"]]


async def test_a_provision_lists_what_was_really_released_and_nothing_that_was_withheld(
    a_world: World,
) -> None:
    user = a_world.demo.users["busy"]
    query = """query($id: ID!) @purpose(id: "service.application") {
      user(id: $id) { id name { roman } email phone residenceCard { number } } }"""
    answer = await a_world.ask("employer-b", query, {"id": user})
    assert answer["data"]["user"]["name"]["roman"]
    assert (answer["data"]["user"]["email"], answer["data"]["user"]["residenceCard"]) == (None, None)
    newest = (await provisions(a_world, user, "employer-b"))[0]
    known = (await a_world.house.inforce.current()).registry.recipients["employer-b"]
    assert newest["items"] == ["User.id", "User.name.roman"]
    assert newest["basis"] == "CONSENT"
    assert newest["consentedAt"]
    assert (newest["recipientName"], newest["recipientAddress"], newest["recipientRepresentative"]) == (
        known.name,
        known.address,
        known.representative,
    )


async def test_several_doors_to_one_person_are_one_provision_of_all_their_items(a_world: World) -> None:
    user = a_world.demo.users["busy"]
    before = len(await provisions(a_world, user, "employer-a"))
    query = """query($id: ID!) @purpose(id: "service.application") {
      a: user(id: $id) { email } b: user(id: $id) { name { roman } }
      users(filter: {ids: [$id]}) { edges { node { initials } } } }"""
    assert "errors" not in await a_world.ask("employer-a", query, {"id": user})
    after = await provisions(a_world, user, "employer-a")
    assert len(after) == before + 1
    assert set(after[0]["items"]) == {"User.email", "User.name.roman", "User.initials"}


async def test_who_is_told_to_exist_is_provided_and_a_refusal_provides_nothing(a_world: World) -> None:
    user = a_world.demo.users["busy"]
    before = await provisions(a_world, user, "employer-b")
    query = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { phone } }'
    answer = await a_world.ask("employer-b", query, {"id": user})
    assert answer["data"] == {"user": {"phone": None}}
    told, *earlier = await provisions(a_world, user, "employer-b")
    assert (told["items"], earlier) == (["User.id"], before)
    strict = query.replace('application")', 'application", strict: true)').replace(
        "{ phone }", "{ id phone }"
    )
    assert "data" not in await a_world.ask("employer-b", strict, {"id": user})
    assert await provisions(a_world, user, "employer-b") == [told, *earlier]


async def test_our_own_frontend_and_a_state_organ_leave_no_provision(a_world: World) -> None:
    count = "SELECT count(*) FROM provisions WHERE recipient IN ('internal', 'person', 'authority', 'mail-sender')"
    user = a_world.demo.users["busy"]
    for client, purpose in (
        ("frontend", "service.account"),
        ("authority", "compliance.authority"),
        ("mail-sender", "promotion.newsletter"),
    ):
        query = f'query($id: ID!) @purpose(id: "{purpose}") {{ user(id: $id) {{ id }} }}'
        assert "errors" not in await a_world.ask(client, query, {"id": user})
    assert (await a_world.house.store.fetch(count, {}))[0][0] == 0


async def test_no_value_of_anybody_stands_in_the_ledger(a_world: World) -> None:
    user = a_world.demo.users["offered-employer-a"]
    columns = ("email", "phone", "name_roman", "card_number", "postal_code", "town")
    person = await User.get(id=user)
    row = [getattr(person, name) for name in columns]
    query = """query($v: String) @purpose(id: "service.account") {
      users(filter: {email: {eq: $v}}) { edges { node { id email } } } }"""
    assert (await a_world.ask("frontend", query, {"v": row[0]}))["data"]["users"]["edges"]
    for table in ("accesses", "provisions", "access_people", "access_tail"):
        text = repr([tuple(each) for each in await a_world.house.store.fetch(f"SELECT * FROM {table}", {})])
        for name, value in zip(columns, row, strict=True):
            assert str(value) not in text, name


@pytest.mark.parametrize("door", ["accesses", "provisions"])
@pytest.mark.parametrize("day", ["1969-12-31T23:59:59Z", "1500-01-01T00:00:00Z", "1000-01-02T00:00:00Z"])
async def test_a_time_before_all_records_is_as_good_as_any(a_world: World, door: str, day: str) -> None:
    query = f"query($at: DateTime) {SECURITY} {{ {door}(ARGUMENT: $at, first: 1) {{ edges {{ node {{ id }} }} }} }}"
    await a_world.ask(
        "employer-a", 'query @purpose(id: "service.application") { users { edges { node { id } } } }'
    )
    since, until = [
        await a_world.ask("auditor", query.replace("ARGUMENT", argument), {"at": day})
        for argument in ("since", "until")
    ]
    assert len(since["data"][door]["edges"]) == 1
    assert until == {"data": {door: {"edges": []}}}
