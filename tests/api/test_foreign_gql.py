"""gql queries a running server with tokens that are narrowed, and with those of an exchange."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXTransport

from tests.api.partnered import Served, gateway


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with gateway(tmp_path_factory.mktemp("var")) as made:
        yield made


def token_of(served: Served, client: str, **form: str) -> str:
    answer = httpx.post(
        f"{served.url}/oauth/token",
        data={"grant_type": "client_credentials", **form},
        auth=(client, served.secrets[client]),
    )
    found: str = answer.json()["access_token"]
    return found


def asked(served: Served, token: str, query: str, **variables: str) -> tuple[Any, list[dict[str, Any]]]:
    """The data and the errors that gql gives with a token."""
    headers = {"Authorization": f"Bearer {token}"}
    with Client(transport=HTTPXTransport(f"{served.url}/graphql", headers=headers)) as session:
        try:
            return session.execute(GraphQLRequest(query, variable_values=variables)), []
        except TransportQueryError as refusal:
            return refusal.data, [each["extensions"] for each in refusal.errors or ()]


def test_gql_reads_what_a_scope_leaves_of_the_rules_and_nothing_else(served: Served) -> None:
    token = token_of(served, "employer-a", scope="purpose:service.application category:contact")
    query = 'query ($id: ID!) @purpose(id: "PURPOSE") { user(id: $id) { id email phone name { roman } } }'
    interviewed = served.demo["users"]["consented-employer-a"]
    answers = {
        purpose: asked(served, token, query.replace("PURPOSE", purpose), id=interviewed)
        for purpose in ("service.application", "service.eligibility")
    }
    data, (refused,) = answers["service.application"]
    assert ("@" in data["user"]["email"], data["user"]["phone"][:3]) == (True, "+81")
    assert data["user"]["name"] is None
    assert (refused["code"], refused["reason"]) == ("FIELD_FORBIDDEN", "SCOPE_TOO_NARROW")
    whole, errors = asked(
        served,
        token_of(served, "employer-a"),
        query.replace("PURPOSE", "service.application"),
        id=interviewed,
    )
    assert (whole["user"]["name"]["roman"].isupper(), errors) == (True, [])
    data, (refused,) = answers["service.eligibility"]
    assert (data, refused["code"], refused["reason"]) == (None, "PURPOSE_NOT_ALLOWED", "SCOPE_TOO_NARROW")


def test_gql_speaks_for_the_person_of_an_exchange_and_the_ledger_shows_both(served: Served) -> None:
    token = token_of(
        served,
        "frontend",
        grant_type="urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token=served.user,
        subject_token_type="urn:mokuteki:params:oauth:token-type:user",
    )
    query = 'query ($id: ID!) @purpose(id: "service.account") { me { id email } user(id: $id) { id } }'
    data, errors = asked(served, token, query, id=served.demo["users"]["busy"])
    assert (data["me"]["id"], "@" in data["me"]["email"]) == (served.user, True)
    assert (data["user"], errors) == (None, [])
    ledger = """query ($id: ID!) @purpose(id: "compliance.security") {
      accesses(user: $id, first: 2) { edges { node { client role operation outcome } } } }"""
    data, errors = asked(served, token_of(served, "auditor"), ledger, id=served.user)
    assert errors == []
    shown = [edge["node"] for edge in data["accesses"]["edges"]]
    assert [(each["client"], each["role"]) for each in shown] == [("frontend", "user")] * 2
    assert [each["operation"] for each in shown] == [None, "token exchange"]
