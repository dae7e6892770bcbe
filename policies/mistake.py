"""The mistake: what is wrong with a policy, where, and what to do about it."""

from collections.abc import Iterable
from typing import NamedTuple


class Mistake(NamedTuple):
    """One thing wrong in one place; row 1 is the header, row 0 stands for the file as a whole."""

    file: str
    row: int
    column: str
    what: str
    remedy: str

    def __str__(self) -> str:
        row = f" row {self.row}" if self.row else ""
        column = f", column `{self.column}`" if self.column else ""
        return f"`{self.file}`{row}{column}: {self.what}; {self.remedy}"


class PolicyError(Exception):
    """A policy that cannot be loaded, with every mistake in it."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))
