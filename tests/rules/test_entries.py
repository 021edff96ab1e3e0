"""§2–§4: which expiry and strike an entry takes, and in which sleeve."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from allusetui.domain.contract import Right
from allusetui.domain.quote import Slice
from allusetui.law.load import load
from allusetui.law.model import Band
from allusetui.market.calendars import calendar
from allusetui.rules.selection import StrikeRule, choose_expiry, choose_strike, slice_deltas
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, holding, option, situation

LAW = load("v1.3")
SESSIONS = calendar(date(2025, 12, 1), date(2027, 1, 29))
GEN, STRESS, REV, COM = Band(low=0, high=1), Band(low=1, high=3), Band(low=3, high=5), Band(low=5, high=5)
OUTSIDE = LAW.entry.dte_outside
MON, TUE, WED, THU, FRI = (date(2026, 3, day) for day in (2, 3, 4, 5, 6))
NEXT_MON, NEXT_TUE, NEXT_FRI = date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 13)


def expiry(listed: list[date], today: date, band: Band[int], longest: bool = False) -> tuple[date, bool] | None:
    """The chosen expiry, and whether it deviates."""
    found = choose_expiry(listed, today, band, SESSIONS, OUTSIDE, longest)
    return None if found is None else (found[0], found[1] is not None)


@pytest.mark.clause("2.2", "3.2", "4.1")
@pytest.mark.parametrize(("today", "band"), [(THU, GEN), (WED, REV), (MON, COM)])
def test_2_2_each_sleeves_own_day_reaches_the_friday_of_its_week(today: date, band: Band[int]) -> None:
    # Thu→Fri is 1 calendar day; Wed→Fri 2 days but 3 sessions; Mon→Fri 4 days but 5 sessions.
    assert expiry([FRI, NEXT_FRI], today, band) == (FRI, False)


@pytest.mark.clause("2.2", "1.1")
def test_2_2_before_good_friday_gen_reaches_the_expiry_of_its_own_day() -> None:
    thursday = date(2026, 4, 2)
    assert expiry([thursday, date(2026, 4, 10)], thursday, GEN) == (thursday, False)


@pytest.mark.clause("2.2")
def test_2_2_the_last_session_of_the_week_goes_before_an_expiry_nearer_the_middle() -> None:
    assert expiry([THU, FRI], THU, GEN) == (FRI, False)
    assert expiry([WED, THU, FRI, date(2026, 3, 7), date(2026, 3, 8)], WED, REV) == (FRI, False)


@pytest.mark.clause("2.2")
def test_2_2_without_the_weeks_last_session_the_expiry_nearest_the_bands_middle_the_later_on_a_tie() -> None:
    # From Tuesday, REV: Thursday 2 days, 3 sessions; Monday 6 days, 5 sessions: both 2 from the middle of 4.
    assert expiry([THU, NEXT_MON], TUE, REV) == (NEXT_MON, False)
    # From Wednesday without Friday's: Monday 5 days, Tuesday 6 days but 5 sessions. Monday is nearer to 4.
    assert expiry([NEXT_MON, NEXT_TUE], WED, REV) == (NEXT_MON, False)


@pytest.mark.clause("2.2")
def test_2_2_outside_the_band_the_nearest_counts_up_to_two_calendar_days_and_says_so() -> None:
    # The Wednesday before Thanksgiving: Friday is 2 days and 2 sessions away: one outside 0–1.
    eve = date(2026, 11, 25)
    assert expiry([date(2026, 11, 27), date(2026, 12, 4)], eve, GEN) == (date(2026, 11, 27), True)
    # COM on the Tuesday after a holiday: Friday is 3 days and 4 sessions: exactly two outside.
    assert expiry([date(2026, 5, 29), date(2026, 6, 5)], date(2026, 5, 26), COM) == (date(2026, 5, 29), True)
    # On Wednesday it would be three outside.
    assert expiry([FRI], WED, COM) is None


@pytest.mark.clause("2.2")
def test_2_2_three_days_outside_is_no_expiry() -> None:
    assert expiry([date(2026, 3, 8)], WED, GEN) is None  # 4 days: three outside 0–1
    assert expiry([date(2026, 3, 7)], WED, GEN) == (date(2026, 3, 7), True)
    assert expiry([], THU, GEN) is None


@pytest.mark.clause("2.2")
def test_2_2_stress_takes_the_longest_expiry_of_one_to_three_days() -> None:
    assert expiry([THU, FRI, NEXT_MON, NEXT_TUE], THU, STRESS, longest=True) == (NEXT_MON, False)  # 3 sessions
    assert expiry([THU, FRI, NEXT_FRI], THU, STRESS, longest=True) == (FRI, False)


def strike(deltas: list[float], rule: StrikeRule, asks: float = 1.0) -> tuple[Decimal, bool] | None:
    """The strike that a rule takes of 100, 101, 102… with these deltas, and whether it deviates."""
    size = len(deltas)
    counts = np.full(size, 1000, dtype=np.int64)
    row = Slice(
        "AAPL", FRI, Right.PUT, 0, tuple(Decimal(100 + i) for i in range(size)), np.full(size, 0.9),
        np.full(size, asks), counts, counts, counts, counts,
    )  # fmt: skip
    found = choose_strike(row, np.array(deltas), rule)
    return None if found is None else (row.strikes[found[0]], found[1] is not None)


GEN_RULE = StrikeRule(LAW.sleeves["gen"].delta, 0.425, LAW.entry.delta_outside)


@pytest.mark.clause("2.2")
def test_2_2_inside_the_band_the_strike_nearest_its_middle_is_taken() -> None:
    assert strike([0.39, 0.405, 0.42, 0.449, 0.46], GEN_RULE) == (Decimal(102), False)
    assert strike([0.30, 0.40], GEN_RULE) == (Decimal(101), False)  # the edges are inside
    assert strike([0.45, 0.4501], GEN_RULE) == (Decimal(100), False)


@pytest.mark.clause("2.2")
def test_2_2_a_tie_goes_to_the_lower_delta() -> None:
    assert strike([0.42, 0.43], GEN_RULE) == (Decimal(100), False)
    assert strike([0.43, 0.42], GEN_RULE) == (Decimal(101), False)


@pytest.mark.clause("2.2")
def test_2_2_with_none_inside_the_nearest_below_counts_down_to_ten_hundredths_and_says_so() -> None:
    assert strike([0.31, 0.38, 0.46], GEN_RULE) == (Decimal(101), True)  # .46 is nearer, but above
    assert strike([0.30, 0.46], GEN_RULE) == (Decimal(100), True)
    assert strike([0.2999, 0.46], GEN_RULE) is None
    assert strike([0.4501, 0.60], GEN_RULE) is None


@pytest.mark.clause("2.2")
def test_2_2_a_strike_that_nobody_offers_is_not_taken() -> None:
    assert strike([0.42, 0.43], GEN_RULE, asks=0.0) is None


@pytest.mark.clause("2.4", "3.4", "7.2")
def test_2_4_an_assigned_share_takes_the_call_nearest_20_delta_at_or_above_its_cost_the_higher_on_a_tie() -> None:
    calls = LAW.assigned_calls

    def rule(floor: int) -> StrikeRule:
        return StrikeRule(calls.delta, calls.delta_aim, 0.0, Decimal(floor), True)

    assert strike([0.30, 0.24, 0.21, 0.12], rule(100)) == (Decimal(102), False)
    assert strike([0.30, 0.24, 0.21, 0.12], rule(103)) == (Decimal(103), False)
    assert strike([0.30, 0.22, 0.18, 0.12], rule(100)) == (Decimal(102), False)  # both .02 away
    assert strike([0.30, 0.22, 0.05], rule(102)) == (Decimal(102), False)
    assert strike([0.30, 0.22, 0.0499], rule(102)) is None


@pytest.mark.clause("2.2")
def test_2_2_a_mid_at_or_below_intrinsic_has_delta_one_in_the_money_and_none_out_of_it() -> None:
    counts = np.full(3, 1000, dtype=np.int64)
    strikes = (Decimal(190), Decimal(200), Decimal(210))
    mids = np.array([0.0, 2.0, 10.0])  # 210 is worth its intrinsic value of 10 and not more
    row = Slice("AAPL", FRI, Right.PUT, 86_400_000, strikes, mids, mids, counts, counts, counts, counts)
    low, middle, high = slice_deltas(row, 200.0, 0, 0.0)
    assert (low, high) == (0.0, 1.0)
    assert 0.4 < middle < 0.5


def entered(
    day: str, symbol: str, lines: str, *more: str, account: str = "GEN", capital: int = 1_000_000, mode: str = "normal"
) -> Replayed:
    return replay_text(
        situation(
            f"{day}T09:44:00", f"{day}T09:46:00", {symbol: lines}, *more,
            accounts=(account,), capital=capital, mode=mode,
        )
    )  # fmt: skip


def plan(replayed: Replayed, right: str = "P") -> tuple[str, float, int, int, float]:
    """Expiry, strike, dte, quantity and delta of the one plan."""
    (row,) = [r["data"] for r in replayed.of("entry.planned") if r["data"]["contract"]["right"] == right]
    contract = row["contract"]
    return contract["expiry"], contract["strike"], row["dte"], row["quantity"], row["delta"]


@pytest.mark.clause("2.2")
def test_2_2_gen_sells_the_40_to_45_delta_put_of_the_next_day() -> None:
    day, price, dte, quantity, delta = plan(entered("2026-03-05", "AAPL", AAPL))
    assert (day, price, dte, quantity) == ("2026-03-06", 199.5, 1, 5)
    assert delta == pytest.approx(0.437, abs=0.003)


@pytest.mark.clause("2.2")
@pytest.mark.parametrize(
    ("listed", "day", "dte"),
    [("friday", "2026-03-06", 1), ("mon-wed-fri", "2026-03-09", 4), ("daily", "2026-03-09", 4)],
)
def test_2_2_stress_mode_sells_the_longest_put_of_one_to_three_days(listed: str, day: str, dte: int) -> None:
    found = plan(entered("2026-03-05", "AAPL", but(AAPL, expiries=f'"{listed}"'), mode="stress"))
    assert (found[0], found[2]) == (day, dte)  # Monday is the third session; dte tells calendar days
    assert 0.40 <= found[4] <= 0.45


@pytest.mark.clause("3.2")
def test_3_2_stress_mode_changes_nothing_for_rev() -> None:
    # Wed→Fri, 54.25 h, spot 180, iv .40: the band of .30 to .35 holds 177.5 to 178.5 or thereabouts.
    nvda = but(AAPL, spot=180.0, iv=0.4, expiries='"daily"')
    calm, stress = (plan(entered("2026-03-04", "NVDA", nvda, account="REV", mode=m)) for m in ("normal", "stress"))
    assert calm == stress
    assert (calm[0], calm[2]) == ("2026-03-06", 2)
    assert 0.30 <= calm[4] <= 0.35


@pytest.mark.clause("2.2")
def test_2_2_a_deviation_is_told_and_dte_counts_calendar_days() -> None:
    # Thanksgiving is Thursday: GEN enters on Wednesday and Friday is two days away.
    replayed = entered("2026-11-25", "AAPL", AAPL)
    assert plan(replayed)[0::2][:2] == ("2026-11-27", 2)
    assert "dte" in replayed.of("entry.planned")[0]["data"]["deviation"]
    assert entered("2026-03-05", "AAPL", AAPL).of("entry.planned")[0]["data"]["deviation"] is None


@pytest.mark.clause("2.2")
def test_2_2_without_an_expiry_or_a_strike_near_enough_the_symbol_is_skipped() -> None:
    # In dollars of 20 the nearest strikes to 200 are 180 (delta near 0) and 200 (.4934).
    (row,) = entered("2026-03-05", "AAPL", but(AAPL, strike_step=20)).of("entry.skipped", symbol="AAPL")
    assert row["data"]["reason"] == "no_strike"
    assert row["data"]["delta"] == pytest.approx(0.4934, abs=0.003)


@pytest.mark.clause("2.2")
def test_2_2_a_strike_up_to_ten_hundredths_below_the_band_is_sold_with_a_deviation() -> None:
    # Of 199 (.3817) and 200 (.4934) neither is inside .40–.45; the lower is .0183 below.
    replayed = entered("2026-03-05", "AAPL", but(AAPL, strike_step=1.0))
    (row,) = replayed.of("entry.planned")
    assert row["data"]["contract"]["strike"] == 199.0
    assert "delta" in row["data"]["deviation"]


@pytest.fixture(scope="module")
def monday() -> Replayed:
    """COM, 400 000: 350 AAPL at 200 (70 000), the rest idle; AAPL and MSFT have chains."""
    return replay_text(
        situation(
            "2026-03-02T09:44:00", "2026-03-02T09:50:00", dict.fromkeys(("AAPL", "MSFT"), but(AAPL, strike_step=1.0)),
            "[accounts.COM]\nequity = 400_000", holding("COM", "AAPL", 350, 190.0), accounts=("COM",), capital=None,
        )
    )  # fmt: skip


@pytest.mark.clause("4.1")
def test_4_1_com_writes_one_call_per_hundred_shares_at_20_to_25_delta_for_friday(monday: Replayed) -> None:
    day, _, dte, quantity, delta = plan(monday, "C")
    assert (day, dte, quantity) == ("2026-03-06", 4, 3)
    assert 0.20 <= delta <= 0.25
    (call,) = [r for r in monday.of("entry.planned") if r["data"]["contract"]["right"] == "C"]
    assert call["data"]["exposure"] == 0


@pytest.mark.clause("4.1", "6.8", "0.3")
def test_4_1_coms_idle_cash_enters_by_puts_at_the_same_band_calls_first(monday: Replayed) -> None:
    plans = [(r["data"]["contract"]["symbol"], r["data"]["contract"]["right"]) for r in monday.of("entry.planned")]
    assert plans == [("AAPL", "C"), ("AAPL", "P"), ("MSFT", "P")]
    for row in monday.of("entry.planned")[1:]:
        assert 0.20 <= row["data"]["delta"] <= 0.25
        assert {"4.1", "6.8"} <= set(row["clauses"])
    # Cap 100 000: AAPL has 70 000 in shares, so one put (about 195); MSFT five.
    assert [r["data"]["quantity"] for r in monday.of("entry.planned")] == [3, 1, 5]


@pytest.mark.clause("4.1")
def test_4_1_covered_shares_get_no_second_call() -> None:
    replayed = replay_text(
        situation(
            "2026-03-02T09:44:00", "2026-03-02T09:50:00", {"AAPL": but(AAPL, strike_step=1.0)},
            "[accounts.COM]\nequity = 60_000", holding("COM", "AAPL", 300, 190.0),
            option("COM", "AAPL", "2026-03-13", 210.0, "C", -2, 1.0, "2026-02-27"),
            accounts=("COM",), capital=None,
        )
    )  # fmt: skip
    assert plan(replayed, "C")[3] == 1
