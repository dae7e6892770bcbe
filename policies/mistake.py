"""The mistake: what is wrong with a policy, where, and what to do about it, in both languages."""

import csv
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

_FILE: Final = Path(__file__).parent / "check" / "sentences.csv"


class Severity(StrEnum):
    """What a mistake keeps an edition from."""

    REFUSED = "REFUSED"
    """It does not load."""
    WRONG = "WRONG"
    """It loads, and must be corrected before it is published."""
    OVERRIDABLE = "OVERRIDABLE"
    """It may be published once a second person accepted this, with a reason."""


class Sentence(NamedTuple):
    """What is wrong and the remedy, in each language; `{…}` stands for a name of the policy."""

    code: str
    severity: Severity
    en: str
    remedy_en: str
    ja: str
    remedy_ja: str


def _read() -> Mapping[str, Sentence]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        _, *lines = csv.reader(file)
    told = (Sentence(code, Severity(severity), *texts) for code, severity, *texts in lines)
    return MappingProxyType({each.code: each for each in told})


SENTENCES: Final = _read()
"""The sentences by code."""


OF_A_CELL: Final = frozenset(
    {
        *("NAME_MALFORMED", "NAME_UNKNOWN", "CATEGORY_UNKNOWN", "PARENT_NOT_ABSTRACT", "NUMBER_MALFORMED"),
        *("EFFECT_UNKNOWN", "WORD_NOT_ALLOWED"),
    }
)
"""Codes of a cell that holds one word; where it holds none, that is told instead of the word."""

BLANK: Final = ("the cell is empty", "空欄です")


class Mistake(NamedTuple):
    """One thing wrong in one place; row 1 is the header, row 0 stands for the table as a whole.

    Attributes:
        table: the table, or `casbin_model.conf` and the like.
        key: what no other row of the table has, as `row_key` makes it; blank where no row is meant.
        told: what the sentences name, by the place in them.
        near: the known names that come nearest to an unknown one.
        about: what tells it from others of the same code, row and column: a question.
    """

    code: str
    table: str
    row: int = 0
    column: str = ""
    key: str = ""
    told: tuple[tuple[str, str], ...] = ()
    near: tuple[str, ...] = ()
    about: str = ""

    @property
    def file(self) -> str:
        """The file it is in; fields that no file lists are declared in code."""
        in_code = "." in self.table or (self.table == "fields" and not self.row) or self.table == "edition"
        return self.table if in_code else f"{self.table}.csv"

    @property
    def severity(self) -> Severity:
        """What it keeps the edition from."""
        return SENTENCES[self.code].severity

    @property
    def id(self) -> str:
        """The same for the same mistake, wherever its row stands: an acceptance names it."""
        about = f":{self.about}" if self.about else ""
        return f"{self.code}:{self.table}:{self.key}:{self.column}{about}"

    @property
    def what(self) -> str:
        """What is wrong, in English."""
        return BLANK[0] if self._blank else self._fill(SENTENCES[self.code].en)

    @property
    def remedy(self) -> str:
        """What to do about it, in English."""
        if self.near:
            return f"did you mean {' or '.join(f'`{name}`' for name in self.near)}?"
        return self._fill(SENTENCES[self.code].remedy_en)

    @property
    def what_ja(self) -> str:
        """What is wrong, in Japanese."""
        return BLANK[1] if self._blank else self._fill(SENTENCES[self.code].ja)

    @property
    def remedy_ja(self) -> str:
        """What to do about it, in Japanese."""
        if self.near:
            return f"{'、'.join(f'`{name}`' for name in self.near)}のことですか"
        return self._fill(SENTENCES[self.code].remedy_ja)

    def text(self, lang: str) -> str:
        """Place, mistake and remedy in `ja` or `en`; in Japanese for any other language, which prevails."""
        if lang == "en":
            return str(self)
        return f"{self.place(lang)}：{self.what_ja}。{self.remedy_ja}。"

    def place(self, lang: str) -> str:
        """Where it is, in `ja` or `en`."""
        if lang == "en":
            row = f" row {self.row}" if self.row else ""
            column = f", column `{self.column}`" if self.column else ""
        else:
            row = f" {self.row}行目" if self.row else ""
            column = f"「{self.column}」" if self.column else ""
        return f"`{self.file}`{row}{column}"

    def __str__(self) -> str:
        return f"{self.place('en')}: {self.what}; {self.remedy}"

    @property
    def _blank(self) -> bool:
        return self.code in OF_A_CELL and not all(word for _, word in self.told)

    def _fill(self, sentence: str) -> str:
        return sentence.format_map(dict(self.told))


def mistake(  # noqa: PLR0913 - the parts of a place
    code: str,
    table: str,
    row: int = 0,
    column: str = "",
    key: str = "",
    /,
    *,
    near: Iterable[str] = (),
    about: str = "",
    **told: object,
) -> Mistake:
    """A mistake whose sentences name what is given beside its place."""
    return Mistake(code, table, row, column, key, named(told), tuple(near), about)


def listed(what: str, names: Iterable[str]) -> dict[str, str]:
    """Names as each language sets them apart: `{what_en}` and `{what_ja}` of sentences."""
    told = [f"`{each}`" for each in names]
    return {f"{what}_en": ", ".join(told), f"{what}_ja": "、".join(told)}


def named(told: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """What sentences name, as a mistake keeps it."""
    return tuple((name, str(each)) for name, each in told.items())


class PolicyError(Exception):
    """A policy that cannot be loaded, with every mistake in it."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))

    def __reduce__(self) -> tuple[type["PolicyError"], tuple[tuple[Mistake, ...]]]:
        """As another process passes it on."""
        return (PolicyError, (self.mistakes,))
