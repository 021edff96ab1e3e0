"""What is read off a journal: worth and drawdown at each close, what was at work, and which clause earned it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from allusetui.domain.contract import Side
from allusetui.domain.event import (
    AccountMerged,
    Event,
    ExpiredReceived,
    LotClosed,
    OrderIntended,
    RollDone,
    StateRefused,
)
from allusetui.domain.order import Purpose
from allusetui.lab.curves import Closes, lines, tail_week
from allusetui.lab.effects import Effects
from allusetui.law.load import load
from allusetui.ledger.lots import LotBook
from allusetui.ledger.traces import Closed
from allusetui.reports.marks import TOTAL
from allusetui.reports.metrics import Day
from tests.reports.journals import PUT, Row, filled, journal, marked, provisioned

D = Decimal


def read(*rows: Row) -> tuple[Closes, Effects]:
    """As a trial's result reads them."""
    book, effects = LotBook(), Effects()
    closes = Closes(book)

    def heard() -> Iterator[tuple[int, int, Event]]:
        for seq, at_ms, event in journal(*rows):
            effects.note(at_ms, event)
            closes.note(at_ms, event)
            yield seq, at_ms, event

    for fact in book.facts(heard()):
        if isinstance(fact, Closed):
            effects.closed(fact)
    return closes, effects


def test_wealth_has_what_the_law_leaves_out_of_equity_and_its_own_drawdown() -> None:
    closes, _ = read(
        ("2026-03-02T09:00", provisioned("GEN", 60_000)),
        ("2026-03-02T09:00", provisioned("REV", 40_000)),
        ("2026-03-02T16:00", marked("GEN", 66_000)),
        ("2026-03-02T16:00", marked("REV", 30_000, 40_000, leaps_growth=D(9_000), tax_reserve=D(5_000))),
        ("2026-03-03T16:00", marked("GEN", 49_000, 66_000, leap_cash=D(500), leaps_hedge=D(500))),
        ("2026-03-03T16:00", marked("REV", 38_500, 40_000)),
    )
    whole = closes.wealth()
    assert [day.equity for day in whole] == [100_000, 110_000, 88_500]
    assert [day.high_water for day in whole] == [100_000, 110_000, 110_000]
    found = {(row.day.day, row.account): row for row in lines(closes, whole)}
    assert found[2, "REV"].drawdown == 0.25
    assert (found[2, TOTAL].equity, found[2, TOTAL].wealth) == (96_000, 110_000)
    assert found[3, TOTAL].drawdown == pytest.approx(1 - 88_500 / 110_000)


def test_a_fork_has_no_close_once_it_is_merged() -> None:
    merged = AccountMerged(account="MINI-1", clauses=("2.7",), from_="MINI-1", to="COM", amount=D(99_000))
    closes, _ = read(
        ("2026-03-02T09:00", provisioned("GEN", 60_000)),
        ("2026-03-02T16:00", marked("MINI-1", 100_000, 101_000)),
        ("2026-03-03T10:00", merged),
        ("2026-03-03T16:00", marked("GEN", 60_000)),
        ("2026-03-03T16:00", marked("MINI-1", 0, 2_000)),
    )
    found = [(row.day.day, row.account) for row in lines(closes, closes.wealth()) if row.account != TOTAL]
    assert found == [(2, "MINI-1"), (3, "GEN")]


@pytest.mark.clause("0.2")
def test_0_2_deployed_is_the_strike_cash_of_puts_and_the_worth_of_stock() -> None:
    closes, _ = read(
        ("2026-03-02T09:00", provisioned("GEN", 60_000)),
        ("2026-03-02T10:00", filled("1", Side.SELL, 2, "1.00")),
        ("2026-03-02T16:00", replace(marked("GEN", 60_000), stock=D(6_000))),
    )
    (gen, total) = lines(closes, closes.wealth())
    assert gen.deployed == total.deployed == pytest.approx((2 * 19_500 + 6_000) / 60_000)


def test_what_a_stop_lost_stands_beside_the_clauses_of_its_order() -> None:
    entry = OrderIntended(
        account="GEN", clauses=("0.2", "2.1"), intent="1", purpose=Purpose.ENTRY, contract=PUT, candidate=None,
        side=Side.SELL, quantity=2,
    )  # fmt: skip
    stop = OrderIntended(
        account="GEN", clauses=("6.4",), intent="2", purpose=Purpose.STOP, contract=PUT, candidate=None,
        side=Side.BUY, quantity=1,
    )  # fmt: skip
    loss = LotClosed(
        account="GEN", clauses=("10.3",), contract=PUT, quantity=1, proceeds=D(1), basis=D(5), book_usd=D(100),
        fees=D("1.30"), realized=D("-401.30"), opened=date(2026, 3, 2),
    )  # fmt: skip
    gain = LotClosed(
        account="GEN", clauses=("10.3",), contract=PUT, quantity=1, proceeds=D(1), basis=D(0), book_usd=D(100),
        fees=D("0.65"), realized=D("99.35"), opened=date(2026, 3, 2),
    )  # fmt: skip
    worthless = ExpiredReceived(
        account="GEN", contract=PUT, quantity=1, shares=0, price=D(0), settlement="S1"
    )  # fmt: skip
    _, effects = read(
        ("2026-03-02T09:00", provisioned("GEN", 60_000)),
        ("2026-03-02T10:00", entry),
        ("2026-03-02T10:00", filled("1", Side.SELL, 2, "1.00")),
        ("2026-03-03T10:00", stop),
        ("2026-03-03T10:00", filled("2", Side.BUY, 1, "5.00")),
        ("2026-03-03T10:00", loss),
        ("2026-03-13T16:00", worthless),
        ("2026-03-13T16:00", gain),
    )
    found = {row.clause: row for row in effects.lines(load())}
    assert (found["6.4"].orders, found["6.4"].premium, found["6.4"].realized) == (1, -500, D("-401.30"))
    # What no order closed is of the order that opened it.
    assert (found["2.1"].premium, found["2.1"].fees, found["2.1"].realized) == (200, D("1.30"), D("99.35"))
    assert found["10.3"].realized == 0
    assert effects.defence(0, 1).stops_realized == D("-401.30")
    assert list(found) == ["0.2", "2.1", "6.4", "10.3"]  # in the law's order


def test_what_rolls_cost_and_the_resets_that_were_refused_are_counted() -> None:
    rolled = RollDone(
        account="GEN", contract=PUT, candidate=replace(PUT, strike=D(190)), quantity=3, cost=D("0.25"),
        chain_cost=D("0.75"), credit=D(2), first_credit=D(2),
    )  # fmt: skip
    refused = (StateRefused(account="GEN", from_="SAFE", to="SAFE", reason=reason) for reason in ("reset", "close"))
    _, effects = read(
        ("2026-03-02T09:00", provisioned("GEN", 60_000)),
        ("2026-03-03T10:00", rolled),
        *(("2026-03-03T10:01", each) for each in refused),
    )
    assert (effects.defence(1, 0).rolls_cost, effects.resets_refused) == (75, 1)


def test_the_worst_twentieth_of_the_weeks_is_known_from_twenty_weeks_on() -> None:
    flat = [Day(date(2026, 1, 4) + timedelta(days=7 * week), D(100), D(100), D(0), D(0)) for week in range(20)]
    assert tail_week(flat) is None
    fallen = Day(date(2026, 1, 4) + timedelta(days=7 * 20), D(90), D(100), D(0), D(0))
    assert tail_week([*flat, fallen]) == pytest.approx(-0.10)
