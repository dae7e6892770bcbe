"""The metrics: counted under labels from closed lists, and shown to those who may see them."""

from collections.abc import Mapping

import httpx
import pytest
from starlette.applications import Starlette

from api.metrics import Metrics, routes

TOKEN = "the token of the scraper"


def metrics() -> Metrics:
    return Metrics(
        roles=["employer", "frontend"],
        purposes=["service.application"],
        recipient_kinds=["employer"],
        outcomes=["RELEASED", "PARTLY", "REFUSED"],
        codes=["PURPOSE_MISSING"],
    )


def count(counted: Metrics, name: str, **labels: str) -> float | None:
    return counted.registry.get_sample_value(name, labels)


async def ask(*, is_open: bool, token: str | None, **headers: str) -> httpx.Response:
    app = Starlette(routes=list(routes(metrics(), is_open=is_open, token=token)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http:
        return await http.get("/metrics", headers=headers)


def test_an_operation_is_counted_by_who_why_and_how_it_ended() -> None:
    counted = metrics()
    labels = {"role": "employer", "purpose": "service.application", "outcome": "REFUSED"}
    counted.operation(**labels, code="PURPOSE_MISSING", seconds=0.004)
    assert count(counted, "mokuteki_operations_total", **labels, code="PURPOSE_MISSING") == 1
    assert count(counted, "mokuteki_operation_seconds_count", outcome="REFUSED") == 1
    assert count(counted, "mokuteki_operation_seconds_bucket", outcome="REFUSED", le="0.005") == 1
    assert count(counted, "mokuteki_operation_seconds_bucket", outcome="REFUSED", le="0.0025") == 0


def test_what_was_not_declared_or_had_no_error_is_none() -> None:
    counted = metrics()
    counted.operation(role="frontend", purpose=None, outcome="RELEASED", code=None, seconds=0.1)
    labels = {"role": "frontend", "purpose": "none", "outcome": "RELEASED", "code": "none"}
    assert count(counted, "mokuteki_operations_total", **labels) == 1


def test_a_word_that_is_not_on_its_list_becomes_other_and_is_shown_nowhere() -> None:
    counted = metrics()
    for number in range(100):
        word = f"canary{number}"
        counted.operation(role=word, purpose=word, outcome=word, code=word, seconds=0.1)
        counted.released(purpose=word, recipient_kind=word, users=1)
    labels = {"role": "other", "purpose": "other", "outcome": "other", "code": "other"}
    assert count(counted, "mokuteki_operations_total", **labels) == 100
    assert b"canary" not in counted.text()


def test_the_purposes_of_a_new_edition_are_counted_by_their_names() -> None:
    counted = metrics()
    counted.know_purposes(["service.visa"])
    counted.released(purpose="service.visa", recipient_kind="employer", users=1)
    labels = {"purpose": "service.visa", "recipient_kind": "employer"}
    assert count(counted, "mokuteki_released_users_total", **labels) == 1


def test_released_users_are_counted_by_purpose_and_kind_of_recipient() -> None:
    counted = metrics()
    counted.released(purpose="service.application", recipient_kind="employer", users=20)
    counted.released(purpose="service.application", recipient_kind="employer", users=5)
    labels = {"purpose": "service.application", "recipient_kind": "employer"}
    assert count(counted, "mokuteki_released_users_total", **labels) == 25


def test_requests_for_tokens_are_counted_by_what_was_asked_and_how_it_ended() -> None:
    counted = metrics()
    for action, error in (("issue", None), ("exchange", "invalid_request"), ("canary", "canary")):
        counted.token_request(action, error)
    name = "mokuteki_token_requests_total"
    assert count(counted, name, action="issue", error="none") == 1
    assert count(counted, name, action="exchange", error="invalid_request") == 1
    assert count(counted, name, action="other", error="other") == 1
    assert b"canary" not in counted.text()


def test_the_ledger_tells_its_commits_their_size_and_its_failures() -> None:
    counted = metrics()
    counted.ledger_commit(operations=7, seconds=0.003)
    counted.ledger_failure()
    assert count(counted, "mokuteki_ledger_batch_operations_sum") == 7
    assert count(counted, "mokuteki_ledger_commit_seconds_count") == 1
    assert count(counted, "mokuteki_ledger_failures_total") == 1


def test_requests_without_a_token_and_the_edition_in_force_are_told() -> None:
    counted = metrics()
    counted.unauthenticated()
    counted.edition(12)
    assert count(counted, "mokuteki_unauthenticated_total") == 1
    assert count(counted, "mokuteki_edition") == 12


def test_two_gateways_in_one_process_count_apart() -> None:
    one, other = metrics(), metrics()
    one.unauthenticated()
    assert count(other, "mokuteki_unauthenticated_total") == 0


async def test_in_development_anybody_may_see_the_metrics() -> None:
    response = await ask(is_open=True, token=None)
    assert response.status_code == 200
    assert "mokuteki_edition 0.0" in response.text
    assert response.headers["content-type"].startswith("text/plain")


async def test_in_production_the_bearer_of_the_token_may_see_them() -> None:
    assert (await ask(is_open=False, token=TOKEN, Authorization=f"Bearer {TOKEN}")).status_code == 200


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        (TOKEN, {}),
        (TOKEN, {"Authorization": "Bearer canary"}),
        (TOKEN, {"Authorization": f"Basic {TOKEN}"}),
        (None, {}),
        (None, {"Authorization": "Bearer None"}),
        (None, {"Authorization": "Bearer "}),
    ],
)
async def test_in_production_nobody_else_may(token: str | None, headers: Mapping[str, str]) -> None:
    response = await ask(is_open=False, token=token, **headers)
    assert (response.status_code, response.text) == (401, "")
    assert response.headers["www-authenticate"] == "Bearer"
