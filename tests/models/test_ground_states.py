"""Properties of grounds: an end, a lapse or a day more never makes hold what did not, and each day has one answer."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.grounds.state import GroundState, checked, entrusted, jointly_used, runs, succeeded

DAY = timedelta(days=1)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
MAYBE = st.none() | DAYS
TEXTS = st.sampled_from(("", " ", "\u3000", "架空第1号"))
HOLDS = GroundState.HOLDS


@given(start=MAYBE, end=MAYBE, ended=MAYBE, today=DAYS)
def test_what_runs_lies_between_its_days_and_was_not_ended(
    start: date | None, end: date | None, ended: date | None, today: date
) -> None:
    holds = runs(start, end, ended, today) is HOLDS
    assert holds == (
        start is not None
        and start <= today
        and (end is None or today <= end)
        and (ended is None or today < ended)
    )


@given(start=MAYBE, end=MAYBE, ended=DAYS, today=DAYS)
def test_an_end_never_widens_and_closes_from_its_day_on(
    start: date | None, end: date | None, ended: date, today: date
) -> None:
    after = runs(start, end, ended, today) is HOLDS
    assert not after or runs(start, end, None, today) is HOLDS
    assert not after or today < ended


@given(start=MAYBE, end=MAYBE, sooner=DAYS, today=DAYS)
def test_a_shorter_term_never_widens(start: date | None, end: date | None, sooner: date, today: date) -> None:
    shorter = sooner if end is None else min(end, sooner)
    assert runs(start, shorter, None, today) is not HOLDS or runs(start, end, None, today) is HOLDS


@given(contract=TEXTS, start=DAYS, end=MAYBE, seen=MAYBE, days=st.integers(1, 731), ended=MAYBE, today=DAYS)
def test_an_entrustment_needs_all_of_it(  # noqa: PLR0913, PLR0917 - what it stands on
    contract: str,
    start: date,
    end: date | None,
    seen: date | None,
    days: int,
    ended: date | None,
    today: date,
) -> None:
    holds = entrusted(contract, start, end, seen, days, ended, today) is HOLDS
    assert not holds or runs(start, end, ended, today) is HOLDS
    assert not holds or (contract.strip() and today - (seen or start) <= days * DAY)
    longer = entrusted(contract, start, end, seen, days + 1, ended, today) is HOLDS
    later = entrusted(contract, start, end, (seen or start) + DAY, days, ended, today) is HOLDS
    assert not holds or (longer and later)


@given(reference=TEXTS, day=DAYS, ended=MAYBE, today=DAYS)
def test_a_succession_needs_its_document(reference: str, day: date, ended: date | None, today: date) -> None:
    holds = succeeded(reference, day, ended, today) is HOLDS
    assert holds == (bool(reference.strip()) and runs(day, None, ended, today) is HOLDS)


@given(
    items=st.lists(st.just("contact"), max_size=1),
    matters=st.lists(TEXTS, min_size=5, max_size=5),
    announced=st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis adds the zone
    ended=MAYBE,
    today=DAYS,
)
def test_a_joint_use_needs_all_five_matters(
    items: list[str], matters: list[str], announced: datetime | None, ended: date | None, today: date
) -> None:
    holds = jointly_used(items, matters, announced, ended, today) is HOLDS
    if not items or announced is None or not all(each.strip() for each in matters):
        assert not holds
    for place in range(5):
        fewer = [*matters[:place], " ", *matters[place + 1 :]]
        assert jointly_used(items, fewer, announced, ended, today) is GroundState.INCOMPLETE


@given(maintained=st.booleans(), due=MAYBE, today=DAYS)
def test_a_look_abroad_counts_through_the_day_on_which_the_next_is_due(
    maintained: bool,
    due: date | None,
    today: date,
) -> None:
    state = checked(maintained=maintained, due=due, today=today)
    assert (state is HOLDS) == (maintained and due is not None and today <= due)
    assert maintained or state is GroundState.NOT_MAINTAINED
    if due is not None and maintained:
        assert checked(maintained=True, due=due, today=due) is HOLDS
        assert checked(maintained=True, due=due, today=due + DAY) is GroundState.LAPSED
