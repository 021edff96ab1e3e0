"""0.6: what becomes of an order, the same at every broker."""

from decimal import Decimal

import pytest

from allusetui.domain.contract import Side, Stock
from allusetui.domain.input import (
    BrokerOrder,
    OrderAcked,
    OrderCancelled,
    OrderExecuted,
    OrderRejected,
)
from allusetui.domain.moment import SECOND_MS
from tests.broker.contract.twins import order
from tests.broker.contract.words import AT_ONCE, LATER, PUT, RESTING, SLOW, Opened, kinds, listed
from tests.broker.gateway.desks import provision
from tests.broker.scripts import OF_AAPL, fault


@pytest.mark.clause("0.6")
def test_0_6_an_order_that_nobody_meets_is_acknowledged_and_works(opened: Opened) -> None:
    twin = opened()
    resting = order(1, PUT, Side.SELL, RESTING)
    assert twin.place(resting) == [OrderAcked(twin.now_ms, resting.client_order_id)]
    assert twin.wait(60 * SECOND_MS) == []
    assert listed(twin) == {resting.client_order_id: (True, 0)}


@pytest.mark.clause("0.6", "10.3")
@pytest.mark.parametrize(("side", "limit"), [(Side.SELL, "1"), (Side.BUY, "9")])
def test_0_6_an_order_that_is_met_fills_at_once_at_the_other_sides_quote_and_costs_a_commission(
    opened: Opened, side: Side, limit: str
) -> None:
    twin = opened()
    quote = twin.quote(PUT)
    met = order(1, PUT, side, limit, 3)
    assert kinds(twin.place(met)) == [OrderAcked, OrderExecuted]
    (row,) = twin.executions
    assert (row.client_order_id, row.contract, row.side, row.quantity) == (met.client_order_id, PUT, side, 3)
    assert row.price == (quote.bid if side is Side.SELL else quote.ask)
    assert row.commission == Decimal("1.95")
    assert listed(twin) == {met.client_order_id: (False, 3)}


@pytest.mark.clause("0.6")
def test_0_6_a_sale_at_the_middle_fills_at_its_limit_a_second_later_and_not_before(opened: Opened) -> None:
    twin = opened()
    middle = twin.quote(PUT).mid.quantize(Decimal("0.01"))
    twin.place(order(1, PUT, Side.SELL, middle))
    assert twin.until(twin.now_ms + SECOND_MS - 1) == []
    (filled,) = twin.wait(1)
    assert isinstance(filled, OrderExecuted) and filled.at_ms == twin.now_ms
    assert [row.price for row in filled.executions] == [middle]


@pytest.mark.clause("0.6")
def test_0_6_an_order_works_fills_in_part_and_then_whole(opened: Opened) -> None:
    twin = opened(SLOW)
    slow = order(1, PUT, Side.SELL, AT_ONCE, 5)
    assert kinds(twin.place(slow)) == [OrderAcked]
    parts = [sum(row.quantity for row in twin.executions)]
    shown = []
    for _ in range(4):
        twin.wait(SECOND_MS)
        parts.append(sum(row.quantity for row in twin.executions))
        shown.append(listed(twin)[slow.client_order_id])
    assert parts == [0, 2, 4, 5, 5]
    assert shown == [(True, 2), (True, 4), (False, 5), (False, 5)]
    assert sum((row.commission for row in twin.executions), Decimal(0)) == Decimal("3.25")
    assert kinds(twin.came).count(OrderAcked) == 1


@pytest.mark.clause("0.6")
def test_0_6_shares_fill_one_for_one_and_their_multiplier_is_one(opened: Opened) -> None:
    twin = opened("", provision("GEN", cash=1_000_000, shares=100), provision("REV", cash=1_000_000))
    _, before = twin.ask()
    twin.place(order(1, Stock("AAPL"), Side.SELL, "150", 100))
    twin.place(order(2, Stock("GOOG"), Side.BUY, "400", 7))
    _, after = twin.ask()
    sold, bought = twin.executions
    assert dict(before.positions) == {Stock("AAPL"): 100} and dict(after.positions) == {Stock("GOOG"): 7}
    assert after.cash - before.cash == sold.price * 100 - bought.price * 7 - sold.commission - bought.commission


@pytest.mark.clause("0.6")
def test_0_6_a_rejected_order_is_told_with_a_reason_and_is_dead(opened: Opened) -> None:
    twin = opened(fault("reject", OF_AAPL))
    refused = order(1, PUT, Side.SELL, AT_ONCE)
    (told,) = twin.place(refused)
    assert isinstance(told, OrderRejected) and told.client_order_id == refused.client_order_id
    assert "rejected by the exchange" in told.reason
    assert listed(twin) == {refused.client_order_id: (False, 0)}
    assert twin.cancel(refused.client_order_id) == []
    assert twin.ask()[1].positions == {}


# Cancels


@pytest.mark.clause("0.6")
def test_0_6_a_cancel_of_a_working_order_is_proven_with_what_had_filled(opened: Opened) -> None:
    twin = opened(SLOW)
    slow = order(1, PUT, Side.SELL, AT_ONCE, 5)
    twin.place(slow)
    twin.wait(2 * SECOND_MS)
    assert twin.cancel(slow.client_order_id) == [OrderCancelled(twin.now_ms, slow.client_order_id, 4)]
    assert twin.wait(10 * SECOND_MS) == []
    assert listed(twin) == {slow.client_order_id: (False, 4)}


@pytest.mark.clause("0.6")
def test_0_6_a_cancel_of_what_is_over_or_was_never_there_changes_nothing(opened: Opened) -> None:
    twin = opened()
    filled, cancelled = order(1, PUT, Side.SELL, AT_ONCE), order(2, PUT, Side.SELL, RESTING)
    twin.place(filled)
    twin.place(cancelled)
    twin.cancel(cancelled.client_order_id)
    for order_id in (filled.client_order_id, cancelled.client_order_id, "AU-ab12cd-GEN-9-1.v1"):
        assert twin.cancel(order_id) == []
    assert twin.wait(10 * SECOND_MS) == []
    assert listed(twin) == {filled.client_order_id: (False, 1), cancelled.client_order_id: (False, 0)}


@pytest.mark.clause("0.6")
@pytest.mark.parametrize("early_ms", [0, 1])
def test_0_6_where_a_cancel_and_a_fill_cross_one_of_them_is_told_and_the_fill_is_the_truth(
    opened: Opened, early_ms: int
) -> None:
    twin = opened()
    crossing = order(1, PUT, Side.SELL, twin.quote(PUT).mid.quantize(Decimal("0.01")))
    twin.place(crossing)
    twin.now_ms += SECOND_MS - early_ms  # nobody has looked yet
    told = twin.cancel(crossing.client_order_id)
    assert kinds(told) == ([OrderCancelled] if early_ms else [OrderExecuted])
    assert listed(twin) == {crossing.client_order_id: (False, 1 - early_ms)}
    assert twin.ask()[1].positions == ({} if early_ms else {PUT: -1})


@pytest.mark.clause("0.6")
@pytest.mark.peer(11)
@pytest.mark.parametrize("limit", [RESTING, AT_ONCE])
def test_0_6_an_id_is_used_once(opened: Opened, limit: str) -> None:
    twin = opened()
    first = order(1, PUT, Side.SELL, limit)
    twin.place(first)
    shown = listed(twin)
    with pytest.raises(ValueError, match="placed before"):
        twin.place(first)
    assert listed(twin) == shown
    twin.cancel(first.client_order_id)
    with pytest.raises(ValueError, match="placed before"):
        twin.place(first)
    assert sum(twin.ask()[1].positions.values()) == -(limit == AT_ONCE)


# Rolls


@pytest.mark.clause("6.10")
def test_6_10_a_roll_fills_both_legs_in_one_report_and_nets_to_its_limit_or_better(opened: Opened) -> None:
    twin = opened("", provision("GEN", cash=1_000_000, options=[(PUT, -2)]), provision("REV"))
    _, before = twin.ask()
    twin.place(order(1, PUT, Side.BUY, "0.5", 2, candidate=LATER))
    (filled,) = twin.of(OrderExecuted)
    bought, sold = sorted(filled.executions, key=lambda row: row.side)
    assert (bought.contract, bought.side, bought.quantity) == (PUT, Side.BUY, 2)
    assert (sold.contract, sold.side, sold.quantity) == (LATER, Side.SELL, 2)
    assert bought.price - sold.price <= Decimal("0.5")
    assert bought.commission == sold.commission == Decimal("1.30")
    _, after = twin.ask()
    assert dict(after.positions) == {LATER: -2}
    assert after.cash - before.cash == 200 * (sold.price - bought.price) - Decimal("2.60")


@pytest.mark.clause("6.10")
@pytest.mark.peer(23)
def test_6_10_a_roll_in_a_slow_market_never_has_one_leg_more_than_the_other(opened: Opened) -> None:
    twin = opened(SLOW, provision("GEN", cash=1_000_000, options=[(PUT, -5)]), provision("REV"))
    roll = order(1, PUT, Side.BUY, "0.5", 5, candidate=LATER)
    twin.place(roll)
    twin.wait(2 * SECOND_MS)
    assert dict(twin.ask()[1].positions) == {PUT: -1, LATER: -4}
    assert twin.cancel(roll.client_order_id) == [OrderCancelled(twin.now_ms, roll.client_order_id, 4)]
    seen, _ = twin.ask()
    assert seen.orders == (BrokerOrder(roll.client_order_id, open=False, filled=4),)


@pytest.mark.clause("6.10")
def test_6_10_a_roll_that_nobody_meets_moves_neither_leg(opened: Opened) -> None:
    twin = opened("", provision("GEN", cash=1_000_000, options=[(PUT, -2)]), provision("REV"))
    twin.place(order(1, PUT, Side.BUY, "-3", 2, candidate=LATER))
    twin.wait(60 * SECOND_MS)
    assert dict(twin.ask()[1].positions) == {PUT: -2}
    assert kinds(twin.came).count(OrderExecuted) == 0


# Accounts


@pytest.mark.clause("0.6")
def test_0_6_two_accounts_trade_the_same_contract_and_each_order_is_its_own(opened: Opened) -> None:
    twin = opened()
    mine, theirs = order(1, PUT, Side.SELL, AT_ONCE, 2), order(2, PUT, Side.SELL, RESTING, 3, account="REV")
    twin.place(mine)
    twin.place(theirs)
    assert listed(twin) == {mine.client_order_id: (False, 2), theirs.client_order_id: (True, 0)}
    twin.place(order(3, PUT, Side.BUY, "9", 1, account="REV"))
    assert twin.ask()[1].positions == {PUT: -1}
    assert [(row.client_order_id, row.side) for row in twin.executions] == [
        (mine.client_order_id, Side.SELL), ("AU-ab12cd-REV-3-1.v1", Side.BUY),
    ]  # fmt: skip
