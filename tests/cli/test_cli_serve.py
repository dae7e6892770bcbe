"""`mokuteki serve` as a newcomer meets it: a process of its own, asked over HTTP, stopped, started again."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from api.settings import CHECKOUT
from tests.served import environment, free_port, serving


def handout(var: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((var / "demo.json").read_text(encoding="utf-8"))
    return found


def token(http: httpx.Client, var: Path, client: str) -> str:
    known = handout(var)["clients"][client]
    form = {"grant_type": "client_credentials", "scope": "purpose:service.account"}
    answer = http.post("/oauth/token", data=form, auth=(known["client_id"], known["client_secret"]))
    return str(answer.json()["access_token"])


def email(http: httpx.Client, bearer: str, user: str) -> str:
    query = 'query ($id: ID!) @purpose(id: "service.account") { user(id: $id) { email } }'
    answer = http.post(
        "/graphql",
        json={"query": query, "variables": {"id": user}},
        headers={"Authorization": f"Bearer {bearer}"},
    )
    return str(answer.json()["data"]["user"]["email"])


def test_it_serves_from_nothing_and_keeps_its_data_when_started_again(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port) as http:
        first = handout(tmp_path)
        plain = first["users"]["plain"]
        asked = email(http, token(http, tmp_path, "frontend"), plain)
        assert "@" in asked
    with serving(tmp_path, port) as http:
        assert handout(tmp_path) == first
        assert email(http, token(http, tmp_path, "frontend"), plain) == asked
    for name in ("demo.json", "secret.key"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    told = (tmp_path / "serve.log").read_text(encoding="utf-8")
    assert told.count("migrated 0001") == 1
    assert told.count(f"Mokuteki serves on http://127.0.0.1:{port}") == 2
    assert asked not in told


def test_a_port_in_use_is_one_sentence_and_nothing_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "-m", "api", "serve"],
            cwd=CHECKOUT,
            env=environment(tmp_path, port),
            capture_output=True,
            text=True,
            check=False,
        )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"mokuteki: port {port} of `127.0.0.1` cannot be taken")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "mokuteki.db").exists()
