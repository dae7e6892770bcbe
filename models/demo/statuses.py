"""The statuses of residence (ICRRA, tables 1 and 2), and what a card of each says of work and time."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from models.derived import WorkRestriction


class Status(StrEnum):
    """The statuses found among those who look for work, by their official English names."""

    ENGINEER = "Engineer/Specialist in Humanities/International Services"
    PROFESSIONAL = "Highly Skilled Professional (i)"
    BUSINESS = "Business Manager"
    INSTRUCTOR = "Instructor"
    NURSING = "Nursing Care"
    SKILLED_LABOR = "Skilled Labor"
    SKILLED_1 = "Specified Skilled Worker (i)"
    SKILLED_2 = "Specified Skilled Worker (ii)"
    TRAINEE_1 = "Technical Intern Training (i)"
    TRAINEE_2 = "Technical Intern Training (ii)"
    STUDENT = "Student"
    DEPENDENT = "Dependent"
    DESIGNATED = "Designated Activities"
    PERMANENT = "Permanent Resident"
    SPOUSE = "Spouse or Child of Japanese National"
    LONG_TERM = "Long-Term Resident"


class Period(StrEnum):
    """The periods of stay in use, as ISO 8601 durations."""

    FOUR_MONTHS = "P4M"
    SIX_MONTHS = "P6M"
    ONE_YEAR = "P1Y"
    FIFTEEN_MONTHS = "P1Y3M"
    TWO_YEARS = "P2Y"
    THREE_YEARS = "P3Y"
    FOUR_YEARS_AND_A_QUARTER = "P4Y3M"
    FIVE_YEARS = "P5Y"
    INDEFINITE = "INDEFINITE"


MONTHS: Mapping[Period, int] = MappingProxyType(
    {
        Period.FOUR_MONTHS: 4,
        Period.SIX_MONTHS: 6,
        Period.ONE_YEAR: 12,
        Period.FIFTEEN_MONTHS: 15,
        Period.TWO_YEARS: 24,
        Period.THREE_YEARS: 36,
        Period.FOUR_YEARS_AND_A_QUARTER: 51,
        Period.FIVE_YEARS: 60,
    }
)
"""How long each period is; an indefinite one has no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What goes with a status.

    Attributes:
        restriction: what the front of the card says about work.
        other_activity: the share of holders with permission for other activity.
        periods: the periods of stay that are granted.
        ages: the youngest and the oldest holder.
    """

    restriction: WorkRestriction
    other_activity: float = 0
    periods: tuple[Period, ...]
    ages: tuple[int, int]


_ODD = (Period.ONE_YEAR, Period.THREE_YEARS, Period.FIVE_YEARS)
_SHORT = (Period.FOUR_MONTHS, Period.SIX_MONTHS, Period.ONE_YEAR)
_STUDY = (Period.ONE_YEAR, Period.FIFTEEN_MONTHS, Period.TWO_YEARS, Period.FOUR_YEARS_AND_A_QUARTER)
_TRAINING = (Period.ONE_YEAR, Period.TWO_YEARS)
_HALF_YEARS = (Period.SIX_MONTHS, Period.ONE_YEAR)
_SKILLED = (Period.ONE_YEAR, Period.THREE_YEARS)
_BY_STATUS = WorkRestriction.BY_STATUS
_DESIGNATED = WorkRestriction.DESIGNATED
_FREE = WorkRestriction.NONE
_BARRED = WorkRestriction.NOT_PERMITTED

TERMS: Mapping[Status, Terms] = MappingProxyType(
    {
        Status.ENGINEER: Terms(restriction=_BY_STATUS, periods=_ODD, ages=(22, 48)),
        Status.PROFESSIONAL: Terms(restriction=_DESIGNATED, periods=(Period.FIVE_YEARS,), ages=(26, 50)),
        Status.BUSINESS: Terms(restriction=_BY_STATUS, periods=_ODD, ages=(28, 60)),
        Status.INSTRUCTOR: Terms(restriction=_BY_STATUS, periods=_ODD, ages=(22, 45)),
        Status.NURSING: Terms(restriction=_BY_STATUS, periods=_ODD, ages=(21, 42)),
        Status.SKILLED_LABOR: Terms(restriction=_BY_STATUS, periods=_ODD, ages=(26, 52)),
        Status.SKILLED_1: Terms(restriction=_DESIGNATED, periods=_SHORT, ages=(19, 42)),
        Status.SKILLED_2: Terms(restriction=_DESIGNATED, periods=_SKILLED, ages=(24, 48)),
        Status.TRAINEE_1: Terms(restriction=_BY_STATUS, periods=(Period.ONE_YEAR,), ages=(18, 32)),
        Status.TRAINEE_2: Terms(restriction=_BY_STATUS, periods=_TRAINING, ages=(19, 36)),
        Status.STUDENT: Terms(restriction=_BARRED, other_activity=0.93, periods=_STUDY, ages=(18, 30)),
        Status.DEPENDENT: Terms(restriction=_BARRED, other_activity=0.82, periods=_ODD, ages=(20, 45)),
        Status.DESIGNATED: Terms(restriction=_DESIGNATED, periods=_HALF_YEARS, ages=(20, 38)),
        Status.PERMANENT: Terms(restriction=_FREE, periods=(Period.INDEFINITE,), ages=(26, 64)),
        Status.SPOUSE: Terms(restriction=_FREE, periods=_ODD, ages=(22, 58)),
        Status.LONG_TERM: Terms(restriction=_FREE, periods=_ODD, ages=(18, 60)),
    }
)
