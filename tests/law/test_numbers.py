"""The figures of v1.3, as the constitution states them."""

from dataclasses import FrozenInstanceError
from datetime import time
from decimal import Decimal

import pytest

from allusetui.law.load import load
from allusetui.law.model import Band

LAW = load("v1.3")


@pytest.mark.clause("0.1")
def test_0_1_capital_is_split_40_30_and_the_rest() -> None:
    assert (LAW.sizing.split_gen, LAW.sizing.split_rev) == (Decimal("0.4"), Decimal("0.3"))


@pytest.mark.clause("0.3")
def test_0_3_a_quarter_a_symbol_and_both_google_shares_are_one() -> None:
    assert LAW.sizing.symbol_cap == Decimal("0.25")
    assert LAW.sizing.same_issuer == (("GOOG", "GOOGL"),)


@pytest.mark.clause("0.5")
def test_0_5_money_shares_are_exact() -> None:
    assert LAW.walk.slippage_cap * 3 == Decimal("0.15")


@pytest.mark.clause("0.9")
def test_0_9_a_drawdown_of_15_percent_pivots_and_95_percent_recovers() -> None:
    assert (1 - LAW.pivot.drawdown_floor, LAW.pivot.recovery, LAW.pivot.vix_below) == (
        Decimal("0.15"),
        Decimal("0.95"),
        30,
    )


@pytest.mark.clause("2.5")
def test_2_5_gen_and_mini_pivot_whatever_the_vix() -> None:
    assert [LAW.sleeves[kind].pivot_any_vix for kind in ("gen", "mini", "rev", "com")] == [True, True, False, False]


@pytest.mark.clause("0.12")
def test_0_12_the_looks_quicken_with_the_level() -> None:
    assert LAW.monitoring.period_s == (300, 60, 30, 0)


@pytest.mark.clause("1.1", "1.2", "1.3")
def test_1_1_to_1_3_entries_go_on_thursday_wednesday_and_monday_morning() -> None:
    windows = LAW.cadence.windows
    assert (windows["gen"].weekday, windows["rev"].weekday, windows["com"].weekday) == (3, 2, 0)
    for kind in ("gen", "rev", "com", "mini"):
        assert (windows[kind].opens, windows[kind].closes) == (time(9, 45), time(11))


@pytest.mark.clause("1.4", "1.5", "7.1")
def test_1_4_the_closing_afternoon_runs_in_order() -> None:
    afternoon = LAW.cadence.closing
    assert (afternoon.opens, afternoon.closes) == (time(14, 30), time(15, 45))
    assert (afternoon.prep_at, afternoon.close_otm_at, afternoon.relentless_at) == (
        time(15),
        time(15, 30),
        time(15, 40),
    )
    assert afternoon.report_cut == time(16, 30)


@pytest.mark.clause("1.7")
def test_1_7_an_early_close_moves_the_cut_two_hours_and_the_window_before_the_last_quarter_hour() -> None:
    early = LAW.cadence.early_closing
    assert (early.opens, early.closes, early.report_cut) == (time(12, 30), time(12, 45), time(14, 30))
    assert (early.prep_at, early.close_otm_at, early.relentless_at) == (time(12, 30), time(12, 40), time(12, 43))
    assert LAW.cadence.early_shift_hours == LAW.cadence.closing.report_cut.hour - early.report_cut.hour


@pytest.mark.clause("2.1", "3.2", "4.1")
def test_2_1_the_universes_and_a_mini_trades_what_gen_trades() -> None:
    assert LAW.sleeves.gen.universe == ("AAPL", "MSFT", "AMZN", "GOOG", "SPY", "QQQ", "IWM")
    assert LAW.sleeves.rev.universe == ("NVDA", "TSLA")
    assert LAW.sleeves.com.universe == ("AAPL", "MSFT", "AMZN", "GOOGL", "NVDA", "TSLA", "META")
    assert LAW.sleeves.mini == LAW.sleeves.gen
    assert LAW.cadence.windows.mini == LAW.cadence.windows.gen
    assert set(LAW.etfs) < set(LAW.sleeves.gen.universe)


@pytest.mark.clause("2.2", "3.2", "4.1")
def test_2_2_the_bands_of_delta_and_days() -> None:
    bands = {kind: (LAW.sleeves[kind].dte, LAW.sleeves[kind].delta) for kind in ("gen", "rev", "com")}
    assert {kind: (dte.low, dte.high) for kind, (dte, _) in bands.items()} == {
        "gen": (0, 1),
        "rev": (3, 5),
        "com": (5, 5),
    }
    assert [(delta.low, delta.high) for _, delta in bands.values()] == [(0.40, 0.45), (0.30, 0.35), (0.20, 0.25)]
    stress = LAW.sleeves.gen.stress_dte
    assert stress is not None
    assert (stress.low, stress.high) == (1, 3)


@pytest.mark.clause("2.3", "3.3")
def test_3_3_rev_prepares_its_roll_half_an_atr_later() -> None:
    assert LAW.sleeves.rev.roll_trigger_atr - LAW.sleeves.gen.roll_trigger_atr == 0.5


@pytest.mark.clause("4.2", "6.5", "6.6")
def test_4_2_a_call_is_bought_back_at_35_percent_of_its_credit() -> None:
    assert LAW.covered_call.profit_ask == Decimal("0.35")
    assert LAW.covered_call.early_profit_ask == Decimal("0.70")


@pytest.mark.clause("6.1", "6.2", "6.3", "6.4")
def test_6_1_the_levels_are_one_two_and_three_atr() -> None:
    assert LAW.protocol.level_atr == (1.0, 2.0, 3.0)
    assert (LAW.protocol.fall_margin, LAW.protocol.fall_looks) == (0.1, 2)


@pytest.mark.clause("6.10")
def test_6_10_a_roll_may_cost_half_the_credit() -> None:
    assert (LAW.roll.cost_cap, LAW.roll.expiries, LAW.roll.min_days) == (Decimal("0.5"), 3, 1)


@pytest.mark.clause("6.12", "6.13", "6.14")
def test_6_12_the_tiers_are_50_65_and_80() -> None:
    assert (LAW.breakers.hedged_week, LAW.breakers.safe, LAW.breakers.halt) == (50, 65, 80)


@pytest.mark.clause("8.1", "8.2")
def test_8_1_liquidity_is_500_100_5_percent_and_a_tenth_of_the_volume() -> None:
    floor = LAW.liquidity
    assert (floor.open_interest, floor.volume, floor.spread, floor.adv_share) == (
        500,
        100,
        Decimal("0.05"),
        Decimal("0.1"),
    )


@pytest.mark.clause("3.5", "4.4")
def test_3_5_a_gain_pays_30_percent_tax_and_17_and_a_half_percent_leaps() -> None:
    assert (LAW.reinvest.tax_share, LAW.reinvest.leaps_of_gain) == (Decimal("0.3"), Decimal("0.175"))


@pytest.mark.clause("5.6")
def test_5_6_a_profit_of_200_percent_is_three_times_the_cost() -> None:
    assert LAW.hedging.release_multiple == 3


@pytest.mark.clause("12.1")
def test_12_1_preservation_names_a_week_before_all_others() -> None:
    assert LAW.week_type.order == ("Preservation", "Hedged", "Assignment", "Roll", "Earnings-Filter", "Calm-Income")


def test_a_band_holds_its_ends() -> None:
    band = Band[float](low=0.40, high=0.45)
    assert 0.40 in band and 0.45 in band and 0.46 not in band
    assert band.middle == pytest.approx(0.425)


def test_an_unknown_sleeve_is_not_found() -> None:
    with pytest.raises(KeyError):
        LAW.sleeves["hedge"]


@pytest.mark.clause("15.1")
def test_15_1_a_loaded_law_can_not_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        LAW.sizing.symbol_cap = Decimal("0.5")
    assert load("v1.3") is load("v1.3")
