"""Fuzzing: whatever is sent, the answer is one of those there may be, and no error tells a value."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, nodes

from api.schema.build import build_schema, core
from policies.edition import Edition
from tests.api.fuzzed import Fuzzed, fuzzed, literals, values
from tests.api.inputs import JUNK, TEXTS, arguments

DOCUMENTS, VARIABLES, BODIES = 120, 250, 400
SCHEMA = core(build_schema())
PURPOSES = (
    *("service.account", "service.matching", "service.application", "service.eligibility", "service.support"),
    *("service.billing", "compliance.requests", "compliance.security", "compliance.authority"),
    *("promotion.newsletter", "none", "service", "ZQPURPOSE", None),
)
ASKERS = (
    *(("frontend", "plain"), ("frontend", "busy"), ("frontend", None), ("employer-a", None)),
    *(("privacy-desk", None), ("auditor", None), ("authority", None), ("policy-admin", None)),
)
"""Clients, and for a frontend the situation of the person that it speaks for."""

NATURAL = {
    "service.account": ASKERS[:3],
    "compliance.requests": ASKERS[4:5],
    "service.application": ASKERS[3:4],
}
"""Who may do something for a purpose, so that not everything is refused at once."""

Draw = Callable[[st.SearchStrategy[Any]], Any]
PROFILE = {
    "deadline": None,
    "database": None,
    "derandomize": True,
    "suppress_health_check": list(HealthCheck),
}


@pytest.fixture(scope="module")
async def target(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Fuzzed]:
    async with fuzzed(database_url, tmp_path_factory.mktemp("var"), edition) as made:
        yield made


@st.composite
def askings(draw: Draw) -> tuple[str, str | None, dict[str, str]]:
    """Who asks, and with what headers."""
    purpose = draw(st.sampled_from([*list(NATURAL) * 8, *PURPOSES]))
    client, situation = draw(st.sampled_from([*NATURAL.get(purpose, ()) * 12, *ASKERS]))
    headers = {"Accept": draw(st.sampled_from(["application/graphql-response+json", "application/json"]))}
    if purpose is not None:
        headers["Purpose"] = purpose
    if draw(st.integers(0, 3)) == 0:
        headers["Accept-Language"] = draw(
            st.sampled_from(["ja", "en;q=x", "ja;q=", "*", ",;=,", "ja;q=0.5,en"])
        )
    if draw(st.integers(0, 5)) == 0:
        headers["Idempotency-Key"] = draw(st.sampled_from(["a", '"b"', *map(str, range(20)), "x" * 201]))
    if draw(st.integers(0, 9)) == 0:
        headers["Recipient"] = draw(st.sampled_from(["internal", "person", "ZQRECIPIENT", "employer-a"]))
    return client, situation, headers


async def send(
    target: Fuzzed, asking: tuple[str, str | None, dict[str, str]], query: str, given: dict[str, Any]
) -> Any:
    client, situation, headers = asking
    world = target.world
    token = await world.token(client, world.demo.users[situation] if situation else None)
    body = orjson.dumps({"query": query, "variables": given}, default=repr)
    return await world.http.post(
        "/graphql",
        content=body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers},
    )


@settings(max_examples=DOCUMENTS, **PROFILE)
@given(
    asking=askings(),
    query=from_schema(
        SCHEMA,
        custom_scalars={
            "DateTime": st.sampled_from(["2026-11-22T00:00:00Z", "9999-12-31T23:59:59-23:59", "ZQTIME"]).map(
                nodes.String
            ),
            "Date": st.sampled_from(["2026-11-22", "0001-01-01", "9999-12-31", "ZQDATE"]).map(nodes.String),
            "AnswerValue": st.text(max_size=8).map(nodes.String),
        },
        codec="utf-8",
    ),
)
async def test_a_random_document_is_answered_or_refused_by_a_code_and_no_error_tells_a_value(
    target: Fuzzed, asking: tuple[str, str | None, dict[str, str]], query: str
) -> None:
    target.check(await send(target, asking, query, {}), literals(query))


ARGUMENTS = tuple(name for name in arguments(SCHEMA, ()) for _ in range(1 + 2 * name.endswith(".input")))


@st.composite
def argued(draw: Draw) -> tuple[str, Any]:
    query, strategy = arguments(SCHEMA, KNOWN)[draw(st.sampled_from(ARGUMENTS))]
    return query, draw(strategy)


KNOWN: list[str] = []
"""The ids of people in the world that is fuzzed; put there before an example runs."""


@pytest.fixture
def known(target: Fuzzed) -> None:
    KNOWN[:] = list(target.world.demo.users.values())


@pytest.mark.usefixtures("known")
@settings(max_examples=VARIABLES, **PROFILE)
@given(asking=askings(), sent=argued())
async def test_a_random_input_is_answered_or_refused_by_a_code_and_no_error_tells_a_value(
    target: Fuzzed, asking: tuple[str, str | None, dict[str, str]], sent: tuple[str, Any]
) -> None:
    query, value = sent
    try:
        response = await send(target, asking, query, {"v": value})
    except orjson.JSONEncodeError:
        return
    known = {*TEXTS, *KNOWN}
    target.check(response, [text for text in values(value) if text not in known or text in KNOWN])


WHOLE = st.sampled_from(
    [
        {"query": "{ purposes { id } }"},
        {"query": "{ users { edges { node { email } } } }"},
        {"query": "query A { __typename } query B { __typename }", "operationName": "A"},
    ]
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PARTS = ("query", "variables", "operationName", "extensions", "id")


@st.composite
def bodies(draw: Draw) -> bytes:
    """A body: nearly a request, any JSON, or any bytes."""
    match draw(st.sampled_from(("nearly", "nearly", "cut", "tree", "bytes", "deep"))):
        case "nearly":
            whole = dict(draw(WHOLE))
            whole[draw(st.sampled_from(PARTS))] = draw(TREES | st.sampled_from([*map(str, JUNK), "{", "{}"]))
            return _json(whole)
        case "cut":
            body = _json(draw(WHOLE))
            place = draw(st.integers(0, len(body)))
            return body[:place] + draw(st.binary(max_size=4)) + body[place + draw(st.integers(0, 3)) :]
        case "tree":
            return _json(draw(TREES))
        case "deep":
            many = draw(st.sampled_from((100, 1_500, 40_000)))
            opening, closing = draw(st.sampled_from((("[", "]"), ('{"query":', "}"), ("{a", "}"))))
            text = opening * many + closing * many
            return draw(st.sampled_from((text.encode(), _json({"query": text}))))
        case _:
            return bytes(draw(st.binary(max_size=60)))


def _json(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return b'{"query": "\\ud800"}'


HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Content-Type": st.sampled_from(
            [
                "application/json; charset=utf-16",
                "text/plain",
                "application/graphql",
                "multipart/form-data",
                "",
            ]
        ),
        "Accept": st.sampled_from(["*/*", "text/html", "application/json;q=0", ",", "text/event-stream", ""]),
        "Purpose": st.sampled_from(["service.account", "ZQPURPOSE", "é", "a\tb"]),
        "Recipient": st.sampled_from(["internal", "ZQRECIPIENT", "é"]),
        "Content-Encoding": st.sampled_from(["gzip", "br", "x"]),
        "Idempotency-Key": st.sampled_from(["a", "é", '"', "x" * 300]),
        "Authorization": st.sampled_from(
            ["", "Bearer", "Bearer x.y.z", "Basic eDp5", "Bearer é", "bearer  a"]
        ),
        "Accept-Language": st.sampled_from(["ja;q=1e999", "q=;", "en;q=0.9.9", "é"]),
    },
)


@settings(max_examples=BODIES, **PROFILE)
@given(body=bodies(), headers=HEADERS, method=st.sampled_from(["POST", "POST", "POST", "GET", "PUT", "HEAD"]))
async def test_a_random_body_with_random_headers_is_refused_by_a_code(
    target: Fuzzed, body: bytes, headers: dict[str, str], method: str
) -> None:
    token = await target.world.token("frontend")
    whole = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers}
    response = await target.world.http.request(
        method,
        "/graphql",
        content=body,
        headers=[(name.encode(), each.encode()) for name, each in whole.items()],
    )
    if method == "GET" and headers.get("Accept") == "text/html":
        assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    elif method != "HEAD":
        target.check(response)
    assert response.status_code < 500


@settings(max_examples=BODIES // 2, **PROFILE)
@given(
    parts=st.dictionaries(
        st.sampled_from(PARTS), st.text(max_size=20) | st.sampled_from(["{purposes{id}}", "{}", "[", "{"])
    )
)
async def test_random_parameters_of_a_get_are_refused_by_a_code(
    target: Fuzzed, parts: dict[str, str]
) -> None:
    token = await target.world.token("frontend")
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    target.check(await target.world.http.get("/graphql", params=parts, headers=headers))
