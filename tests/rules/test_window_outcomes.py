"""1.6 and the end of §9: what an entry window reports of each symbol, and the reason that counts."""

import pytest

from allusetui.law.load import load
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, holding, operator, outcomes, situation, tape, told

LAW = load("v1.3")
MONDAY, THURSDAY = "2026-03-02T", "2026-03-05T"


def earnings(
    symbol: str, days: str, *others: str, accounts: tuple[str, ...] = ("GEN",), day: str = THURSDAY
) -> Replayed:
    tables = {symbol: but(AAPL, earnings=days), **dict.fromkeys(others, AAPL)}
    return replay_text(situation(day + "09:44:00", day + "09:46:00", tables, accounts=accounts))


@pytest.mark.clause("1.6")
@pytest.mark.parametrize("day", ["2026-03-02", "2026-03-05", "2026-03-06", "2026-03-08"])
def test_1_6_no_put_in_the_calendar_week_of_a_report(day: str) -> None:
    replayed = earnings("AAPL", f"[{day}]")
    assert outcomes(replayed, "entry.skipped", "AAPL") == [("09:45:00", "earnings")]
    assert "1.6" in replayed.of("entry.skipped", symbol="AAPL")[0]["clauses"]
    assert not replayed.of("order.sent")


@pytest.mark.clause("1.6")
@pytest.mark.parametrize("day", ["2026-03-01", "2026-03-09"])
def test_1_6_a_report_in_the_week_before_or_after_keeps_nothing_out(day: str) -> None:
    assert outcomes(earnings("AAPL", f"[{day}]"), "entry.planned", "AAPL") == [("09:45:00", "5")]


@pytest.mark.clause("1.6")
@pytest.mark.parametrize(("day", "enters"), [("2026-03-09", False), ("2026-03-10", True)])
def test_1_6_a_report_up_to_the_expiry_counts_too(day: str, enters: bool) -> None:
    # Stress with a Monday expiry: Thu 1, Fri 2, Mon 3 sessions: in the band of 1–3 and the longest.
    tables = {"AAPL": but(AAPL, earnings=f"[{day}]", expiries='"mon-wed-fri"')}
    replayed = replay_text(situation(THURSDAY + "09:44:00", THURSDAY + "09:46:00", tables, mode="stress"))
    assert bool(replayed.of("entry.planned")) is enters
    if enters:
        assert replayed.of("entry.planned")[0]["data"]["contract"]["expiry"] == "2026-03-09"
    else:
        assert outcomes(replayed, "entry.skipped", "AAPL") == [("09:45:00", "earnings")]


@pytest.mark.clause("1.6")
def test_1_6_a_stock_without_a_calendar_is_skipped_and_an_etf_needs_none() -> None:
    replayed = earnings("AAPL", '"unknown"')
    assert outcomes(replayed, "entry.skipped", "AAPL") == [("09:45:00", "earnings_unknown")]
    assert outcomes(earnings("SPY", '"unknown"'), "entry.planned", "SPY") == [("09:45:00", "5")]


@pytest.mark.clause("1.6", "0.3")
def test_1_6_goog_and_googl_report_as_one() -> None:
    replayed = earnings("GOOGL", "[2026-03-06]", "GOOG")
    assert outcomes(replayed, "entry.skipped", "GOOG") == [("09:45:00", "earnings")]
    replayed = earnings("GOOG", "[2026-03-06]", "GOOGL", accounts=("COM",), day=MONDAY)
    assert outcomes(replayed, "entry.skipped", "GOOGL") == [("09:45:00", "earnings")]


# The end of §9: what an entry window reports.


@pytest.mark.clause("9.1", "0.7")
def test_9_1_a_paused_account_reports_every_symbol_as_paused() -> None:
    replayed = replay_text(
        situation(
            THURSDAY + "09:40:00", THURSDAY + "11:05:00", {"AAPL": but(AAPL, earnings="[2026-03-05]")},
            operator(THURSDAY + "09:41:00", "pause", "GEN"),
        )
    )  # fmt: skip
    skips = replayed.of("entry.skipped")
    assert [r["data"]["symbol"] for r in skips] == list(LAW.sleeves["gen"].universe)
    assert {(told(r), r["data"]["reason"]) for r in skips} == {("09:45:00", "paused")}  # before earnings and no_chain
    assert replayed.of("order.intended") == []


@pytest.mark.clause("9.1", "6.13")
def test_9_1_a_latched_account_reports_safe_and_plans_after_a_reset_inside_the_window() -> None:
    replayed = replay_text(
        situation(
            THURSDAY + "09:40:00", THURSDAY + "11:05:00", {"AAPL": AAPL}, tape(THURSDAY + "09:42:00", VIX=65.5),
            tape(THURSDAY + "09:50:00", VIX=20.0), operator(THURSDAY + "10:01:30", "reset", "GEN"),
        )
    )  # fmt: skip
    assert outcomes(replayed, "entry.skipped", "AAPL") == [("09:45:00", "safe")]
    assert [at for at, _ in outcomes(replayed, "entry.planned", "AAPL")] == ["10:01:30"]


@pytest.mark.clause("9.1", "0.7")
def test_9_1_no_entries_skips_all_and_resume_inside_the_window_plans() -> None:
    replayed = replay_text(
        situation(
            THURSDAY + "09:40:00", THURSDAY + "11:05:00", {"AAPL": AAPL},
            operator(THURSDAY + "09:41:00", "no_entries", "GEN"), operator(THURSDAY + "10:10:10", "resume", "GEN"),
        )
    )  # fmt: skip
    skips = [r["data"] for r in replayed.of("entry.skipped") if told(r) < "10:00:00"]
    assert [(r["symbol"], r["reason"]) for r in skips] == [(s, "no_entries") for s in LAW.sleeves["gen"].universe]
    assert replayed.of("latch.set") == []
    assert outcomes(replayed, "entry.planned", "AAPL") == [("10:10:10", "5")]


@pytest.fixture(scope="module")
def paused_at_work() -> Replayed:
    return replay_text(
        situation(
            THURSDAY + "09:40:00", THURSDAY + "11:10:00", {"AAPL": AAPL, "MSFT": AAPL},
            fault(THURSDAY + "09:40:00", "no_fill", "AAPL", "10m"), operator(THURSDAY + "09:45:07", "pause", "GEN"),
            operator(THURSDAY + "10:30:00", "resume", "GEN"),
        )
    )  # fmt: skip


@pytest.mark.clause("0.7", "1.1")
def test_9_1_what_was_abandoned_paused_is_planned_again_when_the_account_resumes(paused_at_work: Replayed) -> None:
    assert [(told(r), r["data"]["reason"]) for r in paused_at_work.of("order.abandoned")] == [("09:45:07", "paused")]
    assert outcomes(paused_at_work, "entry.planned", "AAPL") == [("09:45:00", "5"), ("10:30:00", "5")]
    assert outcomes(paused_at_work, "entry.planned", "MSFT") == [("09:45:00", "5")]


@pytest.mark.clause("1.1")
def test_1_1_nothing_is_skipped_of_which_an_order_was_sent(paused_at_work: Replayed) -> None:
    assert outcomes(paused_at_work, "entry.skipped", "AAPL") == []
    assert outcomes(paused_at_work, "entry.skipped", "MSFT") == []


@pytest.mark.clause("9.1")
def test_9_1_in_coms_window_other_accounts_report_only_the_symbols_whose_shares_they_hold() -> None:
    replayed = replay_text(
        situation(
            MONDAY + "09:44:00", MONDAY + "09:50:00", {"AAPL": AAPL, "MSFT": AAPL}, holding("GEN", "AAPL", 200, 190.0),
            holding("GEN", "MSFT", 50, 190.0), accounts=("GEN", "REV"),
        )
    )  # fmt: skip
    rows = [r for r in replayed.records if r["kind"] in ("entry.planned", "entry.skipped")]
    assert {r["account"] for r in rows} == {"GEN"}
    assert outcomes(replayed, "entry.planned", "AAPL") == [("09:45:00", "2")]
    assert outcomes(replayed, "entry.skipped", "MSFT") == [("09:45:00", "sizing")]  # 50 shares are no lot
    assert len(rows) == 2


@pytest.mark.clause("9.1")
def test_9_1_in_coms_window_a_latched_account_reports_what_it_holds() -> None:
    replayed = replay_text(
        situation(
            MONDAY + "09:44:00", MONDAY + "09:50:00", {"AAPL": AAPL}, holding("GEN", "AAPL", 200, 190.0),
            operator(MONDAY + "09:44:30", "pause", "GEN"),
        )
    )  # fmt: skip
    assert [(r["data"]["symbol"], r["data"]["reason"]) for r in replayed.of("entry.skipped")] == [("AAPL", "paused")]


def first_reason(*more: str, account: str = "GEN", capital: int = 1_000_000, **changes: object) -> list[str]:
    replayed = replay_text(
        situation(
            THURSDAY + "09:40:00", THURSDAY + "09:46:00", {"AAPL": but(AAPL, **changes)}, *more, accounts=(account,),
            capital=capital,
        )
    )  # fmt: skip
    return [reason for _, reason in outcomes(replayed, "entry.skipped", "AAPL")]


@pytest.mark.clause("9.1")
def test_9_1_of_several_reasons_the_first_of_the_list_counts() -> None:
    report, no_chain = "[2026-03-05]", fault(THURSDAY + "09:40:00", "no_chain", "AAPL")
    stale = fault(THURSDAY + "09:41:00", "stale", "AAPL")
    down = "[accounts.GEN]\nequity = 400_000\nhigh_water = 600_000"
    assigned = holding("GEN", "AAPL", 100, 199.0, assigned=True)
    pause = operator(THURSDAY + "09:41:00", "pause", "GEN")
    closed = operator(THURSDAY + "09:41:00", "no_entries", "GEN")
    assert first_reason(down, assigned, no_chain, pause, closed, earnings=report) == ["paused"]
    assert first_reason(down, assigned, no_chain, closed, earnings=report) == ["no_entries"]
    assert first_reason(down, assigned, no_chain, earnings=report) == ["pivot"]
    assert first_reason(assigned, no_chain, earnings=report) == ["assigned"]
    assert first_reason(stale, earnings=report) == ["earnings"]
    assert first_reason(no_chain, stale) == ["no_chain"]
    assert first_reason(stale, oi=1, iv=3.0, strike_step=100) == ["stale"]
    assert first_reason(oi=1, strike_step=100) == ["no_strike"]
    assert first_reason(oi=1, volume=1, spread_pct=0.2, capital=100) == ["open_interest", "volume", "spread"]
    assert first_reason(volume=100, capital=100_000) == ["per_symbol_cap"]


@pytest.mark.clause("1.6", "9.1")
def test_9_1_a_report_before_the_expiry_comes_before_stale_quotes() -> None:
    tables = {"AAPL": but(AAPL, earnings="[2026-03-09]", expiries='"mon-wed-fri"')}
    stale = fault(THURSDAY + "09:41:00", "stale", "AAPL")
    replayed = replay_text(situation(THURSDAY + "09:40:00", THURSDAY + "09:46:00", tables, stale, mode="stress"))
    assert outcomes(replayed, "entry.skipped", "AAPL") == [("09:45:00", "earnings")]


@pytest.mark.clause("9.1", "0.9")
def test_9_1_a_pivot_that_outlasts_a_lost_link_is_the_outcome_again_and_looked_at_once() -> None:
    replayed = replay_text(
        situation(
            THURSDAY + "09:44:00", THURSDAY + "10:10:00", {"AAPL": AAPL},
            "[accounts.GEN]\nequity = 400_000\nhigh_water = 600_000",
            fault(THURSDAY + "09:50:00", "broker_down", span="10m"),
        )
    )  # fmt: skip
    told = [("09:45:00", "pivot"), ("09:50:00", "safe"), ("10:00:00", "pivot")]
    assert outcomes(replayed, "entry.skipped", "AAPL") == told
    assert len(replayed.of("state.changed", to="SCANNING")) == 2


@pytest.mark.clause("9.1", "0.7", "8.3")
def test_9_1_what_is_stale_again_after_a_pause_of_its_order_is_looked_at_on_the_grid() -> None:
    # Stale at 09:45, planned at 09:50, paused 2 s later; stale once more at the resume of 09:58, planned at 10:05.
    replayed = replay_text(
        situation(
            THURSDAY + "09:40:00", THURSDAY + "10:10:00", {"AAPL": AAPL},
            fault(THURSDAY + "09:43:00", "stale", "AAPL", "6m"), fault(THURSDAY + "09:44:00", "no_fill", "AAPL"),
            operator(THURSDAY + "09:50:02", "pause", "GEN"), fault(THURSDAY + "09:56:00", "stale", "AAPL", "6m"),
            operator(THURSDAY + "09:58:00", "resume", "GEN"),
        )
    )  # fmt: skip
    assert outcomes(replayed, "entry.skipped", "AAPL") == [("09:45:00", "stale"), ("09:58:00", "stale")]
    assert [clock for clock, _ in outcomes(replayed, "entry.planned", "AAPL")] == ["09:50:00", "10:05:00"]


@pytest.mark.clause("9.1", "1.1")
def test_9_1_an_account_that_does_not_trade_reports_nothing() -> None:
    replayed = replay_text(situation(THURSDAY + "09:44:00", THURSDAY + "09:46:00", {"AAPL": AAPL}, accounts=("REV",)))
    assert not [r for r in replayed.records if r["kind"].startswith("entry.")]
