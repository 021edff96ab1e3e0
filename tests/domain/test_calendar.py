"""The exchange's months: which expiry is a month's own."""

from datetime import date, timedelta

import pytest

from allusetui.market.calendars import calendar

CALENDAR = calendar(date(2007, 1, 2), date(2027, 12, 31))
VIX_2026 = [
    (1, 21), (2, 18), (3, 18), (4, 15), (5, 19), (6, 17), (7, 22), (8, 19), (9, 16), (10, 21), (11, 18), (12, 16),
]  # fmt: skip


@pytest.mark.clause("5.2")
def test_5_2_the_vix_settles_on_wednesdays_thirty_days_before_the_next_months_third_friday() -> None:
    # May: 19 June is a holiday and a third Friday, so that the VIX settles 30 days before the 18th, on a Tuesday.
    settled = {date(2026, month, day) for month, day in VIX_2026}
    days = {date(2026, 1, 1) + timedelta(days=n) for n in range(365)}
    months = {each for each in days if CALENDAR.is_vix_monthly(each)}
    assert months - set(filter(CALENDAR.is_monthly, days)) == settled | {CALENDAR.before(each).day for each in settled}


@pytest.mark.clause("5.2")
@pytest.mark.parametrize(
    ("settled", "last"),
    [
        (date(2026, 3, 18), date(2026, 3, 17)),
        # Good Friday was the next month's third Friday; on the last one Presidents' Day came before it.
        (date(2014, 3, 18), date(2014, 3, 17)),
        (date(2019, 3, 19), date(2019, 3, 18)),
        (date(2022, 3, 15), date(2022, 3, 14)),
        (date(2008, 2, 19), date(2008, 2, 15)),
        # Thirty days before the third Friday of July was a holiday.
        (date(2024, 6, 18), date(2024, 6, 17)),
    ],
)
def test_5_2_a_list_may_name_the_day_on_which_the_vix_settles_or_the_last_on_which_it_trades(
    settled: date, last: date
) -> None:
    wednesday = settled + timedelta(days=2 - settled.weekday())
    assert CALENDAR.is_vix_monthly(settled) and CALENDAR.is_vix_monthly(last)
    assert not any(CALENDAR.is_vix_monthly(each) for each in {wednesday, *weeklies(settled)} - {settled})


def weeklies(settled: date) -> set[date]:
    """The VIX's weekly expiries around a monthly one."""
    return {settled + timedelta(days=7 * weeks) for weeks in (-1, 1)}


@pytest.mark.clause("5.2")
def test_5_2_a_month_whose_settlement_lies_beyond_the_known_sessions_is_none() -> None:
    short = calendar(date(2026, 1, 2), date(2026, 4, 16))
    assert not short.is_vix_monthly(date(2026, 3, 18))


@pytest.mark.clause("5.2")
@pytest.mark.clause("17.2")
def test_5_2_other_months_are_third_fridays_or_the_session_before() -> None:
    assert CALENDAR.is_monthly(date(2026, 6, 18)) and CALENDAR.is_monthly(date(2026, 7, 17))
    assert not CALENDAR.is_monthly(date(2026, 7, 22))
