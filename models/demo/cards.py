"""Residence cards: made up, but with the layout, dates and terms that real ones have."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from string import ascii_uppercase

from models.demo.dice import Dice
from models.demo.nations import Nation
from models.demo.statuses import MONTHS, TERMS, Period, Status
from models.derived import PENDING_GRACE, PERMITTED_28_HOURS

NO_OTHER_ACTIVITY = "NONE"

_PERMANENT_YEARS = 7
_PERMANENT_MONTHS = 12 * _PERMANENT_YEARS
_LASTING_DAYS = 180
_LAPSED = 0.02
_LAPSED_DAYS = 150
_APPLIED_WHEN_LAPSED = 0.6
_APPLIED_BEFORE = 0.25
_APPLIES_BEFORE = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a residence card says; `pending` is whether an application to stay on waits for its decision."""

    number: str
    status: Status
    restriction: str
    other_activity: str
    period: Period
    issued_on: date
    stay_expires_on: date | None
    valid_until: date
    pending: bool


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def draw_card(dice: Dice, nation: Nation, today: date, *, lasting: bool = False) -> Card:
    """A card of somebody of this nationality; a lasting one has a stay that ends, and not soon."""
    while True:
        card = _card(dice, dice.draw(nation.statuses), today)
        if not lasting or _lasts(card, today):
            return card


def _lasts(card: Card, today: date) -> bool:
    return card.stay_expires_on is not None and card.stay_expires_on > today + timedelta(days=_LASTING_DAYS)


def _card(dice: Dice, status: Status, today: date) -> Card:
    terms = TERMS[status]
    period = dice.choice(terms.periods)
    issued, until = _dates(dice, period, today)
    stay = None if period is Period.INDEFINITE else until
    return Card(
        number=_number(dice),
        status=status,
        restriction=terms.restriction.value,
        other_activity=PERMITTED_28_HOURS if dice.chance(terms.other_activity) else NO_OTHER_ACTIVITY,
        period=period,
        issued_on=issued,
        stay_expires_on=stay,
        valid_until=until,
        pending=stay is not None and _pending(dice, stay, today),
    )


def _number(dice: Dice) -> str:
    """Two letters, eight digits, two letters (ICRRA Rules 19-6(5))."""
    before, after = ("".join(dice.choices(ascii_uppercase, k=2)) for _ in range(2))
    return f"{before}{dice.randrange(10**8):08d}{after}"


def _dates(dice: Dice, period: Period, today: date) -> tuple[date, date]:
    """The day of issue and the last day; a permanent resident's card runs seven years (ICRRA 19-5)."""
    months = MONTHS.get(period, _PERMANENT_MONTHS)
    if period is not Period.INDEFINITE and dice.chance(_LAPSED):
        issued = months_after(today - timedelta(days=dice.randint(1, _LAPSED_DAYS)), -months)
        return issued, months_after(issued, months)
    whole = (today - months_after(today, -months)).days
    issued = today - timedelta(days=dice.randrange(1, whole))
    return issued, months_after(issued, months)


def _pending(dice: Dice, stay: date, today: date) -> bool:
    """Some apply in the last two months, and wait on for up to two more."""
    near = stay - _APPLIES_BEFORE <= today <= stay + PENDING_GRACE
    return near and dice.chance(_APPLIED_WHEN_LAPSED if stay < today else _APPLIED_BEFORE)
