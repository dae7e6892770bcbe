"""Values made from a person's data so that most requesters never need the data itself."""

from datetime import date, timedelta
from enum import StrEnum

BANDS: tuple[tuple[str, int], ...] = (
    ("UNDER_18", 0),
    ("18-24", 18),
    ("25-29", 25),
    ("30-34", 30),
    ("35-39", 35),
    ("40-49", 40),
    ("50-59", 50),
    ("60+", 60),
)
"""Each band of ages and the age at which it begins, in whole years."""

PENDING_GRACE = timedelta(days=61)
"""How long a stay goes on past its end while an application is pending: two months (ICRRA 20(6), 21(4))."""


class WorkEligibility(StrEnum):
    """Whether the card allows work now; an expired date alone is no proof, so there are three answers."""

    ELIGIBLE = "ELIGIBLE"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    NEEDS_CHECK = "NEEDS_CHECK"


class WorkRestriction(StrEnum):
    """What the front of the residence card says about work (就労制限の有無)."""

    NONE = "NONE"
    BY_STATUS = "BY_STATUS"
    DESIGNATED = "DESIGNATED"
    NOT_PERMITTED = "NOT_PERMITTED"


PERMITTED_28_HOURS = "PERMITTED_28_HOURS"
"""Permission for other activity (資格外活動許可): up to 28 hours a week."""


def years_before(today: date, years: int) -> date:
    """The day on which somebody who turns `years` today was born; 29 February counts as 28."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return today.replace(year=today.year - years, day=28)


def age_band(birth: date | None, today: date) -> str | None:
    """The band of ages that a person born on `birth` is in."""
    if birth is None:
        return None
    for name, begins in reversed(BANDS):
        if birth <= years_before(today, begins):
            return name
    return BANDS[0][0]


def born_in(band: str, today: date) -> tuple[date | None, date | None]:
    """The birth dates of a band: later than the first (None: no bound), and up to the second."""
    names = [name for name, _ in BANDS]
    place = names.index(band)
    until = years_before(today, BANDS[place][1]) if place else None
    after = years_before(today, BANDS[place + 1][1]) if place + 1 < len(BANDS) else None
    return after, until


def initials(roman: str | None, _today: date) -> str | None:
    """`NGUYEN VAN AN` as `N. V. A.`."""
    return " ".join(f"{part[0].upper()}." for part in roman.split()) if roman else None


def email_masked(email: str | None, _today: date) -> str | None:
    """`lan@example.jp` as `l***@example.jp`."""
    if not email or "@" not in email:
        return None
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}***@{domain}"


def phone_masked(phone: str | None, _today: date) -> str | None:
    """All but the last two digits hidden."""
    return f"{'*' * (len(phone) - 2)}{phone[-2:]}" if phone else None


def work_eligibility(
    restriction: str | None,
    other_activity: str | None,
    stay_expires_on: date | None,
    pending: bool | int | None,  # noqa: FBT001 - a column, not an option
    today: date,
) -> str | None:
    """Whether work is allowed, from the card and the end of the stay (domain section 3).

    No card, no answer. A permanent resident's stay has no end. A stay that ended is `NOT_ELIGIBLE`, but
    `NEEDS_CHECK` while an application is pending.
    """
    if restriction is None:
        return None
    if stay_expires_on is None:
        free = restriction == WorkRestriction.NONE
        return (WorkEligibility.ELIGIBLE if free else WorkEligibility.NEEDS_CHECK).value
    if stay_expires_on < today:
        waiting = bool(pending) and today <= stay_expires_on + PENDING_GRACE
        return (WorkEligibility.NEEDS_CHECK if waiting else WorkEligibility.NOT_ELIGIBLE).value
    if restriction == WorkRestriction.NOT_PERMITTED:
        allowed = other_activity == PERMITTED_28_HOURS
        return (WorkEligibility.NEEDS_CHECK if allowed else WorkEligibility.NOT_ELIGIBLE).value
    if restriction == WorkRestriction.DESIGNATED:
        return WorkEligibility.NEEDS_CHECK.value
    return WorkEligibility.ELIGIBLE.value
