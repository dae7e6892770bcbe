"""The words of an edition, with the labels of the fields that code declares."""

from dataclasses import dataclass
from functools import cached_property

from models.catalogue import catalogue
from policies import words


@dataclass(frozen=True)
class Words(words.Words):
    """Tells an edition in one language, `ja` or `en`; every field of personal data by its label."""

    @cached_property
    def _personal(self) -> dict[str, str]:
        return {path: self._pick(one.ja, one.en) for path, one in catalogue(self.edition).items()}
