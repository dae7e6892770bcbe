"""Attacks by texts that no database can hold: a NUL or half a character is nobody's name, and never an outage."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.world import World

NUL = "a\0b"
ASKED = "query($id: ID!) { user(id: $id) { id } }"
GRANT = {"grant_type": "client_credentials"}
HALVES = ["%ED%A0%80", "%ff", "%C3", "%F5%80%80%80"]


def basic(client: str, secret: str) -> dict[str, str]:
    """A Basic header of parts that are encoded already."""
    return {"Authorization": f"Basic {b64encode(f'{client}:{secret}'.encode()).decode()}"}


async def post(world: World, form: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
    media = {"Content-Type": "application/x-www-form-urlencoded"}
    return await world.http.post("/oauth/token", content=form, headers={**media, **(headers or {})})


@pytest.mark.parametrize(
    "name", ["%00", "employer-a%00", "%00employer-a", "employer%00a", "%01", "%0A", "%7F", "%C3%A9", "%F0%9F%98%80"]
)  # fmt: skip
@pytest.mark.parametrize("way", ["body", "header", "secret", "secret in the header"])
async def test_a_client_whose_name_no_client_can_bear_is_unproved_like_any_other(
    a_world: World, name: str, way: str
) -> None:
    form = "grant_type=client_credentials"
    match way:
        case "body":
            response = await post(a_world, f"{form}&client_id={name}&client_secret=x")
        case "secret":
            response = await post(a_world, f"{form}&client_id=employer-a&client_secret={name}")
        case "header":
            response = await post(a_world, form, basic(name, "x"))
        case _:
            response = await post(a_world, form, basic("employer-a", name))
    unknown = await post(a_world, f"{form}&client_id=nobody&client_secret=x")
    assert (response.status_code, response.json()) == (401, unknown.json())
    assert response.json()["error"] == "invalid_client"
    assert response.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize("half", HALVES)
async def test_half_a_character_is_no_form_and_no_credentials(a_world: World, half: str) -> None:
    form = "grant_type=client_credentials"
    posted = await post(a_world, f"{form}&client_id={half}&client_secret=x")
    assert (posted.status_code, posted.json()["error"]) == (400, "invalid_request")
    shown = await post(a_world, form, basic(half, "x"))
    assert (shown.status_code, shown.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("header", ["Purpose", "Recipient"])
@pytest.mark.parametrize("value", [b"a\0b", b"service.account\0", b"\xed\xa0\x80", b"\xff"])
async def test_a_header_with_a_strange_text_names_nothing(a_world: World, header: str, value: bytes) -> None:
    given = {"Purpose": b"service.account", header: value}
    response = await a_world.send(
        "frontend",
        ASKED,
        {"id": "nobody"},
        headers=given,
    )
    expected = "PURPOSE_UNKNOWN" if header == "Purpose" else "PURPOSE_NOT_ALLOWED"
    assert a_world.codes(response.json()) == [expected]
    assert "data" not in response.json()


TEXTS: Mapping[str, str] = {
    "a user": "query($v: ID!) {p} {{ user(id: $v) {{ id }} }}",
    "a cursor": "query($v: String) {p} {{ users(after: $v) {{ edges {{ cursor }} }} }}",
    "a filter": "query($v: String) {p} {{ users(filter: {{email: {{eq: $v}}}}) {{ edges {{ cursor }} }} }}",
    "a choice": "query($v: [String!]) {p} {{ users(filter: {{phone: {{in: $v}}}}) {{ edges {{ cursor }} }} }}",
    "keys of answers": 'query($v: [ID!]) {p} {{ user(id: "x") {{ answers(keys: $v) {{ key }} }} }}',
    "an edition": "query($v: ID) {{ edition(id: $v) {{ id }} }}",
    "a question": (
        'query($v: String!) {{ explain(purpose: "service.account", role: "frontend", recipient: "internal",'
        " field: $v) {{ allowed }} }}"
    ),
    "a withdrawal": (
        'mutation($v: ID!) {p} {{ withdrawConsent(input: {{user: $v, purpose: "service.application",'
        ' recipient: "employer-a"}}) {{ user {{ id }} }} }}'
    ),
}
LEDGER: Mapping[str, str] = {
    **{
        f"accesses by {name}": f"query($v: {kind}) {{p}} {{{{ accesses({name}: $v) {{{{ edges {{{{ cursor }}}} }}}} }}}}"
        for name, kind in (
            *((each, "ID") for each in ("user", "client", "purpose", "recipient", "requestId")),
            ("field", "String"),
            ("after", "String"),
        )
    },
    "provisions by recipient": "query($v: ID) {p} {{ provisions(recipient: $v) {{ edges {{ cursor }} }} }}",
    "releases by user": (
        "query($v: ID) {p} {{ accesses(first: 1) {{ edges {{ node {{ releases(user: $v) {{ edges {{ cursor }} }}"
        " }} }} }} }}"
    ),
}
EVERY = {
    **{name: ("frontend", "service.account", text) for name, text in TEXTS.items()},
    **{name: ("auditor", "compliance.security", text) for name, text in LEDGER.items()},
}


@pytest.mark.parametrize(("client", "purpose", "query"), EVERY.values(), ids=EVERY)
async def test_a_nul_in_a_variable_is_bad_input_wherever_it_stands(
    a_world: World, client: str, purpose: str, query: str
) -> None:
    document = query.format(p=f'@purpose(id: "{purpose}")')
    value: Any = [NUL] if ": [" in query.partition(")")[0] else NUL
    answer = await a_world.ask(client, document, {"v": value})
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["extensions"]["reason"]) == ("BAD_INPUT", "TEXT_CHARACTERS")
    assert "$" not in error["extensions"]["argument"]
    assert "data" not in answer


@pytest.mark.parametrize("body", ["\\ud800", "\\udc00\\ud800", "a\\udfff"])
async def test_half_a_character_in_a_body_is_no_json(a_world: World, body: str) -> None:
    token = await a_world.token("frontend")
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    sent = f'{{"query": "{ASKED}", "variables": {{"id": "{body}"}}}}'
    response = await a_world.http.post("/graphql", content=sent, headers=headers)
    assert (response.status_code, a_world.codes(response.json())) == (400, ["BAD_INPUT"])


@pytest.mark.parametrize("half", HALVES)
async def test_half_a_character_in_an_address_is_read_as_a_sign_of_its_own(a_world: World, half: str) -> None:
    token = await a_world.token("frontend")
    query = quote('query @purpose(id: "service.account") { user(id: "HALF") { id } }')
    response = await a_world.http.get(
        f"/graphql?query={query.replace('HALF', half)}", headers={"Authorization": f"Bearer {token}"}
    )
    assert response.json() == {"data": {"user": None}}


@pytest.mark.parametrize("access", ["9" * 5000, "9" * 30, "\u0661", "\u00b2", "-1", "0x1", ""])
async def test_an_access_that_is_no_number_is_none(a_world: World, access: str) -> None:
    query = """query($v: ID!) { explain(purpose: "service.account", role: "frontend", recipient: "internal",
      field: "User.id", access: $v) { allowed } }"""
    answer = await a_world.ask("auditor", query, {"v": access})
    assert a_world.codes(answer) == (["BAD_INPUT"] if access else [])


@pytest.mark.parametrize(
    "asked",
    [
        {"client": "front\0end"},
        {"client": "frontend", "user": "a\0b"},
        {"client": "frontend", "user": "\U0001f600"},
        {"client": "frontend", "user": "x" * 500},
    ],
)
async def test_the_explorer_issues_no_token_for_a_name_that_nobody_bears(
    a_world: World, asked: Mapping[str, str]
) -> None:
    response = await explorers(a_world, httpx.Request("POST", "/", json=asked).content)
    assert response.status_code == 404


@pytest.mark.parametrize("name", ["client", "user"])
async def test_the_explorer_issues_no_token_for_half_a_character(a_world: World, name: str) -> None:
    asked = {"client": '"frontend"', "user": '"x"', name: '"\\ud800"'}
    body = "{" + ", ".join(f'"{key}": {value}' for key, value in asked.items()) + "}"
    assert (await explorers(a_world, body.encode())).status_code == 404


async def explorers(world: World, body: bytes) -> httpx.Response:
    headers = {"Content-Type": "application/json", "X-Mokuteki-Explorer": "1", "Host": "localhost"}
    return await world.http.post("/explorer/token", content=body, headers=headers)
