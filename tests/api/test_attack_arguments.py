"""Attacks by arguments: to choose or sort people by a field is to read it."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from api.gateway.release.filter import PATHS
from tests.world import World

LIST = "users(first: 1000{more}) {{ edges {{ node {{ id }} }} pageInfo {{ hasNextPage }} }}"
OPERANDS = {
    "ids": '["nobody"]',
    "email": '{eq: "a@example.com"}',
    "phone": '{eq: "+819012345678"}',
    "prefecture": '{eq: "JP-13"}',
    "nationality": '{eq: "VN"}',
    "ageBand": '{eq: "25-29"}',
    "workEligibility": "{eq: ELIGIBLE}",
    "registeredAt": '{gte: "2020-01-01T00:00:00Z"}',
}
READABLE = {
    ("frontend", "service.account"): set(OPERANDS) - {"nationality"},
    ("frontend", "service.matching"): {"ids", "prefecture", "ageBand", "workEligibility"},
    ("frontend", "service.billing"): {"ids", "prefecture"},
    ("frontend", "promotion.newsletter"): {"ids", "email"},
    ("employer-a", "service.application"): {"ids", "prefecture", "ageBand", "workEligibility"},
    ("employer-a", "service.eligibility"): {"ids", "ageBand", "workEligibility"},
    ("support-org", "service.support"): set(OPERANDS) - {"registeredAt"},
    ("mail-sender", "promotion.newsletter"): {"ids", "email"},
    ("payment-processor", "service.billing"): {"ids", "prefecture"},
    ("privacy-desk", "compliance.requests"): set(OPERANDS),
    ("auditor", "compliance.security"): {"ids", "ageBand", "registeredAt"},
    ("authority", "compliance.authority"): {"ids"},
}
"""What each may read of everybody in its list, written by hand from the matrix; a case file names its own items."""

CASES = [(*who, key) for who in READABLE for key in OPERANDS]


async def listed(world: World, client: str, purpose: str, more: str = "") -> httpx.Response:
    asked = LIST.format(more=f", {more}" if more else "")
    return await world.send(client, f'query @purpose(id: "{purpose}") {{ {asked} }}')


def test_every_key_of_the_filter_is_tried() -> None:
    assert set(OPERANDS) == set(PATHS)


@pytest.mark.parametrize(("client", "purpose", "key"), CASES)
async def test_a_filter_needs_the_right_to_read_its_field(
    a_world: World, client: str, purpose: str, key: str
) -> None:
    response = await listed(a_world, client, purpose, f"filter: {{{key}: {OPERANDS[key]}}}")
    answer = response.json()
    if key in READABLE[client, purpose]:
        assert "errors" not in answer
        return
    (error,) = answer["errors"]
    assert "data" not in answer
    assert error["extensions"]["code"] == "FILTER_FORBIDDEN"
    assert error["extensions"]["field"] == PATHS[key]
    assert error["path"] == ["users"]


@pytest.mark.parametrize(("client", "purpose"), READABLE)
@pytest.mark.parametrize("order", ["REGISTERED_AT_ASC", "REGISTERED_AT_DESC"])
async def test_an_order_needs_the_right_to_read_its_field(
    a_world: World, client: str, purpose: str, order: str
) -> None:
    answer = (await listed(a_world, client, purpose, f"orderBy: {order}")).json()
    allowed = "registeredAt" in READABLE[client, purpose]
    assert a_world.codes(answer) == ([] if allowed else ["FILTER_FORBIDDEN"])
    assert ("data" in answer) is allowed


SILENT = [
    'filter: {phone: {eq: "+819012345678"}}',
    "filter: {phone: {}}",
    "filter: {phone: null}",
    "filter: {phone: {eq: null}}",
    "filter: {phone: {in: []}}",
    "filter: {ids: [], phone: {in: []}}",
    "filter: {ageBand: {in: []}, phone: {}}",
    "first: 0, filter: {phone: {}}",
]


@pytest.mark.parametrize("arguments", SILENT)
async def test_a_forbidden_filter_is_refused_even_where_it_says_nothing(
    a_world: World, arguments: str
) -> None:
    asked = f"users({arguments}) {{ edges {{ node {{ id }} }} }}"
    answer = await a_world.ask("frontend", f'query @purpose(id: "service.matching") {{ {asked} }}')
    assert a_world.codes(answer) == ["FILTER_FORBIDDEN"]
    assert "data" not in answer


@pytest.mark.parametrize(
    ("given", "argument"),
    [
        ({"email": None}, "filter.email"),
        ({"email": {}}, "filter.email"),
        ({"email": {"eq": None}}, "filter.email.eq"),
        ({"email": {"eq": "a", "in": None}}, "filter.email.in"),
        ({"ids": None}, "filter.ids"),
        ({"ageBand": {}}, "filter.ageBand"),
        ({"workEligibility": {"eq": None}}, "filter.workEligibility.eq"),
        ({"registeredAt": {"gte": "2020-01-01T00:00:00Z", "lt": None}}, "filter.registeredAt.lt"),
    ],
)
async def test_a_null_operand_is_refused_and_never_dropped(
    a_world: World, given: Mapping[str, Any], argument: str
) -> None:
    query = 'query($f: UserFilter) @purpose(id: "service.account") { users(filter: $f) { edges { node { id } } } }'
    answer = await a_world.ask("frontend", query, {"f": given})
    (error,) = answer["errors"]
    assert "data" not in answer
    assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_INPUT", argument)


@pytest.mark.parametrize(
    ("operand", "sign"),
    [
        ({"eq": "25-30"}, "eq"),
        ({"eq": ""}, "eq"),
        ({"eq": "under_18"}, "eq"),
        ({"in": ["25-29", "30-34", "35-40"]}, "in"),
        ({"eq": "60+", "in": ["61+"]}, "in"),
    ],
)
async def test_an_age_band_that_is_none_is_refused_and_the_known_ones_are_named(
    a_world: World, operand: Mapping[str, Any], sign: str
) -> None:
    query = 'query($f: UserFilter) @purpose(id: "service.account") { users(filter: $f) { edges { node { id } } } }'
    answer = await a_world.ask("frontend", query, {"f": {"ageBand": operand}})
    (error,) = answer["errors"]
    assert "data" not in answer
    assert (error["extensions"]["code"], error["extensions"]["argument"]) == (
        "BAD_INPUT",
        f"filter.ageBand.{sign}",
    )
    assert error["message"] == (
        f"`filter.ageBand.{sign}` names a band that is none of: UNDER_18, 18-24, 25-29, 30-34, 35-39, 40-49, 50-59, 60+"
    )


@pytest.mark.parametrize(
    "key", ["email", "phone", "prefecture", "ageBand", "workEligibility", "registeredAt"]
)
async def test_a_choice_among_nothing_finds_nobody(a_world: World, key: str) -> None:
    answer = (await listed(a_world, "frontend", "service.account", f"filter: {{{key}: {{in: []}}}}")).json()
    assert answer["data"]["users"] == {"edges": [], "pageInfo": {"hasNextPage": False}}


async def test_no_ids_are_nobody_and_an_absent_filter_is_everybody(a_world: World) -> None:
    nobody = (await listed(a_world, "frontend", "service.account", "filter: {ids: []}")).json()
    assert nobody["data"]["users"]["edges"] == []
    whole = (await listed(a_world, "frontend", "service.account")).json()["data"]["users"]["edges"]
    for said in ("filter: {}", "filter: null", "filter: null, orderBy: null"):
        assert (await listed(a_world, "frontend", "service.account", said)).json()["data"]["users"][
            "edges"
        ] == whole


async def test_all_parts_of_a_filter_are_required_together(a_world: World) -> None:
    plain, busy = a_world.demo.users["plain"], a_world.demo.users["busy"]
    rows = await a_world.house.store.fetch("SELECT email FROM users WHERE id = :id", {"id": plain})
    query = 'query($f: UserFilter) @purpose(id: "service.account") { users(filter: $f) { edges { node { id } } } }'

    async def found(given: Mapping[str, Any]) -> list[str]:
        answer = await a_world.ask("frontend", query, {"f": given})
        return [edge["node"]["id"] for edge in answer["data"]["users"]["edges"]]

    email = rows[0][0]
    assert await found({"ids": [plain, busy], "email": {"eq": email}}) == [plain]
    assert await found({"ids": [busy], "email": {"eq": email}}) == []
    assert await found({"email": {"eq": email, "in": ["somebody@example.com"]}}) == []
    assert await found({"email": {"in": [email, "somebody@example.com"]}}) == [plain]


async def test_ids_of_invisible_people_find_nobody(a_world: World) -> None:
    users = a_world.demo.users
    hidden = [users[each] for each in ("plain", "withdrawn-employer-a", "held", "erased", "unnoticed")]
    asked = ", ".join(f'"{each}"' for each in [*hidden, users["consented-employer-a"], "nobody"])
    answer = (
        await listed(a_world, "employer-a", "service.application", f"filter: {{ids: [{asked}]}}")
    ).json()
    assert [edge["node"]["id"] for edge in answer["data"]["users"]["edges"]] == [
        users["consented-employer-a"]
    ]
    assert answer["data"]["users"]["pageInfo"] == {"hasNextPage": False}


@pytest.mark.parametrize(
    "value", ["' OR 1=1 --", "%", "_", "\\", '"', "a\nb", ":asked", "?1", "$1", "{}", "\u2028", "😀"]
)
async def test_an_operand_is_a_value_and_nothing_else(a_world: World, value: str) -> None:
    query = """query($v: String!, $id: ID!) @purpose(id: "service.account") {
      users(filter: {email: {eq: $v}}) { edges { node { id } } } user(id: $id) { id }
      more: users(filter: {email: {in: [$v]}}) { edges { node { id } } }
    }"""
    answer = await a_world.ask("frontend", query, {"v": value, "id": value})
    assert answer == {"data": {"users": {"edges": []}, "user": None, "more": {"edges": []}}}


NUL = "a\0b"


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query($v: ID!) {p} {{ user(id: $v) {{ id }} }}", {"v": NUL}),
        (
            "query($v: [ID!]) {p} {{ users(filter: {{ids: $v}}) {{ edges {{ node {{ id }} }} }} }}",
            {"v": [NUL]},
        ),
        (
            "query($v: UserFilter) {p} {{ users(filter: $v) {{ edges {{ node {{ id }} }} }} }}",
            {"v": {"ids": [NUL]}},
        ),
        ('query {p} {{ user(id: "a\\u0000b") {{ id }} }}', {}),
        ('query {p} {{ user(id: "a\\u{{0}}b") {{ id }} }}', {}),
        ('query($v: ID! = "a\\u0000b") {p} {{ user(id: $v) {{ id }} }}', {}),
        ("query($v: ID!) {{ edition(id: $v) {{ id }} }}", {"v": NUL}),
    ],
)
async def test_a_text_that_no_database_can_hold_is_bad_input_and_no_outage(
    a_world: World, query: str, variables: Mapping[str, Any]
) -> None:
    response = await a_world.send("frontend", query.format(p='@purpose(id: "service.account")'), variables)
    (code,) = a_world.codes(response.json())
    assert code in {"BAD_INPUT", "DOCUMENT_INVALID"}
    assert not response.json().get("data")


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2020-01-01T00:00:00", "2020-01-01", "now"],
)
@pytest.mark.parametrize("sign", ["gte", "in"])
async def test_a_time_that_is_not_one_moment_is_bad_input(a_world: World, moment: str, sign: str) -> None:
    query = 'query($f: UserFilter) @purpose(id: "service.account") { users(filter: $f) { edges { node { id } } } }'
    given = {"registeredAt": {sign: [moment] if sign == "in" else moment}}
    response = await a_world.send("frontend", query, {"f": given})
    assert a_world.codes(response.json()) == ["BAD_INPUT"]
    assert moment not in response.text


@pytest.mark.parametrize(
    "day", ["31.12.2026", "2026-02-30", "0001-01-01", "9999-12-31", "2026-11-22T00:00:00Z", ""]
)
async def test_a_day_that_is_none_is_told_as_one(a_world: World, day: str) -> None:
    query = "mutation($i: UpdateRecipientInput!) { updateRecipient(input: $i) { recipient { id } } }"
    for sent in (
        {"query": query, "variables": {"i": {"recipient": "employer-b", "contractUntil": day}}},
        {
            "query": query.replace("$i: UpdateRecipientInput!", "$d: Date!").replace(
                "$i", '{recipient: "employer-b", contractUntil: $d}'
            ),
            "variables": {"d": day},
        },
    ):
        response = await a_world.http.post(
            "/graphql", json=sent, headers={"Authorization": f"Bearer {await a_world.token('privacy-desk')}"}
        )
        (error,) = response.json()["errors"]
        assert (error["extensions"]["code"], error["extensions"]["reason"]) == ("BAD_INPUT", "DATE_EXPECTED")


@pytest.mark.parametrize("first", [-1, -(2**31), 1001, 2**31 - 1])
async def test_a_page_is_of_0_to_1000(a_world: World, first: int) -> None:
    query = 'query($n: Int) @purpose(id: "service.account") { users(first: $n) { edges { node { id } } } }'
    answer = await a_world.ask("frontend", query, {"n": first})
    assert a_world.codes(answer) == ["BAD_INPUT" if first < 0 else "LIMIT_EXCEEDED"]
    assert "data" not in answer


async def test_what_people_were_chosen_and_sorted_by_is_in_the_ledger(a_world: World) -> None:
    response = await listed(
        a_world, "frontend", "service.account", 'filter: {email: {in: ["x"]}}, orderBy: REGISTERED_AT_DESC'
    )
    asked = await listed(a_world, "frontend", "service.account", "orderBy: REGISTERED_AT_DESC")
    assert asked.json()["data"]["users"]["edges"]
    ledger = await a_world.ask(
        "auditor",
        """query($r: ID!) @purpose(id: "compliance.security") { accesses(requestId: $r) { edges { node { users
          releases(first: 1) { edges { node { arguments } } } } } } }""",
        {"r": asked.headers["x-request-id"]},
    )
    (edge,) = ledger["data"]["accesses"]["edges"]
    assert edge["node"]["releases"]["edges"][0]["node"]["arguments"] == ["User.registeredAt"]
    by_field = await a_world.ask(
        "auditor",
        """query($r: ID!) @purpose(id: "compliance.security") {
          accesses(requestId: $r, field: "User.email") { edges { node { users } } } }""",
        {"r": response.headers["x-request-id"]},
    )
    assert by_field["data"]["accesses"]["edges"] == [{"node": {"users": 0}}]
