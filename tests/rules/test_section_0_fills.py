"""0.6: fills that come late, twice, corrected, or across a cancel. The engine is handed what a broker might report."""

from decimal import Decimal

import pytest

from allusetui.domain.effect import AskOrders, CancelOrder
from allusetui.domain.input import BrokerOrder, OrderAcked, OrderCancelled, OrdersSeen
from tests.rules.desks import FEE, Desk, placed


def income(quantity: int, price: str) -> Decimal:
    return quantity * (Decimal(price) * 100 - FEE)


@pytest.mark.clause("0.6")
def test_0_6_an_execution_told_twice_is_booked_once() -> None:
    desk = Desk()
    desk.executed(desk.fill("a.1.01"))
    desk.executed(desk.fill("a.1.01"))
    assert (desk.held, desk.account.cash - desk.cash) == (-4, income(4, "1.16"))


@pytest.mark.clause("0.6")
def test_0_6_a_corrected_execution_replaces_the_first_and_is_not_added() -> None:
    desk = Desk()
    desk.executed(desk.fill("a.1.01"))
    desk.executed(desk.fill("a.1.02", price="1.15"))
    assert (desk.held, desk.account.cash - desk.cash) == (-4, income(4, "1.15"))
    (lot,) = desk.account.lots[desk.intent.contract]
    assert (lot.price, lot.fees_usd) == (Decimal("1.15"), 4 * FEE)
    assert desk.account.fees_year == 4 * FEE and desk.account.realized_year == 0


@pytest.mark.clause("0.6")
def test_0_6_a_correction_of_the_quantity_changes_what_is_held_and_what_is_still_wanted() -> None:
    desk = Desk()
    desk.executed(desk.fill("a.1.01", quantity=3))
    desk.executed(desk.fill("a.1.02", quantity=2))
    assert (desk.held, desk.account.cash - desk.cash) == (-2, income(2, "1.16"))
    assert desk.engine.state.intents["1"].open_quantity == 2


@pytest.mark.clause("0.6")
def test_0_6_an_older_version_of_an_execution_that_comes_late_is_not_booked() -> None:
    desk = Desk()
    desk.executed(desk.fill("a.1.02", price="1.15"))
    desk.executed(desk.fill("a.1.01"))
    assert (desk.held, desk.account.cash - desk.cash) == (-4, income(4, "1.15"))


@pytest.mark.clause("0.6", "9.5")
def test_0_6_corrections_are_known_after_a_restart() -> None:
    desk = Desk()
    desk.executed(desk.fill("a.1.01"))
    desk.restart()
    desk.executed(desk.fill("a.1.02", price="1.15"))
    assert (desk.held, desk.account.cash - desk.cash) == (-4, income(4, "1.15"))


@pytest.mark.clause("0.6")
def test_0_6_a_fill_before_the_acknowledgement_counts_and_the_late_acknowledgement_changes_nothing() -> None:
    desk = Desk()
    desk.executed(desk.fill("a.1.01"))
    assert desk.tell(OrderAcked(desk.now_ms, desk.order_id)).events == ()
    assert desk.engine.state.intents == {}


@pytest.mark.clause("0.6")
def test_0_6_where_a_cancel_crosses_a_full_fill_the_fill_wins_and_no_replacement_leaves() -> None:
    desk = Desk()
    wanted = desk.after(1)
    assert [type(e).__name__ for e in wanted.effects] == ["CancelOrder"]
    desk.executed(desk.fill("a.1.01"))
    late = desk.tell(OrderCancelled(desk.now_ms, desk.order_id, 4))
    assert (late.events, late.effects) == ((), ())
    assert (desk.held, desk.engine.state.intents) == (-4, {})


@pytest.mark.clause("0.6")
def test_0_6_where_a_cancel_crosses_a_partial_fill_the_next_version_is_the_rest() -> None:
    desk = Desk()
    desk.after(1)
    desk.executed(desk.fill("a.1.01", quantity=3))
    assert placed(desk.tell(OrderCancelled(desk.now_ms, desk.order_id, 3))) == [("v2", 1)]


@pytest.mark.clause("0.6")
def test_0_6_a_cancel_that_knows_of_fills_we_have_not_seen_withholds_the_next_version_until_they_are_found() -> None:
    desk = Desk()
    desk.after(1)
    doubted = desk.tell(OrderCancelled(desk.now_ms, desk.order_id, 3))
    assert placed(doubted) == [] and AskOrders() in doubted.effects
    ended = (BrokerOrder(desk.order_id, open=False, filled=3),)
    desk.tell(OrdersSeen(desk.now_ms, ended, (desk.fill("a.1.01", quantity=3),), complete=True))
    sent = [order for n in (1, 1, 1, 1) for order in placed(desk.after(n))]
    assert sent[0] == ("v2", 1) and desk.held == -3


@pytest.mark.clause("0.6")
@pytest.mark.parametrize(("late", "rest"), [(1, [("v3", 3)]), (4, [])])
def test_0_6_a_fill_after_its_order_was_proven_dead_is_booked_and_the_version_that_followed_shrinks(
    late: int, rest: list[tuple[str, int]]
) -> None:
    desk = Desk()
    desk.after(1)
    assert placed(desk.tell(OrderCancelled(desk.now_ms, desk.order_id, 0))) == [("v2", 4)]
    second = desk.order_id.replace(".v1", ".v2")
    crossed = desk.executed(desk.fill("a.1.01", quantity=late))
    assert crossed.effects == (CancelOrder(second),) and desk.held == -late
    assert placed(desk.tell(OrderCancelled(desk.now_ms, second, 0))) == rest
    assert [i.open_quantity for i in desk.engine.state.intents.values()] == [q for _, q in rest]


@pytest.mark.clause("0.6")
def test_0_6_an_end_that_comes_unasked_for_is_followed_3_s_later_by_the_next_version() -> None:
    # The broker ends the order of its own accord: what is open is sent again, not as often as it is ended.
    desk = Desk()
    assert placed(desk.tell(OrderCancelled(desk.now_ms, desk.order_id, 0))) == []
    assert [placed(desk.after(1)) for _ in range(3)] == [[], [], [("v2", 4)]]
