"""A proof serves once, whichever of several workers it is shown to."""

import asyncio
import json
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from benchmarks.postgres import Server, execute
from models.inforce import LEASE
from tests.api.proofs import ath, new_key, proof
from tests.cli.fleet import Fleet, fleet

KEY = new_key()
QUERY = {"query": "{ purposes { id } }"}


@pytest.fixture(scope="module")
def two(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    name, var = f"test_{secrets.token_hex(6)}", tmp_path_factory.mktemp("var")
    asyncio.run(execute(postgres_server.dsn, f'CREATE DATABASE "{name}"'))
    try:
        with fleet(var, postgres_server.database(name), "--workers", "2") as made:
            yield made
    finally:
        asyncio.run(execute(postgres_server.dsn, f'DROP DATABASE "{name}" WITH (FORCE)'))


def get_token(two: Fleet) -> tuple[str, str, str]:
    """The issuer, a token bound to the key, and a nonce."""
    demo = json.loads((Path(two.environment["MOKUTEKI_VAR"]) / "demo.json").read_text(encoding="utf-8"))
    client, issuer = demo["clients"]["employer-a"], demo["url"]
    form = {
        "grant_type": "client_credentials",
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
    }
    nonce = None
    for status in (400, 200):
        made = proof(KEY, "POST", f"{issuer}/oauth/token", time.time(), nonce=nonce)
        response = two.request("POST", "/oauth/token", data=form, headers={"DPoP": made})
        assert response.status_code == status, response.text
        nonce = response.headers["dpop-nonce"]
    assert nonce is not None
    return issuer, response.json()["access_token"], nonce


def ask(two: Fleet, token: str, made: str) -> httpx.Response:
    headers = {"Authorization": f"DPoP {token}", "DPoP": made}
    return two.request("POST", "/graphql", json=QUERY, headers=headers)


def test_a_proof_that_one_worker_took_is_refused_by_the_other(two: Fleet) -> None:
    issuer, token, nonce = get_token(two)
    made = proof(KEY, "POST", f"{issuer}/graphql", time.time(), nonce=nonce, ath=ath(token))
    answers = []
    for worker in sorted(two.workers()):
        with two.only(worker):
            answers.append(ask(two, token, made))
    assert [each.status_code for each in answers] == [200, 401]
    assert 'error="invalid_dpop_proof"' in answers[1].headers["www-authenticate"]
    assert "shown before" in answers[1].headers["www-authenticate"]


def test_of_many_at_once_one_is_answered(two: Fleet) -> None:
    issuer, token, nonce = get_token(two)
    for _ in range(5):
        made = proof(KEY, "POST", f"{issuer}/graphql", time.time(), nonce=nonce, ath=ath(token))
        with ThreadPoolExecutor(8) as pool:
            statuses = pool.map(lambda _, made=made: ask(two, token, made).status_code, range(8))
            assert sorted(statuses) == [200, *[401] * 7]


def test_where_no_proxy_is_trusted_nobody_is_believed_about_who_calls(two: Fleet) -> None:
    two.command("client", "update", "employer-b", "--network", "192.0.2.0/24")
    token = two.command("token", "employer-b")
    time.sleep(LEASE)  # a changed record is obeyed when this is over
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        said = "for=192.0.2.1" if name == "Forwarded" else "192.0.2.1"
        headers = {"Authorization": f"Bearer {token}", name: said}
        answer = two.request("POST", "/graphql", json=QUERY, headers=headers).json()
        assert answer["errors"][0]["extensions"]["reason"] == "NETWORK_NOT_ALLOWED", name
    two.command("client", "update", "employer-b", "--network", "127.0.0.0/8")
    time.sleep(LEASE)
    answer = two.request("POST", "/graphql", json=QUERY, headers={"Authorization": f"Bearer {token}"})
    assert "errors" not in answer.json()
