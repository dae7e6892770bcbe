"""The wrong: input that does not fit, told in both languages without repeating it."""

import csv
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from policies.banned import BANS

_FILE: Final = Path(__file__).with_name("sentences.csv")


class Sentence(NamedTuple):
    """What is expected instead, with an example; `{…}` stands for a number or a name of ours."""

    en: str
    ja: str

    def of(self, language: str) -> str:
        """The sentence in `ja`, or else in English."""
        return self.ja if language == "ja" else self.en


def read_sentences(path: Path) -> Mapping[str, Sentence]:
    """The sentences of a file by code."""
    with path.open(encoding="utf-8", newline="") as file:
        told = {row["code"]: Sentence(row["en"], row["ja"]) for row in csv.DictReader(file)}
    return MappingProxyType(told)


SENTENCES: Final[Mapping[str, Sentence]] = MappingProxyType(
    {**read_sentences(_FILE), **{code: Sentence(ban.en, ban.ja) for code, ban in BANS.items()}}
)
"""The sentences by code."""


class Wrong(ValueError):  # noqa: N818 - it names the fault, as a sentence does
    """Input that does not fit.

    It is made of a code and of values of ours (limits, choices), never of the input, so it may be answered and
    logged. Raise it outside an `except` block: the exception it would else carry along may hold the input.

    Attributes:
        code: such as `PHONE_LENGTH`.
        en, ja: one sentence with the remedy, in each language.
        argument: which argument it is about, such as `address.city`, where a function takes several.
    """

    def __init__(self, code: str, /, **told: int | str) -> None:
        sentence = SENTENCES[code]
        self.code = code
        self.en = sentence.en.format(**told)
        self.ja = sentence.ja.format(**told)
        self.argument = ""
        super().__init__(self.en)

    def at(self, path: str) -> "Mistake":
        """The mistake at this path; what the raising functions held is let go."""
        self.argument = path
        return Mistake(path, self.with_traceback(None))


class Mistake(NamedTuple):
    """One thing wrong with an input object, and the path of the field: `address.postalCode`."""

    path: str
    wrong: Wrong
