"""The retention: how records of provision are made, and the last day each must be kept (Rules 19 and 21)."""

from datetime import date
from enum import StrEnum

from models.derived import years_before


class ProvisionMethod(StrEnum):
    """How the records of what goes to a recipient are made: singly, together, or in a contract (Rule 19(2), (3))."""

    INDIVIDUAL = "INDIVIDUAL"
    BULK = "BULK"
    CONTRACT = "CONTRACT"


YEARS = {ProvisionMethod.INDIVIDUAL: 3, ProvisionMethod.BULK: 3, ProvisionMethod.CONTRACT: 1}
"""From the making of a single record; else from the last provision that the record tells of (Rule 21)."""


def retain_until(counted_from: date, method: ProvisionMethod = ProvisionMethod.INDIVIDUAL) -> date:
    """The last day a record must be kept, that day included; 29 February counts as 28 in other years.

    `counted_from` is the day in Japan on which a single record was made, or that of the last provision.
    """
    return years_before(counted_from, -YEARS[method])


def purgeable(kept_until: date, today: date) -> bool:
    """Whether a record may go: its last day is over in Japan."""
    return kept_until < today


def method_of(named: ProvisionMethod, contract: str, *, consented: bool) -> ProvisionMethod:
    """How a record is made where the register names a method for the recipient.

    A contract stands in for the record only where there is one, and only where the person `consented` to the provision
    (Rule 19(3)); else the record is made singly, and kept for longer.
    """
    if named is ProvisionMethod.CONTRACT and not (contract.strip() and consented):
        return ProvisionMethod.INDIVIDUAL
    return named
