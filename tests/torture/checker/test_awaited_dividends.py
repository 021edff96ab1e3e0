"""2: a dividend that is expected is in the broker's cash before it is booked, and is booked once."""

from datetime import date
from decimal import Decimal

import pytest

from allusetui.domain import event as ev
from allusetui.law.load import load
from allusetui.torture.checker.books import Books
from allusetui.torture.checker.invariants import positions
from allusetui.torture.checker.witness import Holding

NAME = "dividend-2026-07-01-GEN-SPY"
EXPECTED = ev.DividendExpected(
    account="GEN", clauses=("9.5",), symbol="SPY", ex=date(2026, 7, 1), shares=100, a_share=Decimal("1.57"),
    amount=Decimal(157), settlement=NAME,
)  # fmt: skip


@pytest.mark.parametrize(("there", "breaks"), [(0, False), (157, False), (156, True), (314, True)])
def test_the_brokers_cash_may_show_what_is_awaited_and_nothing_else(there: int, breaks: bool) -> None:
    books = Books()
    books.take((1, 0, EXPECTED))
    found = list(positions.books_tie(books, Holding({}, Decimal(there))))
    assert bool(found) is breaks


def test_expected_and_booked_it_is_told_once_and_awaited_no_more() -> None:
    booked = ev.CashBooked(
        account="GEN", clauses=("10.1",), amount=Decimal(157), reason="dividend", symbol="SPY", settlement=NAME
    )  # fmt: skip
    books, law = Books(), load()
    books.take((1, 0, EXPECTED))
    assert list(positions.counts_once(books, (2, 1, booked), law)) == []
    books.take((2, 1, booked))
    assert books.awaited == {}
    assert [each.invariant for each in positions.counts_once(books, (3, 2, booked), law)] == [2]
