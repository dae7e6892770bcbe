from importlib.metadata import version

import pytest
from typer.main import get_command

from api.cli.main import app
from tests.cli.conftest import Mokuteki


def commands(command: object, *path: str) -> list[tuple[str, ...]]:
    below = getattr(command, "commands", None)
    if below is None:
        return [path]
    return [each for name, part in below.items() for each in commands(part, *path, name)]


EVERY = commands(get_command(app))


def test_the_commands_are_these() -> None:
    assert {" ".join(path) for path in EVERY} >= {
        *("serve", "init", "demo", "token", "schema"),
        *("client add", "client list", "client revoke"),
        *("policy check", "policy test", "policy show", "policy diff", "ledger export"),
    }


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_says_what_it_does_and_shows_an_example(
    mokuteki: Mokuteki, path: tuple[str, ...]
) -> None:
    ran = mokuteki(*path, "--help")
    assert ran.code == 0
    assert f"mokuteki {' '.join(path)}" in ran.out
    assert "Examples:" in ran.out


def test_the_version_is_told(mokuteki: Mokuteki) -> None:
    assert mokuteki("--version") == (0, f"mokuteki {version('mokuteki')}\n", "")


def test_a_wrong_setting_is_one_sentence(mokuteki: Mokuteki, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOKUTEKI_POOL_SIZE", "many")
    ran = mokuteki("client", "list")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("mokuteki: `MOKUTEKI_POOL_SIZE`")
    assert ran.err.count("\n") == 1


def test_a_database_that_does_not_open_is_one_sentence(
    mokuteki: Mokuteki, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOKUTEKI_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
    ran = mokuteki("client", "list")
    assert (ran.code, ran.out) == (1, "")
    assert "`MOKUTEKI_DATABASE_URL`" in ran.err
    assert ran.err.count("\n") == 1
