"""`mokuteki notices`: what became of each, without its person, and dead ones tried again by a named operator."""

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Mokuteki, Ran, ended
from tests.made import tables_in

PERSON = "9" * 26
NOTICE = """
INSERT INTO withdrawal_notices (id, user_id, recipient, purpose, withdrawn_at, state, tries, due_at, trouble)
VALUES (?, ?, 'employer-a', 'service.application', '2026-11-22 03:00:00+00:00', ?, 20,
        '2099-11-22 03:00:00+00:00', ?)
"""


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sqlite3.Connection:
    """An installation with one notice of each kind."""
    monkeypatch.setenv("MOKUTEKI_VAR", str(tmp_path))
    tables_in(tmp_path)
    monkeypatch.setattr("sys.argv", ["mokuteki", "init"])
    assert ended() == 0
    database = sqlite3.connect(tmp_path / "mokuteki.db", isolation_level=None)
    for name, state, trouble in (
        ("dead", "DEAD", "TOO_SLOW"),
        ("waits", "WAITING", None),
        ("done", "TAKEN", None),
    ):
        database.execute(NOTICE, (name, PERSON, state, trouble))
    return database


def rows(ran: Ran) -> list[tuple[str, ...]]:
    """The rows of a printed table, without its head."""
    lines = [line for line in ran.out.splitlines() if line.startswith("│")]
    return [tuple(cell.strip() for cell in line.strip("│").split("│")) for line in lines]


@pytest.mark.usefixtures("kept")
def test_notices_are_listed_without_their_people(mokuteki: Mokuteki) -> None:
    ran = mokuteki("notices", "list")
    assert ran.code == 0
    assert {row[0]: row[4] for row in rows(ran)} == {"dead": "DEAD", "waits": "WAITING", "done": "TAKEN"}
    assert PERSON not in ran.out
    (dead,) = rows(mokuteki("notices", "list", "--state", "DEAD"))
    assert dead == (
        *("dead", "employer-a", "service.application", "2026-11-22 12:00 JST"),
        *("DEAD", "20", "", "TOO_SLOW"),
    )
    mokuteki("recipient", "add", "bakery", "--kind", "employer", "--name", "架空パン株式会社")
    nothing = mokuteki("notices", "list", "--recipient", "bakery")
    assert (nothing.code, rows(nothing)) == (0, [])
    nobody = mokuteki("notices", "list", "--recipient", "nope")
    assert (nobody.code, nobody.out) == (1, "")
    assert nobody.err == "mokuteki: no recipient is named `nope`: `mokuteki recipient list` tells the names\n"


@pytest.mark.parametrize("words", [("dead",), ("--all",)])
def test_a_dead_one_is_tried_again_with_who_said_so_on_record(
    mokuteki: Mokuteki, kept: sqlite3.Connection, words: tuple[str, ...]
) -> None:
    ran = mokuteki("notices", "retry", *words, "--operator", "yamada")
    assert (ran.code, ran.err) == (0, "dead notices set to be tried again: 1\n")
    kept_now = kept.execute("SELECT state, tries FROM withdrawal_notices WHERE id = 'dead'").fetchall()
    assert kept_now == [("WAITING", 0)]
    changes = kept.execute("SELECT record, by, what, request_id FROM register_changes").fetchall()
    assert changes == [("dead", "cli:yamada", "RETRIED", None)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name the notices to try again, or give `--all`"),
        (("dead", "--all"), "name the notices to try again, or give `--all`"),
        (("dead", "waits"), "Only a dead notice is tried again by hand"),
        (("nothing",), "There is no notice of this id"),
    ],
)
def test_what_cannot_be_tried_again_is_told_in_one_line_and_nothing_changes(
    mokuteki: Mokuteki, kept: sqlite3.Connection, words: tuple[str, ...], told: str
) -> None:
    ran = mokuteki("notices", "retry", *words)
    assert ran.code == 1
    assert told in ran.err.replace("\n", " ")
    kept_now = kept.execute("SELECT state FROM withdrawal_notices WHERE id = 'dead'").fetchall()
    assert kept_now == [("DEAD",)]
