"""The figures that a trader is shown come from the same rules that decide."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from allusetui.domain.contract import Option, Right
from allusetui.domain.moment import to_ms
from allusetui.law.load import load
from allusetui.rules import explain
from allusetui.rules.situation import Situation
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, holding, operator, option, situation, tape

LAW = load()
CALM = but(AAPL, atr=4.0)


def seen(replayed: Replayed) -> Situation:
    engine = replayed.run.runtime.engine
    return Situation(LAW, replayed.run.calendar, engine.state, engine.volatile, replayed.run.end_ms)


def sleeve(replayed: Replayed, name: str = "COM") -> explain.SleeveFigures:
    return sleeve_of(seen(replayed), name)


def test_a_week_counts_from_the_last_report_cut_and_a_day_from_the_last_close() -> None:
    # 300 shares: +5.00 on Friday, +3.00 on Monday, +1.00 on Tuesday.
    moves = [
        tape("2026-03-06T11:00:00", AAPL=205.0), tape("2026-03-09T11:00:00", AAPL=208.0),
        tape("2026-03-10T10:30:00", AAPL=209.0),
    ]  # fmt: skip
    pause = operator("2026-03-06T09:31:00", "no_entries", "COM")
    text = situation(
        "2026-03-06T09:30:00", "2026-03-10T11:00:00", {"AAPL": AAPL}, holding("COM", "AAPL", 300, 200.0), pause, *moves,
        accounts=("COM",),
    )  # fmt: skip
    found = sleeve(replay_text(text))
    assert (found.day, found.week) == (Decimal(300) / 302_400, Decimal(1200) / 301_500)
    assert found.equity == 302_700 and found.drawdown == 0


def test_money_paid_in_is_no_gain_of_the_day_or_the_week() -> None:
    deposit = operator("2026-03-04T10:02:00", "deposit", "COM") + "\namount = 50000"
    text = situation(
        "2026-03-04T10:00:00", "2026-03-06T10:30:00", {"AAPL": AAPL}, holding("COM", "AAPL", 300, 200.0), deposit,
        operator("2026-03-04T10:01:00", "no_entries", "COM"), accounts=("COM",),
    )  # fmt: skip
    found = sleeve(replay_text(text))
    assert (found.equity, found.day, found.week) == (350_000, 0, 0)


def test_the_cap_that_binds_is_named_with_its_clause() -> None:
    calm = replay_text(situation("2026-03-04T10:00:00", "2026-03-04T10:05:00", {"AAPL": AAPL}, accounts=("GEN",)))
    assert (sleeve(calm, "GEN").ceiling, sleeve(calm, "GEN").cap) == (1, "0.2")
    assert (sleeve(calm, "REV").ceiling, sleeve(calm, "REV").cap) == (Decimal("0.5"), "0.3")
    vix = tape("2026-03-04T10:02:00", VIX=55.0)
    tense = replay_text(situation("2026-03-04T10:00:00", "2026-03-04T10:05:00", {"AAPL": AAPL}, vix, accounts=("GEN",)))
    assert (sleeve(tense, "GEN").ceiling, sleeve(tense, "GEN").cap) == (Decimal("0.5"), "6.12")
    assert (sleeve(tense, "REV").ceiling, sleeve(tense, "REV").cap) == (Decimal("0.25"), "0.3")


def test_an_account_over_its_margin_is_bound_by_it() -> None:
    # Ten puts 80 in the money bind 0.20 × 120 + 80 a share, 104,000 of a net liquidation of 125,000.
    text = situation(
        "2026-03-04T10:00:00", "2026-03-04T10:10:00", {"AAPL": but(AAPL, spot=120.0)},
        "[accounts.COM]\nequity = 125_000",
        option("COM", "AAPL", "2026-03-06", 200.0, "P", -10, 2.0, "2026-03-02"),
        fault("2026-03-04T10:00:00", "no_fill", "AAPL"), accounts=("COM",),
    )  # fmt: skip
    found = sleeve(replay_text(text))
    assert found.cap == "0.10" and found.ceiling == found.deployed


def test_what_comes_first_of_a_window_and_an_expiry_is_next() -> None:
    put = option("GEN", "AAPL", "2026-03-06", 190.0, "P", -3, 2.0, "2026-03-03")
    wed = situation("2026-03-04T10:00:00", "2026-03-04T10:05:00", {"AAPL": CALM}, put)
    assert sleeve(replay_text(wed), "GEN").next == explain.Step(_at("2026-03-05T09:45:00"), "enter")
    fri = situation("2026-03-06T10:00:00", "2026-03-06T10:05:00", {"AAPL": CALM}, put)
    assert sleeve(replay_text(fri), "GEN").next == explain.Step(_at("2026-03-06T14:30:00"), "expiry")


def _at(clock: str) -> int:
    return to_ms(datetime.fromisoformat(clock))


def test_a_missing_quote_makes_a_figure_infinitely_old_and_unknown() -> None:
    put = option("GEN", "AAPL", "2026-03-13", 200.0, "P", -3, 2.0, "2026-03-03")
    lost = fault("2026-03-04T10:01:00", "stale", "AAPL", "20m")
    s = seen(replay_text(situation("2026-03-04T10:00:00", "2026-03-04T10:09:00", {"AAPL": CALM}, put, lost)))
    (known,) = explain.positions(s)
    assert explain.is_stale(s, known.spot_age_s) and known.spot is not None and known.breach == 0
    gen = s.state.accounts["GEN"]
    never = explain.position(s, gen, Option("MSFT", date(2026, 3, 13), Decimal(200), Right.PUT))
    assert (never.spot, never.breach, never.now, never.next_look_ms) == (None, None, None, None)
    assert explain.is_stale(s, never.spot_age_s)


@pytest.mark.clause("0.11")
def test_0_11_the_delta_of_a_portfolio_is_told_in_shares() -> None:
    # 300 shares, 3 puts sold at the money a week out, each worth a little less than half a share of delta.
    put = option("COM", "AAPL", "2026-03-13", 200.0, "P", -3, 2.0, "2026-03-03")
    text = situation(
        "2026-03-04T10:00:00", "2026-03-04T10:09:00", {"AAPL": CALM}, holding("COM", "AAPL", 300, 200.0), put,
        accounts=("COM",),
    )  # fmt: skip
    s = seen(replay_text(text))
    com, gen = sleeve_of(s, "COM"), sleeve_of(s, "GEN")
    assert com.delta is not None and 440 < com.delta < 450
    assert gen.delta == 0
    s.volatile.option_quotes.clear()
    assert sleeve_of(s, "COM").delta is None


def sleeve_of(s: Situation, name: str) -> explain.SleeveFigures:
    return explain.sleeve(s, s.state.accounts[name])
