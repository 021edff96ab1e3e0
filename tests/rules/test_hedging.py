"""5.1, 5.2 and 6.11: what a breach of level 2 buys, with what money, and what stands in its way."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from allusetui.compose.run import build_run
from allusetui.domain.contract import Right
from allusetui.domain.quote import Slice
from allusetui.journal.memory import MemoryJournal
from allusetui.rules.hedging import HedgePick, call_month, hedge_call, hedge_put, nearest_strike, put_months
from allusetui.rules.ladder import Rungs
from allusetui.rules.situation import Situation
from allusetui.scenario.load import parse
from tests.replaying import Replayed, Silent, replay_text
from tests.rules.situations import AAPL, TRADED_VIX, but, fault, operator, option, situation, tape, told

SPX, XSP = "spot = 5000.0", "strike_step = 2.5"
ARMED = but(AAPL, atr=4.0)
PUT = option("GEN", "AAPL", "2026-01-23", 200.0, "P", -1, 20.00, "2026-01-13")
LEVEL_2 = tape("2026-01-14T10:30:00", AAPL=191.5)


def wednesday(*more: str, end: str = "2026-01-14T11:00:00", equity: str = "800_000", **symbols: str) -> Replayed:
    """GEN short one AAPL put of strike 200, at level 2 from 10:30 (breach 2.125) unless `more` says otherwise."""
    known = {"AAPL": ARMED, "SPX": SPX, "VIX": TRADED_VIX, **symbols}
    account = f"[accounts.GEN]\nequity = {equity}"
    return replay_text(situation("2026-01-14T09:00:00", end, known, account, PUT, *more, capital=None))


def bought(r: Replayed) -> dict[str, int]:
    return {x["data"]["contract"]["symbol"]: x["data"]["quantity"] for x in r.of("hedge.opened")}


def skipped(r: Replayed) -> list[tuple[str, Any]]:
    return [(x["data"]["reason"], x["data"]["price"]) for x in r.of("hedge.skipped")]


@pytest.mark.clause("6.11")
@pytest.mark.parametrize("spot", [187.0, 150.0], ids=["level 3", "far beyond"])
def test_6_11_a_gap_through_level_3_is_hedged_too_from_the_latch(spot: float) -> None:
    r = wednesday(tape("2026-01-14T10:30:00", AAPL=spot))
    assert r.of("stop.done")
    assert bought(r) == {"SPX": 1, "VIX": 11}
    assert told(r.of("hedge.planned")[0]) == told(r.of("order.intended", purpose="stop")[0])


@pytest.mark.clause("8.3")
@pytest.mark.clause("6.11")
def test_8_3_a_breach_that_only_the_buffer_shows_buys_no_hedge() -> None:
    # 193: breach 1.75; after 5 min of silence the buffer has moved by the whole ATR: 2.75.
    r = wednesday(tape("2026-01-14T10:00:00", AAPL=193.0), fault("2026-01-14T10:06:00", "stale", "AAPL", "20m"))
    assert [x["data"]["stale"] for x in r.of("protocol.level", to=2)] == [True]
    assert r.of("hedge.planned") == r.of("hedge.skipped") == []


@pytest.mark.clause("6.11")
@pytest.mark.clause("9.2")
def test_6_11_nothing_is_hedged_in_emergency() -> None:
    assert wednesday(LEVEL_2, operator("2026-01-14T10:00:00", "kill")).of("hedge.planned") == []


@pytest.mark.clause("5.2")
def test_5_2_what_one_kind_has_no_use_for_goes_to_the_other() -> None:
    # Budget 7,99x, 2/3 = 5,330 for puts, 1/3 = 2,665 for calls. No VIX chain: two puts of 3,715 fit 7,99x.
    assert bought(wednesday(LEVEL_2, fault("2026-01-14T09:40:00", "no_chain", "VIX"))) == {"SPX": 2}
    # No put: 7,99x / 230 = 34 calls.
    assert bought(wednesday(LEVEL_2, fault("2026-01-14T09:40:00", "no_chain", "SPX"))) == {"VIX": 34}


@pytest.mark.clause("8.1")
@pytest.mark.clause("5.2")
@pytest.mark.parametrize(("interest", "symbol", "count"), [(500, "SPX", 1), (499, "XSP", 14)])
def test_5_2_xsp_stands_for_an_spx_put_that_fails_a_filter(interest: int, symbol: str, count: int) -> None:
    # 5,330 / 372.5 = 14 puts on XSP.
    r = wednesday(LEVEL_2, SPX=but(SPX, oi=interest), XSP=XSP)
    assert bought(r) == {symbol: count, "VIX": 11}


@pytest.mark.clause("8.2")
def test_8_2_a_hedge_takes_no_more_than_a_tenth_of_the_days_volume() -> None:
    assert bought(wednesday(LEVEL_2, VIX=but(TRADED_VIX, volume=100)))["VIX"] == 10


@pytest.mark.clause("5.2")
@pytest.mark.clause("6.11")
def test_6_11_a_hedge_that_fits_nothing_is_told_once_a_week_with_the_price_of_a_contract() -> None:
    # 1 % of 20,000 less what the put has lost: 198; one VIX call costs 230 at mid, one SPX put 3,715.
    low = tape("2026-01-14T09:40:00", AAPL__iv=0.1)
    r = wednesday(low, LEVEL_2, equity="20_500", end="2026-01-15T11:00:00")
    assert skipped(r) == [("no_fit", 230.0)]
    assert r.of("hedge.skipped")[0]["clauses"] == ["6.11", "5.1", "5.2"]
    assert r.of("order.intended", purpose="hedge") == []


@pytest.mark.clause("6.11")
def test_6_11_a_skipped_hedge_does_not_use_up_the_week() -> None:
    # Nothing is listed until 10:40; the protocol's next look after that finds both.
    gone = [fault("2026-01-14T09:40:00", "no_chain", name, "60m") for name in ("SPX", "VIX")]
    stuck = fault("2026-01-14T09:40:00", "no_fill", "AAPL")
    r = wednesday(LEVEL_2, stuck, *gone)
    assert skipped(r) == [("no_fit", None)]
    assert bought(r) == {"SPX": 1, "VIX": 11}
    assert told(r.of("hedge.planned")[0]) == "10:40:00"


@pytest.mark.clause("0.2")
@pytest.mark.clause("6.11")
def test_0_2_a_hedge_takes_no_cash_that_secures_puts() -> None:
    # The put of strike 200 binds 20,000; cash is the equity and what the put was worth at the start, 385. The gain lets
    # the hedge have its 1.5 % of the equity, 290: one call, of at most 240.65 with its commission. Of 19,900 285 are
    # free, of 19,800 185.
    gain = "realized_quarter = 200_000"
    assert bought(wednesday(LEVEL_2, equity=f"19_900\n{gain}")) == {"VIX": 1}
    r = wednesday(LEVEL_2, equity=f"19_800\n{gain}")
    (row,) = r.of("hedge.skipped")
    assert (row["data"]["reason"], row["data"]["budget"], row["data"]["price"]) == ("budget", 10_000, 230)
    assert row["data"]["free_cash"] == 185
    assert row["clauses"] == ["6.11", "5.1", "0.2"]


@pytest.mark.clause("0.2")
@pytest.mark.clause("6.11")
@pytest.mark.parametrize(("vix", "bought_at_most"), [(18.2, 1), (21.0, 0)])
def test_0_2_a_hedge_that_grows_dearer_while_it_is_worked_takes_no_cash_that_secures_puts(
    vix: float, bought_at_most: int
) -> None:
    # As above 285 are free for one call of 230; it can't be filled before the VIX has moved. The put stays.
    up = (fault("2026-01-14T10:30:00", "no_fill", "VIX", "5s"), tape("2026-01-14T10:30:02", VIX=vix))
    kept = fault("2026-01-14T10:29:00", "no_chain", "AAPL", "30m")
    r = wednesday(LEVEL_2, kept, *up, equity="19_900\nrealized_quarter = 200_000", end="2026-01-14T10:35:00")
    assert [x["data"]["quantity"] for x in r.of("order.intended", purpose="hedge")] == [1]
    assert sum(bought(r).values()) == bought_at_most
    account = r.run.runtime.engine.state.accounts["GEN"]
    assert account.strike_cash == 20_000 <= account.cash


@pytest.mark.clause("5.1")
def test_5_1_a_release_refills_nothing() -> None:
    # What was bought at 10:30 is worth three times as much at 11:00 (VIX 60) and sold; the budget stays spent.
    r = wednesday(
        LEVEL_2, tape("2026-01-14T11:00:00", VIX=49.0), tape("2026-01-14T12:00:00", VIX=18.0), end="2026-01-14T12:30:00"
    )
    assert [x["data"]["reason"] for x in r.of("hedge.released")] == ["profit"]
    log = r.run.runtime.engine.state.accounts["GEN"].hedges
    assert log.spent == 3_715 + 2_530


@pytest.mark.clause("0.7")
@pytest.mark.clause("6.11")
def test_0_7_a_paused_account_is_asked_for_both_legs_and_buys_what_was_approved() -> None:
    paused = operator("2026-01-14T10:00:00", "pause", "GEN")
    keys = operator("2026-01-14T10:40:00", "refuse", "GEN"), operator("2026-01-14T10:41:00", "approve", "GEN")
    r = wednesday(LEVEL_2, paused, *keys)
    asked = [(x["data"]["purpose"], x["data"]["contract"]["symbol"]) for x in r.of("approval.requested")]
    assert sorted(asked) == [("hedge", "SPX"), ("hedge", "VIX"), ("roll", "AAPL")]
    assert bought(r) == {"SPX": 1}
    assert [x["data"]["purpose"] for x in r.of("order.sent")] == ["hedge"]
    assert r.of("hedge.opened")[0]["clauses"][:2] == ["0.7", "6.11"]


@pytest.mark.clause("0.7")
@pytest.mark.clause("6.11")
def test_0_7_a_refused_hedge_is_not_asked_for_again_until_the_account_resumes() -> None:
    paused = operator("2026-01-14T10:00:00", "pause", "GEN")
    refusals = [operator(f"2026-01-14T10:40:0{second}", "refuse", "GEN") for second in range(3)]
    r = wednesday(LEVEL_2, paused, *refusals)
    assert len(r.of("approval.requested")) == 3
    assert r.of("order.sent") == []
    r = wednesday(LEVEL_2, paused, *refusals, operator("2026-01-14T10:50:00", "resume", "GEN"))
    assert told(r.of("hedge.planned")[0])[:5] == "10:50"
    assert bought(r) == {"SPX": 1, "VIX": 11}


@pytest.mark.clause("0.7")
@pytest.mark.clause("6.11")
def test_0_7_hedge_prompts_are_withdrawn_when_the_level_falls() -> None:
    r = wednesday(LEVEL_2, operator("2026-01-14T10:00:00", "pause", "GEN"), tape("2026-01-14T10:40:00", AAPL=200.0))
    assert [x["data"]["decision"] for x in r.of("approval.decided")] == ["withdrawn"] * 3


@pytest.mark.clause("5.7")
@pytest.mark.clause("10.3")
def test_5_7_a_hedge_that_lives_to_its_expiry_is_settled_in_cash_and_told_of() -> None:
    held = option("GEN", "VIX", "2026-01-16", 15.0, "C", 2, 1.50, "2026-01-05")
    text = situation(
        "2026-01-16T15:00:00", "2026-01-16T17:00:00", {"VIX": TRADED_VIX}, "[accounts.GEN]\nequity = 100_000",
        held, operator("2026-01-16T15:00:00", "pause", "GEN"), capital=None,
    )  # fmt: skip
    (row,) = replay_text(text).of("hedge.released")
    # (18 - 15 - 1.50) x 100 x 2, no commission on settlement.
    assert [row["data"][key] for key in ("reason", "quantity", "profit")] == ["expiry", 2, 300.0]


# Which contract it is


def picks(day: date, rungs: Rungs | None = None) -> list[date | None]:
    """The expiries of the put and of the call that a hedge would take on a day at 10:00."""
    symbols = {"SPX": SPX, "VIX": but(TRADED_VIX, tick=0.01)}
    scenario = parse(situation(f"{day}T09:00:00", f"{day}T10:00:00", symbols), "test.toml")
    run = build_run(scenario, MemoryJournal(), Silent())
    run.go()
    engine = run.runtime.engine
    s = Situation(engine.law, engine.calendar, engine.state, engine.volatile, run.end_ms)
    spx, vix = (run.market.chain(symbol, run.end_ms) for symbol in ("SPX", "VIX"))
    assert spx is not None and vix is not None
    chosen = (hedge_put(s, spx, rungs or Rungs(), Decimal(1_000_000)), hedge_call(s, vix))
    return [pick.option.expiry if isinstance(pick, HedgePick) else None for pick in chosen]


@pytest.mark.clause("5.2")
@pytest.mark.clause("17.2")
@pytest.mark.parametrize(
    ("day", "put", "call"),
    [
        # 9 months is 10-14 (10-16 two days off), 6 months 07-14 (07-17).
        (date(2026, 1, 14), date(2026, 10, 16), date(2026, 7, 17)),
        # 9 months is 10-02: 10-16 is 14 days off, 09-18 too: the earlier. 6 months is 07-02: 07-17 15, 06-18 14 days
        # (Fri 06-19 is a holiday: the session before).
        (date(2026, 1, 2), date(2026, 9, 18), date(2026, 6, 18)),
    ],
)
def test_5_2_the_monthly_expiry_nearest_its_aim_the_earlier_on_a_tie(day: date, put: date, call: date) -> None:
    assert picks(day) == [put, call]


@pytest.mark.clause("5.2")
def test_5_2_the_call_on_the_vix_is_of_a_month_as_the_exchange_lists_it() -> None:
    """Wednesdays, of which all but one a month are weeklies; nothing of theirs is on a third Friday."""
    at_10 = situation("2026-01-14T09:00:00", "2026-01-14T10:00:00", {"SPX": SPX})
    engine = (run := build_run(parse(at_10, "test.toml"), MemoryJournal(), Silent())).runtime.engine
    run.go()
    s = Situation(engine.law, engine.calendar, engine.state, engine.volatile, run.end_ms)
    wednesdays = [date(2026, 1, 21) + timedelta(days=7 * weeks) for weeks in range(40)]
    # 6 months is 07-14: 07-22 is 8 days off, 06-17 is 27; of last sessions 07-21.
    assert call_month(s, wednesdays) == date(2026, 7, 22)
    assert call_month(s, [each - timedelta(days=1) for each in wednesdays]) == date(2026, 7, 21)
    assert put_months(s, wednesdays) == []


@pytest.mark.clause("17.3")
def test_17_3_a_rung_of_the_hedge_side_that_is_full_gives_way_to_the_next_nearest_month() -> None:
    # A million of puts makes any rung too large that is there already; 09-18 is the next nearest, then 11-20.
    full = {(2026, 10): Decimal(1), (2027, 1): Decimal(1), (2027, 2): Decimal(1)}
    assert picks(date(2026, 1, 14), Rungs(months=full))[0] == date(2026, 9, 18)
    assert picks(date(2026, 1, 14), Rungs(months={**full, (2026, 9): Decimal(1)}))[0] == date(2026, 11, 20)
    # Two rungs do not bind.
    two = {(2026, 10): Decimal(1), (2027, 1): Decimal(1)}
    assert picks(date(2026, 1, 14), Rungs(months=two))[0] == date(2026, 10, 16)


def row(*strikes: int) -> Slice:
    none, counts = np.zeros(len(strikes)), np.zeros(len(strikes), dtype=np.int64)
    listed = tuple(Decimal(strike) for strike in strikes)
    return Slice("SPX", date(2026, 10, 16), Right.PUT, 0, listed, none, none, counts, counts, counts, counts)


@pytest.mark.clause("5.2")
@pytest.mark.clause("17.2")
def test_5_2_the_strike_nearest_its_aim_inside_the_band_the_lower_on_a_tie() -> None:
    assert nearest_strike(row(4200, 4225, 4250, 4275), Decimal(4250)) == 2
    assert nearest_strike(row(4200, 4225, 4250, 4275), Decimal("4237.5")) == 1
    band = Decimal(4000), Decimal(4500)
    assert nearest_strike(row(3999, 4500), Decimal(4250), *band) == 1
    assert nearest_strike(row(3999, 4501), Decimal(4250), *band) is None
