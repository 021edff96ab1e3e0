"""The market's clock against the wall's: real time, faster, and faster still where nothing trades."""

from datetime import date, datetime

import pytest

from allusetui.domain.moment import HOUR_MS, MINUTE_MS, SECOND_MS, to_ms
from allusetui.market.calendars import calendar
from allusetui.runtime.pace import Pace, RealTime

DAYS = calendar(date(2026, 2, 2), date(2026, 6, 30))
MONDAY = to_ms(datetime(2026, 3, 2, 9, 25))
FRIDAY_EVENING = to_ms(datetime(2026, 3, 6, 16, 35))
NEXT_MORNING = to_ms(datetime(2026, 3, 9, 9, 25))


def test_a_minute_of_the_wall_is_an_hour_of_the_market_at_speed_60() -> None:
    pace = Pace(DAYS, 60, MONDAY, 100.0)
    assert pace.now_ms(100.0) == MONDAY
    assert pace.now_ms(160.0) == MONDAY + HOUR_MS
    assert pace.due_s(MONDAY + HOUR_MS) == pytest.approx(160.0)


def test_a_weekend_passes_sixty_times_as_fast_again() -> None:
    pace = Pace(DAYS, 60, FRIDAY_EVENING, 0.0)
    shut_s = (NEXT_MORNING - FRIDAY_EVENING) / SECOND_MS
    assert pace.due_s(NEXT_MORNING) == pytest.approx(shut_s / 3600)
    assert pace.now_ms(shut_s / 3600 + 1) == pytest.approx(NEXT_MORNING + MINUTE_MS, abs=1)


def test_real_time_is_real_time_at_night_too() -> None:
    pace = Pace(DAYS, 1, FRIDAY_EVENING, 0.0)
    assert pace.now_ms(3600.0) == FRIDAY_EVENING + HOUR_MS
    assert pace.due_s(NEXT_MORNING) == pytest.approx((NEXT_MORNING - FRIDAY_EVENING) / SECOND_MS)


@pytest.mark.parametrize("speed", [1, 60, 600, 0.5])
def test_the_clock_comes_to_an_instant_when_it_says_so(speed: float) -> None:
    pace = Pace(DAYS, speed, MONDAY, 7.0)
    for at_ms in range(MONDAY, MONDAY + 8 * 24 * HOUR_MS, 5 * HOUR_MS + 7):
        assert abs(pace.now_ms(pace.due_s(at_ms)) - at_ms) <= 1


def test_with_no_speed_nothing_is_waited_for() -> None:
    pace = Pace(DAYS, None, MONDAY, 5.0)
    assert pace.due_s(NEXT_MORNING) <= 5.0
    pace.reach(NEXT_MORNING, 6.0)
    assert pace.now_ms(99.0) == NEXT_MORNING


def test_what_was_lost_is_not_made_up() -> None:
    pace = Pace(DAYS, 60, MONDAY, 0.0)
    pace.reach(MONDAY + MINUTE_MS, 30.0)
    assert pace.now_ms(31.0) == MONDAY + 2 * MINUTE_MS


def test_time_never_goes_back() -> None:
    pace = Pace(DAYS, 60, MONDAY, 10.0)
    pace.reach(MONDAY - HOUR_MS, 11.0)
    assert pace.now_ms(11.0) == MONDAY
    assert pace.now_ms(9.0) == MONDAY


@pytest.mark.parametrize(
    ("at", "shut"),
    [
        (datetime(2026, 3, 2, 9, 24, 59), True),
        (datetime(2026, 3, 2, 9, 25), False),
        (datetime(2026, 3, 2, 16, 34, 59), False),
        (datetime(2026, 3, 2, 16, 35), True),
        (datetime(2026, 3, 7, 12, 0), True),
    ],
)
def test_shut_is_where_the_clock_may_hurry(at: datetime, shut: bool) -> None:
    assert Pace(DAYS, 60, MONDAY, 0.0).is_shut(to_ms(at)) is shut


def test_the_market_trades_from_its_open_to_its_close_alone() -> None:
    pace = Pace(DAYS, 1, MONDAY, 0.0)
    friday = [(datetime(2026, 3, 6, *clock), is_open) for clock, is_open in (((9, 29), False), ((9, 30), True))]
    early = [(datetime(2026, 3, 6, 15, 59), True), (datetime(2026, 3, 6, 16), False), (datetime(2026, 3, 7, 12), False)]
    assert [pace.trades(to_ms(at)) for at, _ in (*friday, *early)] == [is_open for _, is_open in (*friday, *early)]


def test_the_world_s_clock_never_goes_back_and_what_is_late_is_done_as_of_now() -> None:
    wall = {"ms": to_ms(datetime(2026, 3, 5, 10)), "s": 100.0}
    clock = RealTime(DAYS, lambda: wall["ms"], lambda: wall["s"])
    first_ms = clock.now_ms(100.0)
    assert clock.due_s(first_ms + 2_000) == 102.0
    assert clock.step_ms(first_ms - 60_000, 100.0) == first_ms  # a process that slept for a minute
    wall["ms"] -= 5_000  # somebody sets the clock
    assert (clock.instant(), clock.due_s(first_ms + 1_000)) == (first_ms, 101.0)
    clock.reach(first_ms - 60_000, 100.0)
    wall["ms"] += 6_000
    assert clock.instant() == first_ms + 1_000
    assert RealTime(DAYS, lambda: wall["ms"], lambda: wall["s"], first_ms + 9_000).instant() == first_ms + 9_000


def test_the_wall_s_own_clock_tells_when_it_was_set_and_how_far_the_session_is_ahead_of_it() -> None:
    wall_ms, wall_s = [MONDAY], [100.0]
    clock = RealTime(DAYS, lambda: wall_ms[0], lambda: wall_s[0])
    lead_s = clock.lead_s()
    assert clock.instant() == MONDAY and clock.behind_s() == 0
    wall_ms[0], wall_s[0] = MONDAY + SECOND_MS, 101.0
    assert clock.lead_s() == lead_s
    wall_ms[0] = MONDAY - HOUR_MS
    assert clock.instant() == MONDAY and clock.behind_s() == 3_600
    assert clock.lead_s() == lead_s - 3_601
