"""The purpose: why personal data is used, as it was announced."""

from dataclasses import dataclass
from datetime import date
from typing import Final

LAST_NUMBER: Final = 62
"""The greatest number of a purpose: what a person was shown is kept as the bits of a signed number of 64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """A leaf that can be declared, or an abstract parent that cannot.

    `within` names a purpose that this one stands or falls with: consent to it is needed too, and a hold on
    it holds this one. `number` is a bit number up to `LAST_NUMBER`, stable and never reused.
    """

    id: str
    parent: str
    within: str
    number: int
    abstract: bool
    announced_on: date | None
    ja: str
    en: str
    basis_ja: str
    basis_en: str

    def announced(self, today: date) -> bool:
        """Whether it was told to the public by this day in Japan; before, nobody declares it (APPI Art 21)."""
        return self.announced_on is not None and self.announced_on <= today

    def chain(self) -> tuple[str, ...]:
        """The purpose itself, then the one it is within."""
        return (self.id, self.within) if self.within else (self.id,)

    def row(self) -> tuple[str, ...]:
        """The purpose as its file holds it."""
        announced = self.announced_on.isoformat() if self.announced_on else ""
        abstract = "yes" if self.abstract else ""
        texts = (self.ja, self.en, self.basis_ja, self.basis_en)
        return (self.id, self.parent, self.within, str(self.number), abstract, announced, *texts)
