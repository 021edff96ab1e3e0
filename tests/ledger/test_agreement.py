"""Whatever trades come, the ledger and the engine's books say the same."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allusetui.domain.contract import Stock
from allusetui.domain.event import LotClosed
from allusetui.domain.money import ZERO, to_cent
from allusetui.ledger.postings import balances, postings
from tests.ledger.dealing import Dealing
from tests.ledger.happenings import AAPL, CALL, LONG, PUT, commissions, fine_commissions, happened

pytestmark = pytest.mark.clause("10.1")


def breaches(book: Dealing, exact: bool) -> Iterator[str]:
    """Rows of an event that don't balance, balances that are not the account's; `exact`: its profit too, as rounded."""
    account, rows = book.desk.state.accounts["GEN"], list(postings(book.records))
    sums: dict[int, Decimal] = {}
    for row in rows:
        sums[row.seq] = sums.get(row.seq, ZERO) + row.amount
    yield from (f"the rows of {seq} sum to {total}" for seq, total in sums.items() if total)
    found = balances(rows)
    if found["GEN", "cash"] != to_cent(account.cash):
        yield f"cash {found['GEN', 'cash']}, the account has {account.cash}"
    # The engine rounds each lot of shares, the ledger their sum.
    shares = sum(isinstance(e, LotClosed) and isinstance(e.contract, Stock) for e in book.desk.events)
    apart = abs(found.get(("GEN", "realized"), ZERO) + account.realized_year)
    if exact and apart > Decimal("0.005") * shares:
        yield f"realized is {apart} off"
    empty = [] if account.lots else ["fees"]
    empty += [] if any(account.quantity(each) for each in (PUT, CALL, LONG)) else ["short_options"]
    empty += [] if account.quantity(AAPL) else ["stock"]
    yield from (f"{ledger} has {left} of nothing" for ledger in empty if (left := found.get(("GEN", ledger))))


@settings(max_examples=120)
@given(data=st.data(), steps=st.integers(1, 25))
def test_10_1_every_event_balances_and_cash_and_profit_are_the_engine_s(data: st.DataObject, steps: int) -> None:
    assert list(breaches(happened(data, steps, commissions), exact=True)) == []


@settings(max_examples=60)
@given(data=st.data(), steps=st.integers(1, 25))
def test_10_1_cash_is_the_engine_s_where_commissions_have_fractions_of_a_cent(data: st.DataObject, steps: int) -> None:
    assert list(breaches(happened(data, steps, fine_commissions), exact=False)) == []
