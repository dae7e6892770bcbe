"""The audit: what the working group's own reference checks of a server for GraphQL over HTTP, on a served gateway."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.node import audit
from tests.served import free_port, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, str]]:
    var = tmp_path_factory.mktemp("var")
    with serving(var, free_port()) as http:
        demo = json.loads((var / "demo.json").read_text(encoding="utf-8"))
        told = http.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=("frontend", demo["clients"]["frontend"]["client_secret"]),
        )
        yield http, told.json()["access_token"]


@pytest.fixture(scope="module")
def audited(served: tuple[httpx.Client, str]) -> list[dict[str, Any]]:
    http, token = served
    return audit(str(http.base_url.join("/graphql")), token)


def test_every_must_should_and_may_of_graphql_over_http_is_kept(audited: list[dict[str, Any]]) -> None:
    assert [each for each in audited if each["status"] != "ok"] == []
    assert len(audited) > 50


def test_without_a_token_the_audit_finds_what_is_missing(served: tuple[httpx.Client, str]) -> None:
    http, _ = served
    told = {each["id"]: each["status"] for each in audit(str(http.base_url.join("/graphql")), "none")}
    assert told["2C94"] == "error"
