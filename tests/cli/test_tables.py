"""What is printed for a terminal: no word is broken where there is no room, and nothing is left out."""

import re

import pytest
from rich.cells import cell_len
from rich.table import Column, Table

from api.cli.tables import tell
from api.cli.told import Teller, out, tell_line, visible

WORDS = (
    "service.application",
    "employer-b (employer)",
    "7fc4b694f5cea1cd82a71b190b73dd2a05d76e64a74462e5ddc9",
)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(out, "_width", 80)
    monkeypatch.setattr(out, "_height", 40)


def table() -> Table:
    made = Table(*(Column(name, overflow="fold") for name in ("why", "who", "hash")))
    made.add_row(*WORDS)
    made.add_row("service.matching", "frontend", "0ed48d4ccc9c")
    return made


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in capsys.readouterr().out.splitlines()]


@pytest.mark.usefixtures("terminal")
def test_a_table_without_room_is_told_row_by_row(capsys: pytest.CaptureFixture[str]) -> None:
    tell(table())
    assert told(capsys) == [
        *(f"{name:<4}  {word}" for name, word in zip(("why", "who", "hash"), WORDS, strict=True)),
        "",
        "why   service.matching",
        "who   frontend",
        "hash  0ed48d4ccc9c",
    ]


@pytest.mark.usefixtures("terminal")
def test_a_table_with_room_is_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(out, "_width", 120)
    tell(table())
    lines = told(capsys)
    assert any(all(word in line for word in WORDS) for line in lines)
    assert len(lines) == 6


def test_a_program_gets_each_row_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    tell(table())
    assert any(all(word in line for word in WORDS) for line in told(capsys))


@pytest.mark.usefixtures("terminal")
def test_a_line_is_broken_between_words(capsys: pytest.CaptureFixture[str]) -> None:
    text = " ".join(["service.application"] * 9)
    tell_line(text)
    lines = told(capsys)
    assert len(lines) == 3
    assert all(each == "service.application" for line in lines for each in line.split())


@pytest.mark.usefixtures("terminal")
def test_japanese_is_broken_where_no_name_is(capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "求人企業は、`service.application`のために、連絡先（`email`、`phone`）を読むことができるようになる。"
        * 4
    )
    tell_line(text)
    lines = told(capsys)
    assert "".join(lines) == text
    assert all(cell_len(line) <= 80 for line in lines)
    assert sum(line.count("`service.application`") for line in lines) == 4
    assert not any(line.startswith(("、", "。", "）")) for line in lines)


@pytest.mark.usefixtures("terminal")
def test_no_word_of_a_table_is_broken_where_there_is_room_for_each(
    capsys: pytest.CaptureFixture[str],
) -> None:
    columns = ("number", "id", "when", "by", "approved by", "why", "in force")
    cells = ("1", "0ed48d4ccc9c", "2025-10-20 00:49 JST", "shipped", "", "the edition of the checkout", "yes")
    made = Table(*(Column(name, overflow="fold") for name in columns))
    made.add_row(*cells)
    tell(made)
    words = {word for line in told(capsys) for word in line.split()}
    assert {word for cell in (*columns, *cells) for word in cell.split()} <= words


@pytest.mark.usefixtures("terminal")
def test_a_row_of_its_own_breaks_no_name_in_japanese(capsys: pytest.CaptureFixture[str]) -> None:
    made = Table(Column("理由", overflow="fold"), Column("hash", overflow="fold"))
    note = "`service.application`の連絡先を面接の前に渡すことを個人情報保護担当と合意したため" * 2
    made.add_row(note, "7fc4b694f5cea1cd82a71b190b73dd2a05d76e64a74462e5ddc9")
    tell(made)
    lines = told(capsys)
    assert sum(line.count("`service.application`") for line in lines) == 2
    assert lines[-1].endswith("7fc4b694f5cea1cd82a71b190b73dd2a05d76e64a74462e5ddc9")


def test_a_program_gets_a_line_whole(capsys: pytest.CaptureFixture[str]) -> None:
    text = " ".join(["service.application"] * 9)
    tell_line(text)
    assert told(capsys) == [text]


def test_no_text_has_a_say_over_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Colours, a title, another direction, and what asks the terminal to answer."""
    made = Table(Column("note"))
    made.add_row("\x1b[8mhidden\x1b]0;title\x07 \u202e:x:")
    Teller().print(made)
    assert any(r"\x1b[8mhidden\x1b]0;title\x07 \u202e:x:" in line for line in told(capsys))
    Teller().print("\x9b6n", markup=False)
    assert told(capsys) == [r"\x9b6n"]
    assert visible("一\u3000二\n三") == "一\u3000二\\n三"
