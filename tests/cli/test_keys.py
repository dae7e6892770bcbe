"""`mokuteki keys`: what it tells, what it does, and with which sentence it refuses."""

import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Mokuteki

WRONG = "the master key is not the one that wrapped the data keys of this database"


@pytest.fixture(scope="module", autouse=True)
def home(at_home: Path) -> Path:
    return at_home


def table(mokuteki: Mokuteki) -> list[list[str]]:
    """The rows of `keys show`: number, use, retired or not, how many rows."""
    ran = mokuteki("keys", "show")
    assert (ran.code, ran.err) == (0, "")
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in ran.out.splitlines() if "│" in line]
    return [[number, use, retired and "retired", people] for number, use, _made, retired, people in cells]


def test_the_keys_are_listed_with_their_rows_and_never_themselves(mokuteki: Mokuteki, home: Path) -> None:
    rows = table(mokuteki)
    assert [row[1:3] for row in rows] == [["cell", ""], ["mark", ""]]
    assert [0 < int(row[3]) <= 30 for row in rows] == [True, True]
    assert (home / "data.key").read_text() not in mokuteki("keys", "show").out


def test_a_rotation_tells_what_it_did_and_leaves_new_keys(mokuteki: Mokuteki) -> None:
    (cell, mark) = table(mokuteki)
    ran = mokuteki("keys", "rotate")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.replace("\n", " ") == (
        f"new keys were made; rows sealed anew: {cell[3]}; keys dropped: {cell[0]}, {mark[0]} "
    )
    first = max(int(cell[0]), int(mark[0])) + 1
    assert table(mokuteki) == [[str(first), *cell[1:]], [str(first + 1), *mark[1:]]]


def test_a_new_master_key_is_made_in_its_file_and_takes_over(
    mokuteki: Mokuteki, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, before = tmp_path / "new.key", table(mokuteki)
    ran = mokuteki("keys", "rewrap", "--to", str(file))
    assert (ran.code, ran.out) == (0, "")
    assert "keys wrapped anew: 2" in ran.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for command in (("keys", "show"), ("keys", "rotate"), ("client", "list"), ("token", "frontend")):
        refused = mokuteki(*command)
        assert (refused.code, refused.out) == (1, "")
        assert refused.err.startswith(f"mokuteki: {WRONG}: restore `MOKUTEKI_DATA_KEY`")
        assert refused.err.count("\n") == 1
    monkeypatch.setenv("MOKUTEKI_DATA_KEY_FILE", str(file))
    assert table(mokuteki) == before
    assert mokuteki("keys", "rewrap", "--to", str(home / "data.key")).code == 0
    monkeypatch.delenv("MOKUTEKI_DATA_KEY_FILE")
    assert table(mokuteki) == before


def test_a_file_that_is_no_master_key_changes_nothing(mokuteki: Mokuteki, tmp_path: Path) -> None:
    file = tmp_path / "other.key"
    file.write_text("something else")
    ran = mokuteki("keys", "rewrap", "--to", str(file))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "mokuteki: `--to` is no master key: set it to 32 random bytes in base64\n"
    assert file.read_text() == "something else"
    unwritable = mokuteki("keys", "rewrap", "--to", str(file / "below"))
    assert (unwritable.code, unwritable.err.count("\n")) == (1, 1)
    assert len(table(mokuteki)) == 2


def test_a_missing_master_key_is_refused_in_production(
    mokuteki: Mokuteki, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOKUTEKI_ENVIRONMENT", "production")
    monkeypatch.setenv("MOKUTEKI_SECRET_KEY", "s" * 40)
    ran = mokuteki("keys", "show")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("mokuteki: `MOKUTEKI_DATA_KEY` is required in production")


@pytest.mark.parametrize("command", ["show", "rotate"])
def test_a_database_that_is_not_there_is_not_made(
    mokuteki: Mokuteki, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    url = f"sqlite://{tmp_path / 'none.db'}"
    monkeypatch.setenv("MOKUTEKI_DATABASE_URL", url)
    ran = mokuteki("keys", command)
    assert ran.code == 1
    assert f"there is no database at `{url}` yet" in ran.err
    assert not list(tmp_path.iterdir())
