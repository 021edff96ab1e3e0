"""4.2, 4.3, 6.5 and 6.7: a covered call from the day it is sold to its last."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from allusetui.domain.account import Account, AccountType, Position
from allusetui.domain.contract import Option, Right, Stock
from allusetui.domain.lot import Lot
from allusetui.domain.moment import to_ms
from allusetui.domain.money import ZERO
from allusetui.domain.quote import Quote
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile
from allusetui.law.load import load
from allusetui.market.calendars import calendar
from allusetui.rules.covered_call import held_to_the_end, is_last_day_look, profit_is_due, reduction_due
from allusetui.rules.situation import Situation
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, holding, operator, option, situation, tape, told

LAW = load("v1.3")
SESSIONS = calendar(date(2026, 1, 2), date(2027, 1, 29))
DOLLARS = but(AAPL, strike_step=1.0)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (f"2026-03-0{day}T" for day in (2, 3, 4, 5))
CALL = Option("AAPL", date(2026, 3, 6), Decimal(205), Right.CALL)


def com(
    start: str, end: str, lines: str, *more: str, shares: int = 300, basis: float = 190.0, cash: int = 2000
) -> Replayed:  # fmt: skip
    """COM with AAPL shares and hardly any cash."""
    own = f"[accounts.COM]\nequity = {shares * 200 + cash}"
    held = holding("COM", "AAPL", shares, basis)
    return replay_text(situation(start, end, {"AAPL": lines}, own, held, *more, accounts=("COM",), capital=None))


def sold(strike: float, quantity: int, price: float, opened: str = "2026-03-02", expiry: str = "2026-03-06") -> str:
    return option("COM", "AAPL", expiry, strike, "C", -quantity, price, opened)


def bought(replayed: Replayed) -> list[tuple[str, str, int]]:
    """(clock, purpose, quantity) of everything that was bought back."""
    rows = replayed.of("order.intended", side="BUY")
    return [(told(r), r["data"]["purpose"], r["data"]["quantity"]) for r in rows]


def account(call: Option, price: str, sold_on: date, basis: str = "190") -> Account:
    held = Account("COM", AccountType.COM, "A1", True, ZERO, ZERO, ZERO, sold_on)
    held.lots[Stock("AAPL")] = [Lot(100, Decimal(basis), ZERO, sold_on)]
    held.lots[call] = [Lot(-1, Decimal(price), ZERO, sold_on)]
    held.positions[call] = Position(first_credit=Decimal(price), sold_on=sold_on)
    return held


def quote(bid: str, ask: str) -> Quote:
    return Quote(Decimal(bid), Decimal(ask), 0)


def at(moment: datetime) -> Situation:
    return Situation(LAW, SESSIONS, State(), Volatile(), to_ms(moment))


@pytest.mark.clause("4.2", "6.5")
@pytest.mark.parametrize(
    ("bid", "ask", "due"), [("0.34", "0.35", True), ("0.10", "0.36", False), ("0.01", "0.3501", False)]
)
def test_4_2_the_profit_is_taken_when_the_ask_is_at_35_percent_of_the_credit(bid: str, ask: str, due: bool) -> None:
    assert profit_is_due(account(CALL, "1.00", date(2026, 3, 2)), CALL, quote(bid, ask), LAW) is due


@pytest.mark.clause("4.2", "0.12")
def test_4_2_the_profit_is_taken_at_the_next_look_of_the_five_minute_grid() -> None:
    falls = tape(TUESDAY + "10:31:00", AAPL=197.0)
    replayed = com(TUESDAY + "10:20:00", TUESDAY + "10:40:00", DOLLARS, sold(205, 3, 0.86), falls)
    assert bought(replayed) == [("10:35:00", "profit_take", 3)]
    assert {"4.2", "6.5"} <= set(replayed.of("order.intended")[0]["clauses"])


@pytest.mark.clause("4.2")
def test_4_2_a_put_has_no_profit_take() -> None:
    put = option("COM", "AAPL", "2026-03-13", 150.0, "P", -1, 3.0, "2026-03-02")
    assert bought(com(TUESDAY + "10:00:00", TUESDAY + "11:00:00", DOLLARS, put, shares=100, cash=15_000)) == []


@pytest.mark.clause("4.2", "0.5")
def test_4_2_a_call_so_cheap_that_no_price_can_be_named_is_left_to_expire() -> None:
    # Bid 0, ask 0.01: 1.05 × 0.005 rounds down to nothing.
    replayed = com(TUESDAY + "09:40:00", TUESDAY + "10:30:00", DOLLARS, sold(260, 3, 0.5))
    assert bought(replayed) == []


@pytest.mark.clause("6.5")
def test_6_5_the_calls_of_every_sleeve_take_their_profit() -> None:
    held = option("GEN", "AAPL", "2026-03-13", 215.0, "C", -2, 3.0, "2026-03-02")
    shares = holding("GEN", "AAPL", 200, 190.0)
    replayed = replay_text(situation(TUESDAY + "10:00:00", TUESDAY + "10:06:00", {"AAPL": DOLLARS}, shares, held))
    assert bought(replayed) == [("10:00:00", "profit_take", 2)]


@pytest.mark.clause("6.5")
@pytest.mark.parametrize(
    ("today", "expiry", "looks"),
    [
        (date(2026, 3, 4), date(2026, 3, 6), False),  # two days left
        (date(2026, 3, 5), date(2026, 3, 6), True),
        (date(2026, 3, 6), date(2026, 3, 6), False),  # not the first such session
        (date(2026, 3, 6), date(2026, 3, 9), False),  # Friday: three days to Monday
        (date(2026, 3, 9), date(2026, 3, 9), True),  # Monday is the first session with a day or less
        (date(2026, 11, 27), date(2026, 11, 27), True),  # the day before was Thanksgiving
    ],
)
def test_6_5_the_last_look_is_at_the_first_session_with_a_day_or_less(today: date, expiry: date, looks: bool) -> None:
    call = Option("AAPL", expiry, Decimal(205), Right.CALL)
    s = at(datetime(today.year, today.month, today.day, 10))
    assert is_last_day_look(s, call) is looks


@pytest.mark.clause("6.5")
@pytest.mark.parametrize(
    ("strike", "basis", "ask", "sold_on", "why"),
    [
        (205, "190", "0.06", date(2026, 3, 2), None),
        (205, "190", "0.05", date(2026, 3, 2), "worthless"),
        (199, "199", "2.00", date(2026, 3, 2), "called_away"),  # in the money, strike at the basis
        (199, "199.01", "2.00", date(2026, 3, 2), None),
        (200, "190", "1.20", date(2026, 3, 2), None),  # at the money is not in it
        (205, "190", "0.60", date(2026, 3, 5), "sold_late"),
        (205, "190", "0.60", date(2026, 3, 4), None),
    ],
)
def test_6_5_what_keeps_a_call_to_the_end(strike: int, basis: str, ask: str, sold_on: date, why: str | None) -> None:
    call = Option("AAPL", date(2026, 3, 6), Decimal(strike), Right.CALL)
    held = account(call, "1.00", sold_on, basis)
    s = at(datetime(2026, 3, 5, 10))
    assert held_to_the_end(s, held, call, quote("0.01", ask), Decimal(200)) == why


@pytest.mark.clause("6.5")
def test_6_5_at_10_00_of_the_day_before_expiry_the_call_is_bought_back_once() -> None:
    replayed = com(WEDNESDAY + "15:00:00", THURSDAY + "11:00:00", DOLLARS, sold(205, 3, 0.3))
    assert bought(replayed) == [("10:00:00", "close", 3)]
    (wanted,) = replayed.of("order.intended")
    assert wanted["ts"].startswith("2026-03-05")
    assert "6.5" in wanted["clauses"]


@pytest.mark.clause("6.5")
def test_6_5_a_call_in_the_money_above_its_basis_is_called_away() -> None:
    replayed = com(THURSDAY + "09:40:00", "2026-03-06T16:05:00", DOLLARS, sold(195, 3, 5.5))
    assert bought(replayed) == []
    (away,) = replayed.of("called_away.received")
    assert (away["data"]["shares"], away["data"]["contract"]["strike"]) == (300, 195.0)


@pytest.mark.clause("6.5")
def test_6_5_a_call_in_the_money_below_its_basis_is_bought_back_at_10_00() -> None:
    replayed = com(THURSDAY + "09:40:00", THURSDAY + "10:30:00", DOLLARS, sold(195, 3, 5.5), basis=196.0)
    assert bought(replayed) == [("10:00:00", "close", 3)]


@pytest.mark.clause("4.3", "6.7")
@pytest.mark.parametrize(("shares", "calls"), [(400, 2), (300, 1), (250, 1), (200, 1)])
@pytest.mark.parametrize("report", ["2026-03-02", "2026-03-06"])
def test_4_3_in_an_earnings_week_at_most_half_of_the_lots_carry_a_call(shares: int, calls: int, report: str) -> None:
    replayed = com(MONDAY + "09:44:00", MONDAY + "09:46:00", but(DOLLARS, earnings=f"[{report}]"), shares=shares)
    (row,) = replayed.of("entry.planned")
    assert (row["data"]["contract"]["right"], row["data"]["quantity"]) == ("C", calls)


@pytest.mark.clause("4.3", "6.7")
def test_4_3_a_single_lot_gets_no_call_in_its_earnings_week() -> None:
    lines = but(DOLLARS, earnings="[2026-03-05]")
    replayed = com(MONDAY + "09:44:00", MONDAY + "09:46:00", lines, shares=100)
    (row,) = replayed.of("entry.skipped", symbol="AAPL")
    assert row["data"]["reason"] == "earnings"
    assert {"4.3", "6.7"} <= set(row["clauses"])


@pytest.mark.clause("4.3", "6.7")
def test_4_3_a_report_after_the_expiry_changes_nothing() -> None:
    replayed = com(MONDAY + "09:44:00", MONDAY + "09:46:00", but(DOLLARS, earnings="[2026-03-09]"))
    assert replayed.of("entry.planned")[0]["data"]["quantity"] == 3


@pytest.mark.clause("4.3", "6.7", "1.6")
def test_4_3_a_report_of_goog_halves_the_calls_on_googl() -> None:
    own, held = "[accounts.COM]\nequity = 62_000", holding("COM", "GOOGL", 300, 190.0)
    tables = {"GOOGL": DOLLARS, "GOOG": but(DOLLARS, earnings="[2026-03-05]")}
    times = (MONDAY + "09:44:00", MONDAY + "09:46:00")
    replayed = replay_text(situation(*times, tables, own, held, accounts=("COM",), capital=None))
    assert replayed.of("entry.planned")[0]["data"]["quantity"] == 1


@pytest.mark.clause("4.3", "6.7")
@pytest.mark.parametrize(
    ("report", "day"),
    [("2026-03-05", "2026-03-04"), ("2026-03-04", "2026-03-03"), ("2026-03-09", "2026-03-06")],
)
def test_4_3_open_excess_is_bought_back_by_15_45_of_the_session_before_the_report(report: str, day: str) -> None:
    lines = but(DOLLARS, earnings=f"[{report}]")
    replayed = com(TUESDAY + "09:25:00", "2026-03-06T16:05:00", lines, sold(215, 3, 0.5, expiry="2026-03-20"))
    (wanted,) = replayed.of("order.intended", purpose="reduce")
    assert (wanted["ts"][:10], wanted["data"]["side"]) == (day, "BUY")
    assert wanted["data"]["quantity"] == 2  # floor(3 / 2) = 1 stays
    assert told(wanted) <= "15:45:00"
    assert {"4.3", "6.7"} <= set(wanted["clauses"])
    assert sum(r["data"]["quantity"] for r in replayed.of("order.filled", side="BUY")) == 2


@pytest.mark.clause("4.3", "6.7")
def test_4_3_nothing_is_bought_back_where_half_of_the_lots_are_free() -> None:
    lines = but(DOLLARS, earnings="[2026-03-05]")
    replayed = com(WEDNESDAY + "09:25:00", WEDNESDAY + "16:05:00", lines, sold(215, 1, 0.5, expiry="2026-03-20"))
    assert bought(replayed) == []


@pytest.mark.clause("4.3", "0.5")
def test_4_3_a_reduction_that_finds_no_price_is_tried_again_until_it_is_done() -> None:
    lines = but(DOLLARS, earnings="[2026-03-05]")
    replayed = com(
        WEDNESDAY + "09:25:00", WEDNESDAY + "16:05:00", lines, sold(215, 3, 0.5, expiry="2026-03-20"),
        fault(WEDNESDAY + "09:30:00", "no_fill", "AAPL", "42m"),
    )  # fmt: skip
    assert len(replayed.of("order.abandoned", reason="slippage_cap")) >= 2
    assert sum(r["data"]["quantity"] for r in replayed.of("order.filled", side="BUY")) == 2


@pytest.mark.clause("1.1", "4.3")
def test_1_1_a_call_that_missed_its_chain_is_written_at_a_later_look_though_the_put_is_out_for_earnings() -> None:
    replayed = com(
        MONDAY + "09:40:00", MONDAY + "10:10:00", but(DOLLARS, earnings="[2026-03-05]"),
        fault(MONDAY + "09:44:30", "stale", "AAPL", "18m"),
    )  # fmt: skip
    assert sorted(r["data"]["reason"] for r in replayed.of("entry.skipped", symbol="AAPL")) == ["earnings", "stale"]
    assert [(told(r), r["data"]["quantity"]) for r in replayed.of("entry.planned")] == [("10:05:00", 1)]


@pytest.mark.clause("6.5", "6.4")
def test_6_5_profit_is_taken_under_the_breaker_latch_too() -> None:
    replayed = com(
        TUESDAY + "10:20:00", TUESDAY + "10:40:00", DOLLARS, sold(205, 3, 0.86), tape(TUESDAY + "10:25:00", VIX=66.0),
        tape(TUESDAY + "10:31:00", AAPL=197.0),
    )  # fmt: skip
    assert [r["data"]["purpose"] for r in replayed.of("order.intended")] == ["profit_take"]


@pytest.mark.clause("6.5", "0.7")
def test_6_5_a_paused_account_sends_no_profit_take() -> None:
    replayed = com(
        TUESDAY + "10:20:00", TUESDAY + "10:40:00", DOLLARS, sold(205, 3, 0.86),
        operator(TUESDAY + "10:25:00", "pause", "COM"), tape(TUESDAY + "10:31:00", AAPL=197.0),
    )  # fmt: skip
    assert not replayed.of("order.sent")


@pytest.mark.clause("4.3", "6.7")
@pytest.mark.parametrize(
    ("report", "late", "reduced"),
    [
        (date(2026, 3, 5), False, date(2026, 3, 4)),
        (date(2026, 3, 5), True, date(2026, 3, 5)),
        (date(2026, 3, 9), False, date(2026, 3, 6)),
        (date(2026, 3, 7), True, date(2026, 3, 6)),
        (date(2026, 4, 6), False, date(2026, 4, 2)),
        (date(2026, 4, 3), True, date(2026, 4, 2)),
    ],
    ids=["before the open", "after the close", "over a weekend", "on a Saturday", "over Good Friday", "on Good Friday"],
)
def test_6_7_calls_are_reduced_on_the_last_session_before_a_report_alone(
    report: date, late: bool, reduced: date
) -> None:
    days = [date(2026, 2, 27) + timedelta(days=n) for n in range(42)]
    looks = (at(datetime.combine(day, time(10))) for day in days)
    reports = (date(2026, 1, 29), report, date(2026, 7, 30))
    assert [s.today for s in looks if reduction_due(s, reports, frozenset([report] if late else []))] == [reduced]
