"""6.6: a call that may be assigned early takes a smaller profit, or is told of."""

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pytest

from allusetui.domain.account import Account, AccountType, Position
from allusetui.domain.contract import Option, Right, Stock
from allusetui.domain.lot import Lot
from allusetui.domain.moment import to_ms
from allusetui.domain.money import ZERO
from allusetui.domain.quote import Ahead, Payout, Quote
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile
from allusetui.law.load import load
from allusetui.market.calendars import calendar
from allusetui.rules.covered_call import assignment_risk, early_profit_is_due, may_come_early
from allusetui.rules.situation import VIX, Situation
from allusetui.rules.watch import first_decision
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, holding, operator, option, situation, tape, told

pytestmark = pytest.mark.clause("6.6")

LAW = load("v1.3")
SESSIONS = calendar(date(2026, 1, 2), date(2027, 1, 29))
OPENED, TODAY, EXPIRY = date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 20)
CALL = Option("AAPL", EXPIRY, Decimal(170), Right.CALL)
# 200 over 170: worth about 30.35, of it 0.35 the interest of 16 days; that alone is a risk of about 0.65.
PAYS = but(AAPL, strike_step=1.0, spread_pct=0.002, dividends="[{ ex = 2026-03-10, amount = 0.50 }]")
START, END = "2026-03-04T09:40:00", "2026-03-04T11:00:00"


def at(*payouts: Payout, day: date = TODAY) -> Situation:
    moment = to_ms(datetime(day.year, day.month, day.day, 10))
    return Situation(LAW, SESSIONS, State(), Volatile(rate=0.04, payouts={"AAPL": payouts}), moment)


def mid(value: str) -> Quote:
    return Quote(Decimal(value), Decimal(value), 0)


def account(credit: str) -> Account:
    held = Account("COM", AccountType.COM, "A1", True, ZERO, ZERO, ZERO, OPENED)
    held.lots[Stock("AAPL")] = [Lot(100, Decimal(150), ZERO, OPENED)]
    held.lots[CALL] = [Lot(-1, Decimal(credit), ZERO, OPENED)]
    held.positions[CALL] = Position(first_credit=Decimal(credit), sold_on=OPENED)
    return held


def com(lines: str, credit: float, *more: str, start: str = START, end: str = END) -> Replayed:
    """COM with 300 AAPL and three calls 30 dollars in the money, sold at `credit`."""
    own = "[accounts.COM]\nequity = 200_000"
    calls = option("COM", "AAPL", "2026-03-20", 170.0, "C", -3, credit, "2026-03-02")
    held = holding("COM", "AAPL", 300, 190.0)
    return replay_text(situation(start, end, {"AAPL": lines}, own, held, calls, *more, accounts=("COM",), capital=None))


def bought(replayed: Replayed) -> list[tuple[str, str, int]]:
    rows = replayed.of("order.intended", side="BUY")
    return [(told(r), r["data"]["purpose"], r["data"]["quantity"]) for r in rows]


@pytest.mark.parametrize(
    ("value", "risk"),
    [
        ("30.00", 1.0),  # no extrinsic value, no implied volatility: delta 1
        ("29.50", 1.0),  # a mid below intrinsic has no less than none
        ("31.00", 0.0),  # 0.5 % of the spot
        ("32.00", 0.0),
    ],
)
def test_6_6_without_a_dividend_the_risk_falls_with_the_extrinsic_value(value: str, risk: float) -> None:
    assert assignment_risk(at(), CALL, mid(value), Decimal(200)) == pytest.approx(risk)


def test_6_6_in_between_it_is_delta_by_the_share_of_extrinsic_value_that_is_gone() -> None:
    # 30.50: half of 0.5 % of the spot is gone; delta at its volatility of about .36 is a little under 1.
    assert 0.47 < assignment_risk(at(), CALL, mid("30.50"), Decimal(200)) < 0.5
    out_of_the_money = Option("AAPL", EXPIRY, Decimal(230), Right.CALL)
    assert assignment_risk(at(), out_of_the_money, mid("0.05"), Decimal(200)) < 0.05


@pytest.mark.peer(35)
@pytest.mark.parametrize(
    ("ex", "amount", "certain"),
    [
        (date(2026, 3, 10), "0.50", True),  # as much as the extrinsic value
        (date(2026, 3, 10), "0.4999", False),
        (TODAY, "0.50", False),  # who exercises today does not get today's
        (date(2026, 3, 5), "0.50", True),
        (EXPIRY, "0.50", True),
        (date(2026, 3, 23), "0.50", False),
    ],
)
def test_6_6_a_dividend_worth_the_extrinsic_value_makes_it_certain(ex: date, amount: str, certain: bool) -> None:
    found = assignment_risk(at(Payout(ex, Decimal(amount))), CALL, mid("30.50"), Decimal(200))
    assert (found == 1.0) is certain


def test_6_6_at_the_strike_no_dividend_makes_it_certain() -> None:
    s = at(Payout(date(2026, 3, 10), Decimal(9)))
    assert assignment_risk(s, CALL, mid("2.00"), Decimal(170)) < 1.0
    assert assignment_risk(s, CALL, mid("2.00"), Decimal("170.01")) == 1.0


@pytest.mark.parametrize(("ask", "due"), [("7.00", True), ("7.01", False)])
def test_6_6_30_percent_profit_is_an_ask_of_70_percent_of_the_credit(ask: str, due: bool) -> None:
    assert early_profit_is_due(account("10"), CALL, Quote(ZERO, Decimal(ask), 0), LAW) is due


def test_6_6_on_its_last_day_an_assignment_is_not_an_early_one() -> None:
    held = account("10")
    assert may_come_early(at(day=date(2026, 3, 19)), held, CALL)
    assert not may_come_early(at(day=EXPIRY), held, CALL)
    held.positions[CALL].expiry_looked = True  # 6.5 left it to the end
    assert not may_come_early(at(day=date(2026, 3, 19)), held, CALL)


@pytest.mark.peer(35)
def test_6_6_before_a_dividend_the_profit_is_taken_at_30_percent() -> None:
    replayed = com(PAYS, 45.0)  # 70 % is 31.50
    assert bought(replayed) == [("10:05:00", "profit_take", 3)]  # the chain of 10:00 tells the dividend
    assert replayed.of("order.intended")[0]["clauses"] == ["6.6"]
    assert not replayed.of("assignment.feared")


def test_6_6_without_a_dividend_nothing_is_bought_back_and_nothing_told() -> None:
    replayed = com(but(PAYS, dividends="[]"), 45.0)
    assert bought(replayed) == []
    assert not replayed.of("assignment.feared")


def test_6_6_without_the_profit_it_is_told_once() -> None:
    replayed = com(PAYS, 40.0)  # 70 % is 28.00
    assert bought(replayed) == []
    (feared,) = replayed.of("assignment.feared")
    assert (told(feared), feared["clauses"], feared["data"]["risk"]) == ("10:05:00", ["6.6"], 1.0)
    (alert,) = [r for r in replayed.of("alert.raised") if "6.6" in r["clauses"]]
    assert (alert["account"], alert["data"]["severity"]) == ("COM", "warning")
    assert "may be assigned early" in alert["data"]["text"]


def test_6_6_a_profit_that_comes_after_the_alert_is_taken() -> None:
    replayed = com(PAYS, 40.0, tape("2026-03-04T10:31:00", AAPL=197.0))
    assert bought(replayed) == [("10:35:00", "profit_take", 3)]
    assert len(replayed.of("assignment.feared")) == 1


def test_6_6_it_is_told_once_also_after_a_crash() -> None:
    crash = '[[fault]]\nat = 2026-03-04T10:12:00\nfor = "5m"\nkind = "crash"'
    assert len(com(PAYS, 40.0, crash).of("assignment.feared")) == 1


def test_6_6_a_paused_account_is_told_and_sends_nothing() -> None:
    paused = operator("2026-03-04T09:50:00", "pause", "COM")
    assert len(com(PAYS, 40.0, paused).of("assignment.feared")) == 1
    assert not com(PAYS, 45.0, paused).of("order.sent")


@pytest.mark.parametrize(
    ("credit", "told_before", "spots", "values", "due"),
    [
        ("45", False, (200.0, 200.0), (33.0, 30.2), True),
        ("45", True, (200.0, 200.0), (33.0, 30.2), True),
        ("40", False, (200.0, 200.0), (33.0, 30.2), True),  # the first time it is told
        ("40", True, (200.0, 200.0), (33.0, 30.2), False),
        ("45", False, (200.0, 200.0), (33.0, 31.0), False),  # too much extrinsic value
        ("9", True, (160.0, 160.0), (7.0, 6.0), False),  # out of the money
    ],
)
@pytest.mark.clause("0.12")
def test_6_6_no_look_is_left_out_at_which_the_risk_may_be_acted_on(
    credit: str, told_before: bool, spots: tuple[float, ...], values: tuple[float, ...], due: bool
) -> None:
    s, held = at(), account(credit)
    held.positions[CALL].assignment_feared = told_before
    held.cash = held.high_water = Decimal(10_000)
    times, vix = np.array([s.now_ms, s.now_ms + 300_000]), np.array([18.0, 18.0])
    ahead = Ahead(times, {"AAPL": np.array(spots), VIX: vix}, {CALL: (np.array(values), np.array(values))}, {})
    assert first_decision(s, [held], ahead) == (int(times[1]) if due else None)
