"""0.6: what becomes of an order by the broker's word alone."""

import pytest

from allusetui.broker.ibkr.evidence import (
    DoneSeen,
    ErrorSeen,
    Evidence,
    Stage,
)
from allusetui.broker.ibkr.fills import PATIENCE_MS
from allusetui.domain.input import (
    BrokerOrder,
    OrderAcked,
    OrderCancelled,
    OrderExecuted,
    OrderRejected,
)
from allusetui.domain.moment import DAY_MS
from tests.broker.ibkr.truths import ACCOUNT, REF, Wire, fee, fill, opened, status

# An order's life


@pytest.mark.clause("0.6")
def test_0_6_an_order_is_acknowledged_once_when_the_broker_works_it() -> None:
    wire = Wire()
    assert wire.hear(opened(Stage.PENDING)) == []
    assert wire.hear(opened(), status(Stage.WORKING), status(Stage.WORKING)) == [OrderAcked(1_000, REF)]


@pytest.mark.clause("0.6")
@pytest.mark.parametrize("code", [103, 104, 110, 161, 201, 202, 321, 354, 399, 10147, 10148, 10289, 10311, 10349])
def test_0_6_no_error_ends_a_live_order(code: int) -> None:
    wire = Wire()
    wire.hear(opened())
    assert wire.hear(ErrorSeen(7, code, "Order Canceled - reason: says who")) == []
    assert wire.after(PATIENCE_MS) == []
    (listed,) = wire.truth.answer(1_000, wire.now_ms, complete=True).orders
    assert listed == BrokerOrder(REF, open=True, filled=0)


@pytest.mark.clause("0.6")
def test_0_6_a_cancel_that_the_broker_reports_is_the_end_with_what_had_filled() -> None:
    wire = Wire()
    wire.hear(opened(), fill(quantity=1), fee())
    wire.truth.cancel_asked(REF)
    assert wire.hear(status(Stage.CANCELLED, filled=1)) == [OrderCancelled(1_000, REF, 1)]


@pytest.mark.clause("0.6")
def test_0_6_an_end_waits_for_the_fills_that_it_counts() -> None:
    wire = Wire()
    wire.hear(opened())
    assert wire.hear(status(Stage.CANCELLED, filled=1)) == []
    assert wire.truth.wants_executions
    told = wire.hear(fill(quantity=1), fee())
    assert [type(report) for report in told] == [OrderExecuted, OrderCancelled]


@pytest.mark.clause("0.6")
def test_0_6_an_end_whose_fills_never_come_is_told_with_what_the_broker_counts() -> None:
    wire = Wire()
    wire.hear(opened(), status(Stage.CANCELLED, filled=1))
    assert wire.truth.next_ms() == 1_000 + PATIENCE_MS
    assert wire.after(PATIENCE_MS) == [OrderCancelled(wire.now_ms, REF, 1)]


@pytest.mark.clause("0.6")
@pytest.mark.peer(20)
@pytest.mark.parametrize("stage", [Stage.INACTIVE, Stage.CANCELLED])
@pytest.mark.parametrize("error_first", [True, False])
def test_0_6_a_refusal_is_told_with_its_reason_whichever_comes_first(stage: Stage, error_first: bool) -> None:
    wire = Wire()
    refused: list[Evidence] = [ErrorSeen(7, 201, "Order rejected - margin\x1b[31m"), status(stage)]
    wire.hear(*(refused if error_first else refused[::-1]))
    rejected = [r for r in wire.reports if isinstance(r, OrderRejected)]
    cancelled = [r for r in wire.reports if isinstance(r, OrderCancelled)]
    if stage is Stage.CANCELLED and not error_first:
        assert (rejected, cancelled) == ([], [OrderCancelled(1_000, REF, 0)])  # nobody had said why
    else:
        assert rejected == [OrderRejected(1_000, REF, "Order rejected - margin[31m")]


@pytest.mark.clause("0.6")
def test_0_6_an_order_that_is_only_inactive_is_neither_acknowledged_nor_over() -> None:
    wire = Wire()
    assert wire.hear(status(Stage.INACTIVE)) == []
    assert wire.after(60_000) == []
    assert [type(r) for r in wire.hear(status(Stage.WORKING))] == [OrderAcked]


@pytest.mark.clause("0.6")
def test_0_6_a_completed_order_is_over_though_it_names_no_handle() -> None:
    wire = Wire()
    wire.hear(DoneSeen(REF, 11, ACCOUNT, Stage.CANCELLED, 0))
    assert wire.reports == [OrderCancelled(1_000, REF, 0)]


@pytest.mark.clause("0.6")
def test_0_6_a_fill_after_a_cancel_is_told_all_the_same() -> None:
    wire = Wire()
    wire.hear(opened(), status(Stage.CANCELLED))
    wire.hear(fill(quantity=1), fee())
    assert [e.quantity for e in wire.executions] == [1]


@pytest.mark.clause("0.6")
def test_0_6_an_order_that_was_told_to_be_over_and_is_listed_again_has_to_be_cancelled() -> None:
    wire = Wire()
    wire.hear(opened(), status(Stage.CANCELLED))
    assert wire.truth.take_strays() == []
    wire.hear(opened(handle=8))
    assert wire.truth.take_strays() == [8]
    assert wire.truth.take_strays() == []


@pytest.mark.clause("0.6")
def test_0_6_an_end_that_nobody_was_told_of_is_taken_back_when_the_order_is_seen_to_work() -> None:
    wire = Wire()
    wire.hear(opened(), status(Stage.CANCELLED, filled=1))  # which waits for its fill
    assert wire.hear(status(Stage.WORKING, filled=1)) == [] == wire.after(PATIENCE_MS)
    (listed,) = wire.truth.answer(0, wire.now_ms, complete=True).orders
    assert listed.open


@pytest.mark.clause("0.6")
@pytest.mark.parametrize("end", [Stage.FILLED, Stage.CANCELLED])
def test_0_6_an_order_that_is_over_is_not_opened_again_by_late_news_of_it(end: Stage) -> None:
    wire = Wire()
    wire.hear(opened(), fill(), fee(), status(end, 4))
    wire.reports.clear()
    wire.hear(status(Stage.WORKING, 4), opened(Stage.PENDING), opened())
    (listed,) = wire.truth.answer(0, wire.now_ms, complete=True).orders
    assert (listed.open, listed.filled, wire.reports) == (False, 4, [])


# Answers


@pytest.mark.clause("0.6")
def test_0_6_an_answer_lists_what_the_broker_named_since_the_question_and_proves_the_absence_of_the_rest() -> None:
    wire = Wire()
    wire.hear(opened())
    wire.after(5_000)
    assert wire.truth.answer(6_000, wire.now_ms, complete=True).orders == ()
    wire.hear(opened())
    assert wire.truth.answer(6_000, wire.now_ms, complete=True).orders == (BrokerOrder(REF, True, 0),)


@pytest.mark.clause("0.6")
def test_0_6_after_a_correction_an_order_has_filled_what_its_executions_say() -> None:
    wire = Wire()
    wire.hear(opened(), fill(), fee(), status(Stage.FILLED, 4))
    wire.hear(fill("e.1.02", quantity=3), fee("e.1.02"))
    (listed,) = wire.truth.answer(0, 1_000, complete=True).orders
    assert (listed.open, listed.filled) == (False, 3)


@pytest.mark.clause("0.6")
def test_0_6_what_is_over_is_in_the_answers_for_days_and_then_forgotten_with_its_executions() -> None:
    wire = Wire()
    wire.hear(opened(), fill(), fee(), status(Stage.FILLED, 4))
    for days, kept in ((4, 1), (2, 0)):
        wire.after(days * DAY_MS)
        seen = wire.truth.answer(wire.now_ms, wire.now_ms, complete=True)
        assert (len(seen.orders), len(seen.executions)) == (kept, kept)
    assert wire.truth.next_ms() is None and not wire.truth.wants_executions


# Refused, and nowhere


def refused_at(wire: Wire, ms: int) -> list[OrderRejected]:
    """Those told once a whole answer to a question of an instant has come."""
    wire.after(ms - wire.now_ms)
    wire.truth.answer(ms, ms, complete=True)
    return [report for report in wire.after(0) if isinstance(report, OrderRejected)]


@pytest.mark.clause("0.6")
@pytest.mark.peer(20)
def test_0_6_a_refusal_and_two_absences_two_seconds_apart_are_a_rejection_with_its_reason() -> None:
    wire = Wire()
    wire.hear(ErrorSeen(7, 110, "no such price"))
    assert refused_at(wire, 1_000) == []  # asked in the very moment
    assert refused_at(wire, 2_000) == [] and refused_at(wire, 3_999) == []
    assert refused_at(wire, 4_000) == [OrderRejected(4_000, REF, "no such price")]
    assert refused_at(wire, 8_000) == []


@pytest.mark.clause("0.6")
@pytest.mark.parametrize("code", [103, 161, 202, 399, 404, 10147, 10148, 10349, 2109])
def test_0_6_what_is_said_of_an_order_that_may_work_on_is_no_refusal(code: int) -> None:
    held, absent = Wire(), Wire()
    assert held.hear(ErrorSeen(7, code, "says who"), status(Stage.INACTIVE)) == []
    absent.hear(ErrorSeen(7, code, "says who"))
    for ms in (2_000, 6_000, 60_000):
        assert refused_at(held, ms) == refused_at(absent, ms) == []


@pytest.mark.clause("0.6")
def test_0_6_a_complaint_under_a_number_that_no_order_has_concerns_none() -> None:
    wire = Wire()
    assert wire.hear(ErrorSeen(99, 110, "no such price"), status(Stage.INACTIVE)) == []
    assert [refused_at(wire, ms) for ms in (2_000, 6_000)] == [[], []]


@pytest.mark.clause("0.6")
@pytest.mark.peer(19)
def test_0_6_who_is_listed_or_is_only_absent_is_not_rejected() -> None:
    absent, shown = Wire(), Wire()
    shown.hear(ErrorSeen(7, 110, "no such price"), opened())
    for ms in (2_000, 6_000, 60_000):
        assert refused_at(absent, ms) == refused_at(shown, ms) == []


@pytest.mark.clause("0.6")
def test_0_6_one_that_was_told_to_be_rejected_and_works_all_the_same_has_to_be_cancelled() -> None:
    wire = Wire()
    wire.hear(ErrorSeen(7, 110, "no such price"))
    assert [refused_at(wire, ms) != [] for ms in (2_000, 4_000)] == [False, True]
    wire.hear(opened())
    assert wire.truth.take_strays() == [7]


@pytest.mark.clause("0.6")
def test_0_6_what_was_working_when_it_was_last_listed_is_not_waited_for_after_days() -> None:
    """A part of it had filled, by its status alone: of the day before no gateway tells."""
    wire = Wire()
    wire.hear(opened(), status(Stage.WORKING, filled=2))
    for days, wanted in ((4, True), (2, False)):
        wire.after(days * DAY_MS)
        assert not any(order.open for order in wire.truth.answer(wire.now_ms, wire.now_ms, complete=True).orders)
        assert wire.truth.wants_executions is wanted
    assert wire.truth.handles_of(REF) == []
