"""1.1–1.3, 1.5 and 1.7: when the sleeves enter, and what is looked at again inside a window."""

from datetime import date, time

import pytest

from allusetui.domain.moment import at_clock
from allusetui.law.load import load
from allusetui.market.calendars import calendar
from allusetui.rules.cadence import entry_window, expiry_clock
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, holding, operator, outcomes, situation, tape, told

LAW = load("v1.3")
SESSIONS = calendar(date(2023, 12, 1), date(2027, 1, 29))
THURSDAY, FRIDAY, MONDAY = "2026-03-05T", "2026-03-06T", "2026-03-02T"


def window(kind: str, day: date) -> tuple[str, str] | None:
    session = SESSIONS.on(day)
    span = entry_window(SESSIONS, LAW.cadence, kind, session) if session else None
    if span is None:
        return None
    return _clock(day, span.opens_ms), _clock(day, span.closes_ms)


def _clock(day: date, at_ms: int) -> str:
    seconds = (at_ms - at_clock(day, time(0))) // 1000
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


MORNING = ("09:45:00", "11:00:00")


@pytest.mark.clause("1.1")
@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 3, 5), "a Thursday"),
        (date(2026, 11, 25), "the Wednesday before Thanksgiving"),
        (date(2025, 12, 31), "the Wednesday before a New Year's Thursday"),
        (date(2026, 4, 2), "the Thursday before Good Friday"),
        (date(2026, 12, 24), "an early close does not move a morning"),
    ],
)
def test_1_1_gen_enters_on_thursday_or_the_session_before_it(day: date, why: str) -> None:
    assert window("gen", day) == window("mini", day) == MORNING, why
    others = [s.day for s in SESSIONS.week(day) if s.day != day]
    assert [window("gen", other) for other in others] == [None] * len(others)


@pytest.mark.clause("1.2")
@pytest.mark.parametrize("day", [date(2026, 3, 4), date(2024, 6, 18), date(2024, 12, 24)])
def test_1_2_rev_enters_on_wednesday_or_the_session_before_it(day: date) -> None:
    assert window("rev", day) == MORNING  # 2024: Juneteenth and Christmas were Wednesdays
    assert [s.day for s in SESSIONS.week(day) if window("rev", s.day)] == [day]


@pytest.mark.clause("1.3")
@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 5, 26), date(2026, 9, 8), date(2026, 1, 20)])
def test_1_3_com_enters_on_monday_or_the_session_after_it(day: date) -> None:
    assert window("com", day) == MORNING
    assert [s.day for s in SESSIONS.week(day) if window("com", s.day)] == [day]


@pytest.mark.clause("1.7")
def test_1_7_on_a_13_00_close_the_last_afternoon_is_worked_from_12_30_to_12_45() -> None:
    day = date(2026, 11, 27)
    session = SESSIONS.on(day)
    assert session is not None and session.early
    hours = expiry_clock(LAW.cadence, session)
    instants = (hours.looks.opens_ms, hours.looks.closes_ms, hours.prep_ms, hours.close_otm_ms, hours.relentless_ms)
    assert [_clock(day, at)[:5] for at in instants] == ["12:30", "12:45", "12:30", "12:40", "12:43"]
    assert _clock(day, hours.report_cut_ms)[:5] == "14:30"


@pytest.mark.clause("1.4", "1.5")
def test_1_4_on_a_full_day_the_clock_is_14_30_to_15_45_with_the_cut_at_16_30() -> None:
    session = SESSIONS.on(date(2026, 3, 6))
    assert session is not None
    hours = expiry_clock(LAW.cadence, session)
    instants = (hours.looks.opens_ms, hours.looks.closes_ms, hours.prep_ms, hours.close_otm_ms, hours.relentless_ms)
    assert [_clock(session.day, at)[:5] for at in instants] == ["14:30", "15:45", "15:00", "15:30", "15:40"]
    assert _clock(session.day, hours.report_cut_ms)[:5] == "16:30"


@pytest.fixture(scope="module")
def week() -> Replayed:
    """Monday to Friday: COM holds 300 AAPL, every sleeve trades."""
    nvda = but(AAPL, spot=180.0, iv=0.4)
    return replay_text(
        situation(
            MONDAY + "09:00:00", FRIDAY + "17:00:00", {"AAPL": AAPL, "NVDA": nvda}, holding("COM", "AAPL", 300, 190.0),
            tape(FRIDAY + "10:30:00", AAPL=204.0, NVDA=184.0), accounts=("GEN", "REV", "COM"),
        )
    )  # fmt: skip


@pytest.mark.clause("1.1", "1.2", "1.3")
def test_1_1_each_sleeve_plans_once_at_09_45_of_its_own_day(week: Replayed) -> None:
    plans = {(r["account"], r["ts"][:10], told(r)) for r in week.of("entry.planned")}
    assert plans == {
        ("COM", "2026-03-02", "09:45:00"),
        ("REV", "2026-03-04", "09:45:00"),
        ("GEN", "2026-03-05", "09:45:00"),
    }


@pytest.mark.clause("1.1", "1.2", "1.3")
def test_1_1_a_plan_names_the_clause_of_its_window(week: Replayed) -> None:
    cited = {r["account"]: set(r["clauses"]) for r in week.of("entry.planned") if r["data"]["contract"]["right"] == "P"}
    assert {"1.1", "2.1", "2.2"} <= cited["GEN"]
    assert {"1.2", "3.1", "3.2"} <= cited["REV"]
    assert {"1.3", "4.1", "6.8"} <= cited["COM"]


@pytest.mark.clause("2.1", "3.2", "4.1")
def test_2_1_every_symbol_of_a_universe_and_no_other_gets_an_outcome(week: Replayed) -> None:
    reported: dict[str, list[str]] = {}
    for r in [r for r in week.records if r["kind"] in ("entry.planned", "entry.skipped")]:
        symbols = reported.setdefault(r["account"], [])
        symbol = r["data"].get("symbol") or r["data"]["contract"]["symbol"]
        if symbol not in symbols:
            symbols.append(symbol)
    assert {name: sorted(symbols) for name, symbols in reported.items()} == {
        "GEN": ["AAPL", "AMZN", "GOOG", "IWM", "MSFT", "QQQ", "SPY"],
        "REV": ["NVDA", "TSLA"],
        "COM": ["AAPL", "AMZN", "GOOGL", "META", "MSFT", "NVDA", "TSLA"],
    }


@pytest.mark.clause("1.4", "1.5")
def test_1_5_the_report_is_cut_at_16_30_of_the_last_session_after_reconciling(week: Replayed) -> None:
    (report,) = week.of("report.written", period="weekly")
    assert (report["ts"][:10], told(report)) == ("2026-03-06", "16:30:00")
    books = week.of("state.changed", to="RECONCILING")
    assert {r["account"] for r in books} == {"GEN", "REV", "COM"}
    assert {(r["ts"][:10], told(r)) for r in books} == {("2026-03-06", "16:00:00")}
    assert all(r["seq"] < report["seq"] for r in week.of("state.changed", reason="reconciled"))


@pytest.mark.clause("1.1")
def test_1_1_an_account_that_becomes_able_before_11_00_plans_then() -> None:
    replayed = replay_text(
        situation(
            THURSDAY + "09:40:00", THURSDAY + "11:05:00", {"AAPL": AAPL},
            operator(THURSDAY + "09:41:00", "pause", "GEN"), operator(THURSDAY + "10:22:13", "resume", "GEN"),
        )
    )  # fmt: skip
    assert outcomes(replayed, "entry.skipped", "AAPL") == [("09:45:00", "paused")]
    assert outcomes(replayed, "entry.planned", "AAPL") == [("10:22:13", "5")]


@pytest.mark.clause("1.1")
@pytest.mark.parametrize(("at", "plans"), [("10:59:59", 1), ("11:00:00", 0)])
def test_1_1_at_11_00_nothing_is_planned_any_more(at: str, plans: int) -> None:
    replayed = replay_text(
        situation(
            THURSDAY + "09:40:00", THURSDAY + "11:20:00", {"AAPL": AAPL},
            operator(THURSDAY + "09:41:00", "pause", "GEN"), operator(THURSDAY + at, "resume", "GEN"),
        )
    )  # fmt: skip
    assert len(replayed.of("entry.planned")) == plans


@pytest.mark.clause("1.1")
def test_1_1_what_works_at_11_00_is_cancelled_and_abandoned_once() -> None:
    replayed = replay_text(
        situation(
            THURSDAY + "09:40:00", THURSDAY + "11:20:00", {"AAPL": AAPL},
            fault(THURSDAY + "09:40:00", "no_fill", "AAPL"),
            operator(THURSDAY + "09:41:00", "pause", "GEN"), operator(THURSDAY + "10:59:58", "resume", "GEN"),
        )
    )  # fmt: skip
    assert outcomes(replayed, "entry.planned", "AAPL") == [("10:59:58", "5")]
    (abandoned,) = replayed.of("order.abandoned")
    assert (told(abandoned), abandoned["data"]["reason"]) == ("11:00:00", "window_closed")
    assert abandoned["data"]["client_order_id"] == replayed.of("order.sent")[-1]["data"]["client_order_id"]
    assert not [r for r in replayed.records if r["kind"] in ("order.sent", "order.replaced") and told(r) >= "11:00:00"]


RELOOKED = {
    "stale": [fault(THURSDAY + "09:44:00", "stale", "AAPL", "18m")],
    "bad_quote": [fault(THURSDAY + "09:44:50", "bad_quote", "AAPL", "1030s", value='"crossed"')],
    "no_chain": [fault(THURSDAY + "09:44:00", "no_chain", "AAPL", "18m")],
    "open_interest": [tape(THURSDAY + "09:44:00", AAPL__oi=499), tape(THURSDAY + "10:02:00", AAPL__oi=500)],
    "volume": [tape(THURSDAY + "09:44:00", AAPL__volume=99), tape(THURSDAY + "10:02:00", AAPL__volume=100)],
    "spread": [
        tape(THURSDAY + "09:44:00", AAPL__spread_pct=0.10),
        tape(THURSDAY + "10:02:00", AAPL__spread_pct=0.02),
    ],
}


@pytest.mark.clause("1.1", "8.1", "8.5")
@pytest.mark.parametrize("reason", RELOOKED)
def test_1_1_a_skip_for_data_or_liquidity_is_looked_at_again_every_5_minutes(reason: str) -> None:
    replayed = replay_text(situation(THURSDAY + "09:40:00", THURSDAY + "11:05:00", {"AAPL": AAPL}, *RELOOKED[reason]))
    assert outcomes(replayed, "entry.skipped", "AAPL") == [("09:45:00", reason)]
    ((at, quantity),) = outcomes(replayed, "entry.planned", "AAPL")
    assert (at, quantity) == ("10:05:00", "5")


@pytest.mark.clause("1.1", "8.3")
def test_1_1_a_stale_vix_skips_every_symbol_as_stale_until_it_is_back() -> None:
    replayed = replay_text(
        situation(
            THURSDAY + "09:40:00", THURSDAY + "11:05:00", {"AAPL": AAPL},
            fault(THURSDAY + "09:44:00", "stale", "VIX", "18m"),
        )
    )  # fmt: skip
    assert outcomes(replayed, "entry.skipped", "AAPL") == [("09:45:00", "stale")]
    assert outcomes(replayed, "entry.planned", "AAPL") == [("10:05:00", "5")]


@pytest.mark.clause("1.1")
def test_1_1_a_skip_for_another_reason_is_final_for_the_window() -> None:
    # GEN 400 000, cap 100 000: a put on 1 100 dollars is too dear. At 900 it would fit, but nobody looks again.
    dear = but(AAPL, spot=1100.0, strike_step=2.5)
    replayed = replay_text(
        situation(THURSDAY + "09:40:00", THURSDAY + "11:05:00", {"AAPL": dear}, tape(THURSDAY + "09:50:00", AAPL=900.0))
    )
    assert outcomes(replayed, "entry.skipped", "AAPL") == [("09:45:00", "per_symbol_cap")]
    assert not replayed.of("entry.planned")


@pytest.mark.clause("1.1", "0.2")
def test_1_1_a_symbol_that_passes_later_shares_what_is_free_and_planned_ones_are_not_topped_up() -> None:
    # GEN 160 000, cap 40 000, puts at 19 950: three at 09:45 get 2 each by the cap (119 700 = 74.8 %, no third fits).
    # AAPL at 10:05: n = 1, free 40 300 less what the options are worth by then: 2.
    names = ("MSFT", "AMZN", "GOOG")
    replayed = replay_text(
        situation(
            THURSDAY + "09:40:00", THURSDAY + "11:05:00", dict.fromkeys(("AAPL", *names), AAPL),
            fault(THURSDAY + "09:44:00", "no_chain", "AAPL", "18m"), capital=400_000,
        )
    )  # fmt: skip
    assert [outcomes(replayed, "entry.planned", name) for name in names] == [[("09:45:00", "2")]] * 3
    assert outcomes(replayed, "entry.planned", "AAPL") == [("10:05:00", "2")]


@pytest.mark.clause("1.1")
def test_1_1_a_chain_that_comes_after_the_last_look_is_not_entered() -> None:
    replayed = replay_text(
        situation(
            THURSDAY + "09:40:00", THURSDAY + "11:10:00", {"AAPL": AAPL},
            fault(THURSDAY + "09:44:00", "no_chain", "AAPL", "72m"),
        )
    )  # fmt: skip
    assert outcomes(replayed, "entry.skipped", "AAPL") == [("09:45:00", "no_chain")]
    assert not replayed.of("entry.planned")
