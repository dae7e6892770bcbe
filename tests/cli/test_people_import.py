"""`mokuteki people import`: people of a file through a served gateway, told line by line, and never in twice."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.test_register import NOTICE, USER, WRONG
from tests.cli.conftest import Mokuteki
from tests.cli.test_cli_serve import token
from tests.served import free_port, serving


def lines(*people: dict[str, Any]) -> str:
    return "\n".join(json.dumps({"user": person, "notice": NOTICE}, ensure_ascii=False) for person in people)


def person(name: str) -> dict[str, Any]:
    return {**USER, "email": f"{name}@mail.example"}


def test_a_file_of_people_comes_in_once_and_each_mistake_is_told(
    tmp_path: Path, mokuteki: Mokuteki, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, results = tmp_path / "people.jsonl", tmp_path / "results.jsonl"
    file.write_text(lines(*(person(f"import{n}") for n in range(60)), WRONG), encoding="utf-8")
    port = free_port()
    with serving(tmp_path, port) as http:
        monkeypatch.setenv("TOKEN", token(http, tmp_path, "frontend"))
        words = (
            "people",
            "import",
            str(file),
            "--url",
            f"http://127.0.0.1:{port}",
            "--results",
            str(results),
        )
        first = mokuteki(*words)
        assert (first.code, first.out) == (1, "60 registered, 1 not\n")
        assert "line 61: user.phone: " in first.err
        assert "0120" not in first.err
        told = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
        assert len({each["user"] for each in told}) == 61
        again = mokuteki(*words)
        assert (again.code, again.out) == (first.code, first.out)
        assert [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()] == told
        japanese = mokuteki(*words, "--language", "ja")
        assert "line 61: user.phone: " in japanese.err
        monkeypatch.setenv("TOKEN", token(http, tmp_path, "employer-a"))
        refused = mokuteki(*words)
        assert refused.code == 1
        assert "(PURPOSE_NOT_ALLOWED)" in refused.err


def test_a_line_that_is_no_json_and_a_gateway_that_is_not_there_are_told(
    tmp_path: Path, mokuteki: Mokuteki
) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text('{"user": {}}\nnothing\n', encoding="utf-8")
    ran = mokuteki("people", "import", str(file), "--token", "t", "--url", "http://127.0.0.1:9")
    assert ran.code == 1
    assert "line 2 is no JSON" in ran.err
    file.write_text('{"user": {}}\n', encoding="utf-8")
    ran = mokuteki("people", "import", str(file), "--token", "t", "--url", f"http://127.0.0.1:{free_port()}")
    assert ran.code == 1
    assert "run it again, nobody comes in twice" in ran.err
