"""The folder: an edition as files, each table as CSV beside the model, to be read, written and kept in git."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from policies.mistake import Mistake
from policies.plain_file import stands, write_plain
from policies.table import COLUMNS, DECISIONS, FIELDS, OPTIONAL, Sheets, read, read_text

HERE: Final = Path(__file__).parent
MODEL: Final = "casbin_model.conf"
_SHIPPED: Final = HERE.parent / MODEL
RULES: Final = "rules.csv"
NEEDED: Final = tuple(f"{table}.csv" for table in COLUMNS if table not in OPTIONAL)
"""The files of tables that no edition goes without."""


class Folder(NamedTuple):
    """What the files hold: the tables without their headers, the text of the model, and what is wrong with files."""

    sheets: Sheets
    model: str
    mistakes: list[Mistake]


def read_folder(folder: Path) -> Folder:
    """The files of an edition; the model stands in the folder, beside it, or is that of the checkout."""
    sheets, mistakes = read(folder)
    model, wrong = _model(model_of(folder))
    return Folder(sheets, model, mistakes if wrong is None else [*mistakes, wrong])


def model_of(folder: Path) -> Path:
    """Where the model of a folder stands."""
    places = (folder / MODEL, folder.resolve().parent / MODEL)
    return next((place for place in places if stands(place)), _SHIPPED)


def borrowed_model(folder: Path) -> Path | None:
    """The model that stands beside a folder and is taken for one of it, where that is not the one of the checkout."""
    place = model_of(folder)
    if place.parent == folder or place == _SHIPPED:
        return None
    return None if _model(place) == _model(_SHIPPED) else place


def _model(place: Path) -> tuple[str, Mistake | None]:
    """The text of a model, its lines ended by a line feed alone, and what is wrong with its file."""
    text, wrong = read_text(place, MODEL)
    return io.StringIO(text, newline=None).getvalue(), wrong


def files(
    folder: Path, tables: Mapping[str, Sequence[Sequence[str]]], model: str, declared: Mapping[str, str]
) -> dict[Path, bytes]:
    """Each file that an edition is in this folder, in UTF-8: the same edition gives the same bytes.

    A folder that holds an edition keeps its shape: one with this very model beside it gets none of its own, and a list
    of fields that says what code declares (path to category) is left out where there was none. Nothing is elsewhere.
    """
    kept = (folder / RULES).is_file()
    like_code = {row[0]: row[1] for row in tables[FIELDS]} == dict(declared)
    found = {folder / f"{table}.csv": _csv(COLUMNS[table], tables[table]) for table in COLUMNS}
    if kept and like_code and not (folder / f"{FIELDS}.csv").is_file():
        del found[folder / f"{FIELDS}.csv"]
    if not tables[DECISIONS] and not (folder / f"{DECISIONS}.csv").is_file():
        del found[folder / f"{DECISIONS}.csv"]
    place = model_of(folder)
    if not kept or place.parent == folder or _model(place) != (model, None):
        found[folder / MODEL] = model.encode()
    return found


def write(found: Mapping[Path, bytes]) -> None:
    """Write the files, each whole or not at all; no link is followed.

    Raises:
        OSError: one cannot be written, or stands there and is no file.
    """
    for path, content in found.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_plain(path, content)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Rows ended by a line feed, with quotes where a cell could not be read without them."""
    lines = _Lines()
    csv.writer(lines, lineterminator=_END).writerows((header, *rows))
    return "".join(lines).encode()


_END: Final = "\r\n"
"""What makes the writer of Python before 3.13 quote a cell with either sign of a new line."""


class _Lines(list[str]):
    """Takes what a writer of CSV gives, a row at a time."""

    def write(self, row: str) -> None:
        self.append(f"{row.removesuffix(_END)}\n")
