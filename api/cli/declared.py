"""The declared: the fields of personal data and the guards of the code, kept in a list so that rules are checked at once.

Reading them off the models and the schema takes a second; a test holds the list to them.
"""

import csv
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

_FILE: Final = Path(__file__).with_name("declared.csv")

with _FILE.open(encoding="utf-8", newline="") as _file:
    _ROWS: Final = tuple(csv.DictReader(_file))

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {row["path"]: row["category"] for row in _ROWS if row["category"]}
)
"""The fields of personal data, each with the category that code declares."""

GUARDS: Final = tuple(row["path"] for row in _ROWS if not row["category"])
"""The paths that code asks about and that hold no personal data."""
