"""What was confirmed: that people agree to being known to a recipient by related information (APPI Art 31)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The confirmation that holds, as a record of provision tells it (Art 31(1), Rule 28).

    Attributes:
        id: of the confirmation, made on `on_day`.
        foreign_informed: it was confirmed too that people were told of the recipient's country (Art 31(1)(ii)).
    """

    id: str
    on_day: date
    foreign_informed: bool
