"""Whatever trades come, the ledger and the engine's books say the same."""

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


def check(book: Dealing, exact: bool) -> None:
    """Each event's rows balance; what they add up to is the account's; `exact`: profit too, but for its rounding."""
    account, rows = book.desk.state.accounts["GEN"], list(postings(book.records))
    sums: dict[int, Decimal] = {}
    for row in rows:
        sums[row.seq] = sums.get(row.seq, ZERO) + row.amount
    assert set(sums.values()) == {ZERO}
    found = balances(rows)
    assert found["GEN", "cash"] == to_cent(account.cash)
    if exact:
        # The engine rounds each lot of shares, the ledger their sum.
        shares = sum(isinstance(e, LotClosed) and isinstance(e.contract, Stock) for e in book.desk.events)
        apart = abs(found.get(("GEN", "realized"), ZERO) + account.realized_year)
        assert apart <= Decimal("0.005") * shares
    for ledger, contracts in (("short_options", (PUT, CALL, LONG)), ("stock", (AAPL,))):
        if not any(account.quantity(contract) for contract in contracts):
            assert found.get(("GEN", ledger), ZERO) == 0
    if not account.lots:
        assert found.get(("GEN", "fees"), ZERO) == 0


@settings(max_examples=120)
@given(data=st.data(), steps=st.integers(1, 25))
def test_10_1_every_event_balances_and_cash_and_profit_are_the_engine_s(data: st.DataObject, steps: int) -> None:
    check(happened(data, steps, commissions), exact=True)


@settings(max_examples=60)
@given(data=st.data(), steps=st.integers(1, 25))
def test_10_1_cash_is_the_engine_s_where_commissions_have_fractions_of_a_cent(data: st.DataObject, steps: int) -> None:
    check(happened(data, steps, fine_commissions), exact=False)
