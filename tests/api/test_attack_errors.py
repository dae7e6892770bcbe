"""Attacks by errors: what went wrong is told by place and name, never with a value of the request or of a person."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.world import World

SECRET = "+819087654321"
ACCOUNT = '@purpose(id: "service.account")'
NODES = "{ edges { node { id } } }"
CONSENT = f"mutation($i: RecordConsentInput!) {ACCOUNT} {{ recordConsent(input: $i) {{ user {{ id }} }} }}"
GIVEN = {
    "user": "nobody",
    "purpose": "service.application",
    "recipient": "employer-a",
    "noticeVersion": "1",
    "language": "en",
    "method": "CLICK",
}

CASES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "a literal of the wrong type": (f'query {ACCOUNT} {{ users(first: "{SECRET}") {NODES} }}', {}),
    "an enum that is none": (f"query {ACCOUNT} {{ users(orderBy: S{SECRET[1:]}) {NODES} }}", {}),
    "a text for an enum": (f'query {ACCOUNT} {{ users(orderBy: "{SECRET}") {NODES} }}', {}),
    "an enum in a filter": (
        f"query {ACCOUNT} {{ users(filter: {{workEligibility: {{eq: S{SECRET[1:]}}}}}) {NODES} }}",
        {},
    ),
    "a time that is none": (
        f'query {ACCOUNT} {{ users(filter: {{registeredAt: {{eq: "{SECRET}"}}}}) {NODES} }}',
        {},
    ),
    "an argument that is none": (f'query {ACCOUNT} {{ users(phone: "{SECRET}") {NODES} }}', {}),
    "a key of a filter that is none": (
        f'query {ACCOUNT} {{ users(filter: {{tel: "{SECRET}"}}) {NODES} }}',
        {},
    ),
    "a text without an end": (f'query {ACCOUNT} {{ user(id: "{SECRET}) {{ id }} }}', {}),
    "a bad escape beside it": (f'query {ACCOUNT} {{ user(id: "{SECRET}\\q") {{ id }} }}', {}),
    "a bad character beside it": (f'query {ACCOUNT} {{ user(id: "{SECRET}" ?) {{ id }} }}', {}),
    "a value where a name belongs": (f'query {ACCOUNT} {{ "{SECRET}" }}', {}),
    "a block text": (f'query {ACCOUNT} {{ users(first: """{SECRET}""") {NODES} }}', {}),
    "a default of the wrong type": (
        f'query($n: Int = "{SECRET}") {ACCOUNT} {{ users(first: $n) {NODES} }}',
        {},
    ),
    "a directive that is none": (f'query {ACCOUNT} {{ user(id: "x") @tel(n: "{SECRET}") {{ id }} }}', {}),
    "a condition that is none": (
        f'query {ACCOUNT} {{ user(id: "x") @include(if: "{SECRET}") {{ id }} }}',
        {},
    ),
    "a purpose that is none": (f'query @purpose(id: "{SECRET}") {{ user(id: "x") {{ id }} }}', {}),
    "a recipient that is none": (
        f'query @purpose(id: "service.account", recipient: "{SECRET}") {{ user(id: "x") {{ id }} }}',
        {},
    ),
    "two different arguments": (
        f'query {ACCOUNT} {{ user(id: "{SECRET}") {{ id }} user(id: "x") {{ id }} }}',
        {},
    ),
    "a variable of the wrong type": (
        f"query($v: Int) {ACCOUNT} {{ users(first: $v) {NODES} }}",
        {"v": SECRET},
    ),
    "a variable that is no enum": (
        f"query($v: UserOrder) {ACCOUNT} {{ users(orderBy: $v) {NODES} }}",
        {"v": SECRET},
    ),
    "a variable with a strange key": (
        f"query($v: UserFilter) {ACCOUNT} {{ users(filter: $v) {NODES} }}",
        {"v": {SECRET: SECRET}},
    ),
    "a variable deep inside": (
        f"query($v: UserFilter) {ACCOUNT} {{ users(filter: $v) {NODES} }}",
        {"v": {"phone": {"eq": [SECRET]}}},
    ),
    "a variable that is a list": (f"query($v: ID!) {ACCOUNT} {{ user(id: $v) {{ id }} }}", {"v": [SECRET]}),
    "a variable that is an object": (
        f"query($v: ID!) {ACCOUNT} {{ user(id: $v) {{ id }} }}",
        {"v": {"a": SECRET}},
    ),
    "a time in a variable": (
        f"query($v: DateTime) {ACCOUNT} {{ users(filter: {{registeredAt: {{lt: $v}}}}) {NODES} }}",
        {"v": SECRET},
    ),
    "a null list item": (
        f"query($v: UserFilter) {ACCOUNT} {{ users(filter: $v) {NODES} }}",
        {"v": {"ids": [SECRET, None]}},
    ),
    "a cursor": (f"query($v: String) {ACCOUNT} {{ users(after: $v) {NODES} }}", {"v": SECRET}),
    "an answer's keys": (
        f'query {ACCOUNT} {{ user(id: "x") {{ answers(keys: {{a: "{SECRET}"}}) {{ key }} }} }}',
        {},
    ),
    "an edition": (f'{{ edition(id: "{SECRET}") {{ id }} }}', {}),
    "a fact": (
        f'{{ explain(purpose: "service.account", role: "frontend", recipient: "internal", field: "User.id", facts: ["{SECRET}"]) {{ allowed }} }}',
        {},
    ),
    "another role": (
        f'{{ explain(purpose: "service.account", role: "{SECRET}", recipient: "internal", field: "User.id") {{ allowed }} }}',
        {},
    ),
    "nobody's consent": (CONSENT, {"i": {**GIVEN, "user": SECRET}}),
    "a consent's method": (CONSENT, {"i": {**GIVEN, "method": SECRET}}),
    "a consent's end": (CONSENT, {"i": {**GIVEN, "expiresAt": SECRET}}),
}


@pytest.mark.parametrize(("query", "variables"), CASES.values(), ids=CASES)
async def test_an_error_repeats_no_value_of_the_request(
    a_world: World, query: str, variables: Mapping[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    response = await a_world.send("frontend", query, variables)
    assert response.json()["errors"]
    assert SECRET[1:] not in response.text
    assert SECRET[1:] not in str(response.headers)
    logged = capfd.readouterr()
    assert SECRET[1:] not in logged.out + logged.err
    for error in response.json()["errors"]:
        assert error["extensions"]["code"] in {
            "BAD_INPUT",
            "DOCUMENT_INVALID",
            "OPERATION_FORBIDDEN",
            "PURPOSE_UNKNOWN",
            "PURPOSE_NOT_ALLOWED",
        }
        assert error["extensions"]["requestId"] == response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("query {\n  user(id: ?)\n}", (2, 12)),
        ("{ purposes { nothing } }", (1, 14)),
        ("{ purposes { id }", (1, 18)),
    ],
)
async def test_a_document_that_is_none_is_told_by_its_place(
    a_world: World, query: str, place: tuple[int, int]
) -> None:
    (error,) = (await a_world.ask("frontend", query))["errors"]
    assert (error["extensions"]["line"], error["extensions"]["column"]) == place


async def test_a_variable_is_told_by_the_argument_it_fills(a_world: World) -> None:
    (error,) = (
        await a_world.ask(
            "frontend", f"query($count: Int) {ACCOUNT} {{ users(first: $count) {NODES} }}", {"count": "x"}
        )
    )["errors"]
    assert error["extensions"]["argument"] == "first"


async def test_a_refusal_for_a_third_party_says_nothing_of_the_person(a_world: World) -> None:
    person = a_world.demo.users["busy"]
    query = 'query($id: ID!) @purpose(id: "service.application") { user(id: $id) { id email } }'
    at_first_stage = await a_world.ask("employer-b", query, {"id": person})
    (error,) = at_first_stage["errors"]
    assert set(error["extensions"]) == {"code", "field", "requestId"}
    assert error["extensions"]["code"] == "FIELD_WITHHELD"
    for word in ("consent", "stage", "interview", "suspend", "notice", person):
        assert word not in error["message"].lower()


async def test_a_withheld_field_is_told_by_its_name_and_of_whom_it_is_withheld(a_world: World) -> None:
    query = """query($id: ID!) @purpose(id: "service.application") {
      user(id: $id) { tel: phone } users(first: 1000) { edges { node { phone } } } }"""
    answer = await a_world.ask("employer-b", query, {"id": a_world.demo.users["busy"]})
    assert [(error["path"], error["message"]) for error in answer["errors"]] == [
        (["user", "tel"], "`User.phone` is withheld for a reason that depends on the person"),
        (
            ["users", "edges", "@", "node", "phone"],
            "`User.phone` of one or more of these people is withheld for a reason that depends on the person",
        ),
    ]


async def test_withheld_fields_of_a_list_are_one_error_each_and_not_one_for_each_row(a_world: World) -> None:
    query = """query @purpose(id: "service.application") {
      users(first: 1000) { edges { node { id tel: phone address { town } } } } }"""
    answer = await a_world.ask("employer-a", query)
    paths = [tuple(error["path"]) for error in answer["errors"]]
    assert sorted(paths) == [
        ("users", "edges", "@", "node", "address", "town"),
        ("users", "edges", "@", "node", "tel"),
    ]
