"""Only `serve` and `init` publish: every other command decides by what is in force, and leaves it there."""

from pathlib import Path
from typing import NamedTuple

import pytest

import api.cli.shared
from api.cli.policy import edition_of
from tests.cli.conftest import Mokuteki, change

pytestmark = pytest.mark.usefixtures("at_home")


class Drafted(NamedTuple):
    """A checkout that was edited after the gateway began, and what was in force before."""

    folder: Path
    in_force: str


@pytest.fixture
def drafted(draft: Path, mokuteki: Mokuteki, monkeypatch: pytest.MonkeyPatch) -> Drafted:
    for file in (draft / "purposes.csv", draft / "rules.csv"):
        change(file, "service.matching", "service.introducing", times=-1)
    before = mokuteki("policy", "diff").err.split("(")[1]
    monkeypatch.setattr(api.cli.shared, "edition_of_checkout", lambda: edition_of(draft))
    return Drafted(draft, before)


@pytest.mark.parametrize(
    "words",
    [
        ("token", "frontend"),
        ("client", "list"),
        ("client", "add", "new", "--role", "frontend", "--recipient", "internal"),
        ("client", "documents", "employer-b", "--any"),
        ("client", "revoke", "analytics"),
        ("demo", "--people", "30"),
        ("policy", "show"),
        ("policy", "check"),
        ("policy", "test"),
        ("policy", "impact"),
        ("policy", "replay"),
        ("policy", "evidence"),
        ("policy", "drafts"),
        ("schema",),
        ("keys", "show"),
        ("keys", "rotate"),
        ("ledger", "export", "--purpose", "compliance.security", "--operator", "sato"),
    ],
    ids=" ".join,
)
def test_a_command_leaves_the_edition_in_force_alone(
    mokuteki: Mokuteki, drafted: Drafted, words: tuple[str, ...]
) -> None:
    ran = mokuteki(*words)
    assert "already" in ran.err if words[0] == "demo" else ran.code == 0
    assert mokuteki("policy", "diff").err.split("(")[1] == drafted.in_force


@pytest.mark.usefixtures("drafted")
def test_a_scope_is_checked_by_the_edition_in_force(mokuteki: Mokuteki) -> None:
    words = ("client", "add", "narrow", "--role", "frontend", "--recipient", "internal", "--scope")
    ran = mokuteki(*words, "purpose:service.introducing")
    assert ran.code == 1
    assert "`--scope purpose:service.introducing`: This is no purpose" in ran.err
    assert mokuteki(*words, "purpose:service.matching").code == 0
    assert mokuteki("token", "frontend", "--purpose", "service.matching").code == 0


@pytest.mark.parametrize("words", [("token", "frontend"), ("client", "list")], ids=" ".join)
def test_without_a_database_none_is_made(
    mokuteki: Mokuteki, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOKUTEKI_VAR", str(tmp_path))
    monkeypatch.delenv("MOKUTEKI_DATABASE_URL", raising=False)
    ran = mokuteki(*words)
    assert (ran.code, ran.out) == (1, "")
    assert "run `mokuteki init` or `mokuteki serve` first" in ran.err
    assert not list(tmp_path.glob("*.db*"))
    monkeypatch.setenv("MOKUTEKI_DATABASE_URL", f"sqlite://{tmp_path / 'empty.db'}")
    (tmp_path / "empty.db").touch()
    ran = mokuteki(*words)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "mokuteki init" in ran.err
