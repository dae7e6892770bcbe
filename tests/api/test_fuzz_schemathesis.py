"""Fuzzing from outside: schemathesis makes operations from the published schema alone, and knows what is wrong."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import schemathesis
from graphql import introspection_from_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok

from api.schema.build import build_schema, core
from policies.edition import Edition
from tests.api.fuzzed import Fuzzed, fuzzed, literals

CASES = 120
SCHEMA = schemathesis.graphql.from_dict(dict(introspection_from_schema(core(build_schema()))))
OPERATIONS = {
    operation.label: operation
    for operation in (each.ok() for each in SCHEMA.get_all_operations() if isinstance(each, Ok))
}
ASKERS = (
    ("frontend", None, "service.account"),
    ("frontend", "plain", "service.account"),
    ("employer-a", None, "service.application"),
    ("privacy-desk", None, "compliance.requests"),
    ("auditor", None, "compliance.security"),
    ("policy-admin", None, None),
)
schemathesis.graphql.scalar(
    "DateTime", st.sampled_from(["2026-11-22T00:00:00Z", "ZQTIME"]).map(schemathesis.graphql.nodes.String)
)
schemathesis.graphql.scalar("AnswerValue", st.text(max_size=8).map(schemathesis.graphql.nodes.String))
Draw = Callable[[st.SearchStrategy[Any]], Any]


@pytest.fixture(scope="module")
async def target(
    database_url: str, edition: Edition, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Fuzzed]:
    async with fuzzed(database_url, tmp_path_factory.mktemp("var"), edition) as made:
        yield made


@st.composite
def cases(draw: Draw) -> Any:
    return draw(OPERATIONS[draw(st.sampled_from(sorted(OPERATIONS)))].as_strategy())


@settings(
    max_examples=CASES,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(case=cases(), asker=st.sampled_from(ASKERS))
async def test_no_operation_made_from_the_schema_breaks_the_gateway(
    target: Fuzzed, case: Any, asker: tuple[str, str | None, str | None]
) -> None:
    client, situation, purpose = asker
    user = target.world.demo.users[situation] if situation else None
    headers = {"Accept": "application/graphql-response+json", **({"Purpose": purpose} if purpose else {})}
    response = await target.world.send(client, case.body, user=user, headers=headers)
    answer = target.check(response, literals(case.body))
    if "errors" not in answer:  # schemathesis takes an error with a path for a fault of the server
        case.validate_response(response, checks=[not_a_server_error])


def test_every_field_of_the_roots_is_fuzzed() -> None:
    schema = core(build_schema())
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    assert set(OPERATIONS) == {
        *(f"Query.{name}" for name in schema.query_type.fields),
        *(f"Mutation.{name}" for name in schema.mutation_type.fields),
    }
