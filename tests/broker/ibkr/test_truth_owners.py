"""0.6, 9.5: whose news it is: orders that are two, those of other clients, accounts and sessions, reused handles."""

from dataclasses import replace

import pytest

from allusetui.broker.ibkr.evidence import (
    DoneSeen,
    OpenSeen,
    Stage,
)
from allusetui.broker.ibkr.fills import PATIENCE_MS
from allusetui.broker.ibkr.truth import OrderTruth
from allusetui.domain.input import (
    BrokerOrder,
    ForeignOrderSeen,
    OrderAcked,
    OrderCancelled,
    OrderDoubled,
    OrderExecuted,
)
from tests.broker.ibkr.truths import ACCOUNT, OTHER, REF, Wire, fee, fill, opened, status


@pytest.mark.clause("0.6")
@pytest.mark.peer(12)
def test_0_6_a_second_permanent_number_behind_one_reference_has_to_be_cancelled() -> None:
    wire = Wire()
    wire.hear(opened())
    assert OrderDoubled(1_000, REF, ("11", "12")) in wire.hear(opened(permanent=12, handle=8))
    assert wire.truth.take_strays() == [8]
    assert wire.truth.handles_of(REF) == [7, 8]


@pytest.mark.clause("0.6")
@pytest.mark.peer(12)
@pytest.mark.parametrize("numbers", [(11, 12), (12, 11)])
def test_0_6_an_order_that_is_two_is_over_when_both_are_and_open_until_then(numbers: tuple[int, int]) -> None:
    wire = Wire()
    wire.hear(opened(), opened(permanent=12, handle=8))
    wire.truth.cancel_asked(REF)
    first, second = numbers
    assert wire.hear(status(Stage.CANCELLED, permanent=first, handle=None)) == []
    assert wire.after(PATIENCE_MS) == []
    assert [order.open for order in wire.truth.answer(0, wire.now_ms, complete=True).orders] == [True]
    assert OrderCancelled(wire.now_ms, REF, 0) in wire.hear(status(Stage.CANCELLED, permanent=second, handle=None))


@pytest.mark.clause("0.6")
def test_0_6_the_second_of_two_orders_that_has_ended_is_not_brought_back_by_late_news() -> None:
    wire = Wire()
    wire.hear(opened(), opened(permanent=12, handle=8), status(Stage.CANCELLED, permanent=12, handle=None))
    wire.hear(status(Stage.WORKING, permanent=12, handle=None))
    wire.truth.cancel_asked(REF)
    assert wire.hear(status(Stage.CANCELLED)) == [OrderCancelled(1_000, REF, 0)]


@pytest.mark.clause("0.6")
def test_0_6_what_had_to_be_cancelled_is_not_by_a_handle_of_the_connection_before() -> None:
    wire = Wire()
    wire.hear(opened(), opened(permanent=12, handle=8))
    wire.truth.disconnected()
    assert wire.truth.take_strays() == [] == wire.truth.handles_of(REF)


@pytest.mark.clause("0.6")
def test_0_6_of_an_order_that_is_two_nothing_falls_due_while_the_other_works() -> None:
    wire = Wire()
    wire.hear(opened(), opened(permanent=12, handle=8), status(Stage.CANCELLED, handle=None))
    wire.after(10 * PATIENCE_MS)
    assert wire.truth.next_ms() is None  # whoever turns the session would be woken without end


@pytest.mark.clause("0.6")
def test_0_6_fills_of_both_are_counted_and_a_second_that_is_known_by_its_fill_alone_is_told() -> None:
    wire = Wire()
    wire.hear(opened(), fill(quantity=4), fee())
    second = replace(fill("e.2.01", quantity=4), permanent=12)
    assert OrderDoubled(1_000, REF, ("11", "12")) in wire.hear(second, fee("e.2.01"))
    assert sum(row.quantity for row in wire.executions) == 8


@pytest.mark.clause("0.6", "9.5")
def test_0_6_that_an_order_is_two_is_told_before_what_the_second_one_has_filled() -> None:
    wire = Wire()
    wire.hear(opened(), fill(quantity=4), fee(), fee("e.2.01"))
    told = wire.hear(replace(fill("e.2.01", quantity=4), permanent=12))
    assert [type(report) for report in told] == [OrderDoubled, OrderExecuted]


@pytest.mark.clause("0.6")
def test_0_6_two_orders_are_told_again_with_each_answer_while_both_work_and_not_after() -> None:
    wire = Wire()
    wire.hear(opened(), opened(permanent=12, handle=8))
    wire.truth.answer(0, wire.now_ms, complete=True)
    assert wire.after(0) == [OrderDoubled(1_000, REF, ("11", "12"))]
    assert wire.hear(opened(Stage.CANCELLED, permanent=12, handle=8)) == []
    (left,) = wire.truth.answer(0, wire.now_ms, complete=True).orders
    assert left.open
    assert wire.after(0) == []


@pytest.mark.clause("9.5")
@pytest.mark.peer(13)
def test_9_5_an_order_that_another_client_placed_is_open_and_out_of_reach_until_it_is_over() -> None:
    wire = Wire()
    wire.hear(opened(ref=OTHER, permanent=21, handle=None))
    assert BrokerOrder(OTHER, open=True, filled=0, reachable=False) in wire.truth.answer(0, 1_000, complete=True).orders
    assert BrokerOrder(OTHER, open=True, filled=0) in wire.truth.answer(0, 1_000, complete=False).orders
    wire.hear(opened(Stage.CANCELLED, OTHER, 21, None))
    assert BrokerOrder(OTHER, open=False, filled=0) in wire.truth.answer(0, 1_000, complete=True).orders


@pytest.mark.clause("9.5")
def test_9_5_what_is_called_like_ours_in_an_account_that_is_not_is_somebody_elses() -> None:
    truth = OrderTruth(frozenset({ACCOUNT}))
    told = truth.hear(replace(opened(), account="DU9"), 1_000)
    assert [type(each) for each in told] == [ForeignOrderSeen]
    done = DoneSeen(OTHER, 12, "DU9", Stage.FILLED, 4)
    assert truth.hear(replace(fill(), account="DU9"), 1_000) == truth.hear(done, 1_000) == []
    assert truth.answer(0, 1_000, complete=True).orders == ()


@pytest.mark.clause("0.6")
def test_0_6_a_handle_that_was_given_out_again_tells_nothing_of_the_order_that_had_it_first() -> None:
    wire = Wire()
    wire.hear(opened())
    wire.truth.disconnected()
    wire.truth.sent(OTHER, 7, is_combo=False)
    assert wire.hear(status(Stage.CANCELLED, permanent=99)) == [OrderCancelled(1_000, OTHER, 0)]
    listed = {o.client_order_id: o.open for o in wire.truth.answer(0, 1_000, complete=True).orders}
    assert listed == {REF: True, OTHER: False}


@pytest.mark.clause("0.6")
def test_0_6_a_permanent_number_counts_more_than_a_handle() -> None:
    wire = Wire()
    wire.hear(opened())
    wire.hear(status(Stage.CANCELLED, permanent=99))
    assert wire.truth.unattributed == 1 and wire.reports == [OrderAcked(1_000, REF)]
    wire.hear(opened(ref=OTHER, permanent=21, handle=8))
    assert wire.hear(status(Stage.CANCELLED, permanent=11, handle=8)) == [OrderCancelled(1_000, REF, 0)]


@pytest.mark.clause("0.6")
def test_0_6_orders_without_a_permanent_number_yet_are_told_apart() -> None:
    wire = Wire()
    wire.truth.sent(OTHER, 8, is_combo=False)
    wire.hear(opened(permanent=0), opened(permanent=0, ref=OTHER, handle=8))
    wire.hear(fill("e.2.01", 4, OTHER), fee("e.2.01"), status(Stage.FILLED, 4, 0, 8))
    assert {e.client_order_id for e in wire.executions} == {OTHER}
    listed = {o.client_order_id: (o.open, o.filled) for o in wire.truth.answer(0, 1_000, complete=True).orders}
    assert listed == {REF: (True, 0), OTHER: (False, 4)}


@pytest.mark.clause("9.5")
def test_9_5_a_foreign_order_is_told_once_and_listed_while_it_works() -> None:
    wire = Wire()
    manual = OpenSeen("", 77, None, ACCOUNT, Stage.WORKING, "TSLA", 3)
    (told,) = wire.hear(manual)
    assert wire.hear(manual) == []
    assert (told.id, told.symbol, told.quantity) == ("77", "TSLA", 3)
    assert [f.id for f in wire.truth.answer(0, 1_000, complete=True).foreign] == ["77"]
    wire.hear(OpenSeen("", 77, None, ACCOUNT, Stage.CANCELLED, "TSLA", 3))
    assert wire.truth.answer(0, 1_000, complete=True).foreign == ()


@pytest.mark.clause("0.6", "9.5")
def test_0_6_of_another_session_s_orders_only_what_still_works_concerns_this_one() -> None:
    truth = OrderTruth(ours="AU-ab12cd-")
    theirs = "AU-ffffff-GEN-1-1.v1"
    for seen in (fill(ref=theirs), fee(), DoneSeen(theirs, 11, ACCOUNT, Stage.FILLED, 4)):
        assert truth.hear(seen, 1_000) == []
    assert not truth.wants_executions
    assert truth.answer(0, 1_000, complete=True).orders == ()
    truth.hear(opened(ref="AU-ffffff-GEN-2-1.v1", permanent=12, handle=None), 2_000)
    (listed,) = truth.answer(0, 3_000, complete=True).orders
    assert (listed.client_order_id, listed.open) == ("AU-ffffff-GEN-2-1.v1", True)
