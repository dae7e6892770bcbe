"""`mokuteki serve` as a newcomer meets it: a process of its own, asked over HTTP, stopped, started again."""

import json
import shutil
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
    with serving(tmp_path, port, from_nothing=True) as http:
        kept = {each.name: each.stat().st_mode & 0o777 for each in tmp_path.iterdir()}
        del kept["serve.log"]
        assert {"mokuteki.db", "mokuteki.db-wal", "secret.key", "demo.json"} <= set(kept)
        assert set(kept.values()) == {0o600}
        first = handout(tmp_path)
        plain = first["users"]["plain"]
        asked = email(http, token(http, tmp_path, "frontend"), plain)
        assert "@" in asked
    with serving(tmp_path, port) as http:
        assert handout(tmp_path) == first
        assert email(http, token(http, tmp_path, "frontend"), plain) == asked
    told = (tmp_path / "serve.log").read_text(encoding="utf-8")
    assert told.count("migrated 0001") == 1
    assert told.count(f"Mokuteki serves on http://127.0.0.1:{port}; Ctrl+C stops it") == 2
    assert asked not in told


def test_what_it_logs_of_itself_is_when_it_started_and_stopped(tmp_path: Path) -> None:
    with serving(tmp_path, free_port()):
        pass
    told = (tmp_path / "serve.log").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line)["event"] for line in told if line.startswith("{")]
    assert events == ["server.started", "server.stopping", "server.stopped"]
    started = next(place for place, line in enumerate(told) if "server.started" in line)
    assert next(place for place, line in enumerate(told) if "serves on" in line) > started


def test_the_end_of_make_is_the_end_of_the_gateway(tmp_path: Path) -> None:
    venv = Path(sys.executable).parent
    make = (shutil.which("make") or "make", "-o", ".venv/.installed", "serve", f"BIN={venv}")
    with serving(tmp_path, free_port(), make):
        pass
    assert '"server.stopped"' in (tmp_path / "serve.log").read_text(encoding="utf-8")


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
