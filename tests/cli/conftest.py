"""The command line as a person uses it: what it prints, where, and how it ends."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from typing import NamedTuple

import pytest

from api.cli.main import run
from policies.edition import HERE, MODEL
from tests.as_before import logging_as_before


def ended() -> int:
    """Run the command of `sys.argv` and tell how it ended."""
    try:
        with logging_as_before():
            run()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    return 0


class Ran(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Mokuteki = Callable[..., Ran]


@pytest.fixture
def mokuteki(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Mokuteki:
    """Run a command in this process, with the environment of the test."""

    def command(*words: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["mokuteki", *words])
        capsys.readouterr()
        code = ended()
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return command


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A copy of the shipped rules that a test may spoil."""
    folder = tmp_path / "policies"
    copytree(HERE, folder, ignore=lambda _, names: [name for name in names if not name.endswith(".csv")])
    (tmp_path / MODEL).write_text((HERE.parent / MODEL).read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def change(file: Path, old: str, new: str, times: int = 1) -> None:
    """Replace one text of a file that must be there; -1 times for each."""
    text = file.read_text(encoding="utf-8")
    assert old in text, old
    file.write_text(text.replace(old, new, times), encoding="utf-8")


@pytest.fixture(scope="module")
def at_home(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation of its own on each database, with thirty people; its `var` directory."""
    var = tmp_path_factory.mktemp("var")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOKUTEKI_VAR", str(var))
        patch.setenv("MOKUTEKI_DATABASE_URL", database_url)
        patch.setattr(sys, "argv", ["mokuteki", "demo", "--people", "30"])
        assert ended() == 0
        yield var
