"""The question and its answer: may this field be released, and which rule says so."""

from dataclasses import dataclass
from typing import NamedTuple

from policies.vocabulary import Standing


class Question(NamedTuple):
    """Who asks to do what, why, with which field, for whom, and what is true; no identity of a user."""

    role: str
    action: str
    purpose: str
    field: str
    recipient: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or not; the rule that said so, or None where no rule spoke; under which edition."""

    allowed: bool = False
    rule: str | None = None
    edition: str = ""

    def __bool__(self) -> bool:
        return self.allowed
