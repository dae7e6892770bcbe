"""An edition as a folder: what is written is read again as the same edition, and written again as the same bytes."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.edition import HERE, MODEL, Edition, shipped
from policies.folder import files, write
from policies.hidden import shown
from policies.table import COLUMNS
from tests.policies.world import declared, edition


def put(folder: Path, one: Edition) -> dict[str, bytes]:
    """Write an edition, and tell what stands in the folder then."""
    write(files(folder, one.tables(), one.model, declared()))
    return standing(folder)


def standing(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files of the checkout as they lie there: rules in a folder, the model beside it."""
    folder = tmp_path / "policies"
    copytree(HERE, folder, ignore=lambda _, names: [name for name in names if not name.endswith(".csv")])
    (tmp_path / MODEL).write_bytes((HERE.parent / MODEL).read_bytes())
    return folder


def test_a_new_folder_holds_everything_an_edition_is(tmp_path: Path) -> None:
    found = put(tmp_path / "rules", edition())
    assert set(found) == {MODEL, *(f"{table}.csv" for table in COLUMNS)}
    assert shipped({}, tmp_path / "rules").id == edition().id


def test_a_folder_read_and_written_again_has_the_same_bytes(tmp_path: Path) -> None:
    first = put(tmp_path, edition())
    assert put(tmp_path, shipped({}, tmp_path)) == first


def test_the_files_of_the_checkout_keep_their_shape(checkout: Path) -> None:
    before = standing(checkout)
    after = put(checkout, shipped(declared(), checkout))
    assert set(after) == set(before)
    assert "fields.csv" not in after
    assert (checkout.parent / MODEL).read_bytes() == (HERE.parent / MODEL).read_bytes()
    assert shipped(declared(), checkout).id == edition().id
    assert put(checkout, shipped(declared(), checkout)) == after


def test_a_field_in_another_category_than_in_code_is_written_down(checkout: Path) -> None:
    moved = shipped({**declared(), "User.phone": "unsorted"}, checkout)
    put(checkout, moved)
    assert shipped(declared(), checkout).id == moved.id != edition().id


def test_an_edition_without_a_decision_table_makes_none(tmp_path: Path) -> None:
    tables = {**edition().tables(), "decisions": []}
    without = Edition.from_tables(tables, edition().model)
    assert "decisions.csv" not in put(tmp_path, without)
    assert shipped({}, tmp_path).id == without.id


def test_a_decision_table_that_lost_its_rows_is_emptied(tmp_path: Path) -> None:
    put(tmp_path, edition())
    without = Edition.from_tables({**edition().tables(), "decisions": []}, edition().model)
    assert put(tmp_path, without)["decisions.csv"].count(b"\n") == 1
    assert shipped({}, tmp_path).id == without.id


def test_the_bytes_are_plain(tmp_path: Path) -> None:
    for name, content in put(tmp_path, edition()).items():
        assert b"\r" not in content, name
        assert content.endswith(b"\n"), name
        assert not content.startswith(b"\xef\xbb\xbf"), name
    assert b"\naccount," in (tmp_path / "rules.csv").read_bytes()


TEXT = st.text(st.characters(exclude_categories=["Cs"], include_characters='",\n\u3000'), max_size=12).map(
    lambda text: f"あ{shown(text)}."
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_text_goes_through_the_folder(tmp_path: Path, data: st.DataObject) -> None:
    tables = {table: [list(row) for row in rows] for table, rows in edition().tables().items()}
    for table, column in texts():
        row = data.draw(st.sampled_from(tables[table]))
        row[column] = data.draw(TEXT)
    one = Edition.from_tables(tables, edition().model)
    first = put(tmp_path, one)
    again = shipped({}, tmp_path)
    assert again.id == one.id
    assert put(tmp_path, again) == first


def texts() -> Iterator[tuple[str, int]]:
    """The columns that hold what people read."""
    for table, columns in COLUMNS.items():
        words = ("ja", "en", "note_ja", "note_en", "clause", "label_ja", "label_en", "help_ja", "help_en")
        yield from ((table, columns.index(word)) for word in words if word in columns)


def test_a_file_is_written_whole_or_left_as_it_was(tmp_path: Path) -> None:
    before = put(tmp_path, edition())
    (tmp_path / ".rules.csv.part").mkdir()
    changed = Edition.from_tables(edition().tables(), f"# another\n{edition().model}")
    with pytest.raises(IsADirectoryError):
        put(tmp_path, changed)
    assert (tmp_path / "rules.csv").read_bytes() == before["rules.csv"]
