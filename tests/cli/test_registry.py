import json
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Mokuteki

ADD = ("client", "add", "x", "--role", "frontend", "--recipient", "internal")

pytestmark = pytest.mark.usefixtures("at_home")


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def user(var: Path, situation: str) -> str:
    return str(json.loads((var / "demo.json").read_text(encoding="utf-8"))["users"][situation])


def test_a_token_of_a_client_is_printed_alone(mokuteki: Mokuteki) -> None:
    ran = mokuteki("token", "employer-a", "--purpose", "service.application")
    assert (ran.code, ran.err) == (0, "")
    assert claims(ran.out.strip())["sub"] == "employer-a"
    assert claims(ran.out.strip())["scope"] == "purpose:service.application"


def test_a_token_of_a_user_speaks_for_the_person(mokuteki: Mokuteki, at_home: Path) -> None:
    who = user(at_home, "plain")
    said = claims(mokuteki("token", "frontend", "--user", who).out.strip())
    assert (said["sub"], said["role"], said["recipients"]) == (who, "user", ["person"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("token", "nobody"), "no active client is named `nobody`"),
        (("token", "frontend", "--user", "nobody"), "no user has this id"),
        (("token", "frontend", "--purpose", "service"), "no purpose that can be declared"),
        (("token", "frontend", "--purpose", "service.tea"), "no purpose that can be declared"),
        (("client", "revoke", "nobody"), "`nobody`: No client is named so"),
        (("client", "add", "a b", "--role", "employer", "--recipient", "employer-a"), "1 to 60"),
        (("client", "add", "x", "--role", "user", "--recipient", "person"), "a user is no client"),
        (("client", "add", "x", "--role", "employer", "--recipient", "bakery"), "no active recipient"),
        (("client", "add", "frontend", "--role", "frontend", "--recipient", "internal"), "take another name"),
        ((*ADD, "--scope", "category:tea"), "no category"),
        ((*ADD, "--scope", "purpose:tea"), "no purpose"),
        ((*ADD, "--scope", "tea"), "`--scope tea`: A scope is"),
        (("demo", "--people", "30"), "the database has people already"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(mokuteki: Mokuteki, words: tuple[str, ...], told: str) -> None:
    ran = mokuteki(*words)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("mokuteki: ")
    assert told in ran.err
    assert ran.err.count("\n") == 1


def test_a_client_is_added_listed_and_revoked(mokuteki: Mokuteki) -> None:
    added = mokuteki(
        *("client", "add", "bakery", "--role", "employer", "--recipient", "employer-b"),
        *("--scope", "purpose:service.application"),
    )
    assert added.code == 0
    assert len(added.out.strip()) == 43
    assert "bakery" in mokuteki("client", "list").out
    assert claims(mokuteki("token", "bakery").out.strip())["scope"] == "purpose:service.application"
    assert mokuteki("client", "revoke", "bakery").code == 0
    assert mokuteki("token", "bakery").code == 1


def test_the_handout_is_for_its_owner_alone(at_home: Path) -> None:
    assert (at_home / "demo.json").stat().st_mode & 0o777 == 0o600


def test_init_may_be_run_again(mokuteki: Mokuteki) -> None:
    ran = mokuteki("init")
    assert ran.code == 0
    assert "the database is ready, with edition 1 (" in ran.err
    assert ran.err.endswith(") in force\n")


def test_the_demonstration_is_refused_in_production(
    mokuteki: Mokuteki, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOKUTEKI_ENVIRONMENT", "production")
    monkeypatch.setenv("MOKUTEKI_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("MOKUTEKI_DATA_KEY", "k" * 43 + "=")
    ran = mokuteki("demo")
    assert ran.code == 1
    assert "for development" in ran.err


def test_a_client_is_held_to_documents_from_files_and_let_go(mokuteki: Mokuteki, tmp_path: Path) -> None:
    one, two = tmp_path / "one.graphql", tmp_path / "two.graphql"
    one.write_text("{ purposes { id } }\n", encoding="utf-8")
    two.write_text("{ recipients { id } }", encoding="utf-8")
    for words, told in (
        (("ad-network", str(one)), "is held to 1 registered documents"),
        (("ad-network", str(one), str(two)), "is held to 2 registered documents"),
        (("ad-network", str(two), "--anew"), "is held to 1 registered documents"),
        (("ad-network", "--any"), "may send any document"),
    ):
        ran = mokuteki("client", "documents", *words)
        assert (ran.code, ran.out) == (0, "")
        assert told in ran.err
    assert "any" in mokuteki("client", "list").out


@pytest.mark.parametrize(
    ("text", "words", "told"),
    [
        ("{ nothing }", ("frontend", "{file}"), ":1:3: "),
        ("{ purposes {", ("frontend", "{file}"), "is not GraphQL"),
        ("{ purposes { id } }", ("nobody", "{file}"), "`nobody`: No client is named so"),
        ("{ purposes { id } }", ("frontend", "{file}", "--any"), "name the files to register, or `--any`"),
        ("", ("frontend",), "name the files to register, or `--any`"),
        ("", ("frontend", "{file}.none"), "cannot be read as a text"),
    ],
)
def test_documents_that_cannot_be_registered_are_one_sentence(
    mokuteki: Mokuteki, tmp_path: Path, text: str, words: tuple[str, ...], told: str
) -> None:
    file = tmp_path / "a.graphql"
    file.write_text(text, encoding="utf-8")
    ran = mokuteki("client", "documents", *(word.format(file=file) for word in words))
    assert (ran.code, ran.out) == (1, "")
    assert told in ran.err.replace("\n", " ")
