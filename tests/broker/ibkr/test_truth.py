"""0.6: what becomes of an order by the broker's word alone, and executions that come twice, corrected or in pieces."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.broker.ibkr.evidence import (
    DoneSeen,
    ErrorSeen,
    Evidence,
    FeeSeen,
    FillSeen,
    OpenSeen,
    Stage,
    StatusSeen,
)
from allusetui.broker.ibkr.fills import PATIENCE_MS
from allusetui.broker.ibkr.truth import OrderTruth
from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.input import (
    BrokerOrder,
    Execution,
    ForeignOrderSeen,
    Input,
    OrderAcked,
    OrderCancelled,
    OrderDoubled,
    OrderExecuted,
    OrderRejected,
)
from allusetui.domain.moment import DAY_MS

DAY = date(2026, 3, 5)
REF, OTHER = "AU-ab12cd-GEN-1-1.v1", "AU-ab12cd-GEN-2-1.v1"
PUT = Option("AAPL", date(2026, 3, 6), Decimal("199.5"), Right.PUT)
LATER = Option("AAPL", date(2026, 3, 13), Decimal("197.5"), Right.PUT)
ACCOUNT = "DU4000001"


def opened(stage: Stage = Stage.WORKING, ref: str = REF, permanent: int = 11, handle: int | None = 7) -> OpenSeen:
    return OpenSeen(ref, permanent, handle, ACCOUNT, stage, "AAPL", 4)


def status(stage: Stage, filled: int = 0, permanent: int = 11, handle: int | None = 7) -> StatusSeen:
    return StatusSeen(permanent, handle, stage, filled)


def fill(
    exec_id: str = "e.1.01", quantity: int = 4, ref: str = REF, contract: Option | None = PUT, price: str = "1.16"
) -> FillSeen:
    return FillSeen(exec_id, ref, 11, ACCOUNT, contract, Side.SELL, quantity, Decimal(price), DAY)


def fee(exec_id: str = "e.1.01", amount: str = "2.60") -> FeeSeen:
    return FeeSeen(exec_id, Decimal(amount))


@dataclass
class Wire:
    """A truth at a clock, with an order for four puts on its way under handle 7, and all that it reported."""

    truth: OrderTruth = field(default_factory=OrderTruth)
    now_ms: int = 1_000
    reports: list[Input] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.truth.sent(REF, 7, is_combo=False)

    def hear(self, *seen: Evidence) -> Sequence[Input]:
        news = [report for each in seen for report in self.truth.hear(each, self.now_ms)]
        self.reports += news
        return news

    def after(self, ms: int) -> Sequence[Input]:
        self.now_ms += ms
        news = self.truth.advance(self.now_ms)
        self.reports += news
        return news

    @property
    def executions(self) -> list[Execution]:
        return [e for r in self.reports if isinstance(r, OrderExecuted) for e in r.executions]


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
    wire.hear(opened(Stage.CANCELLED, permanent=12, handle=8))
    wire.truth.answer(0, wire.now_ms, complete=True)
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


# Whose news it is


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


# Executions


@pytest.mark.clause("0.6", "10.3")
@pytest.mark.parametrize("fee_first", [True, False])
def test_0_6_an_execution_waits_for_its_commission_whichever_comes_first(fee_first: bool) -> None:
    wire = Wire()
    rows: list[Evidence] = [fee(), fill()] if fee_first else [fill(), fee()]
    assert wire.hear(rows[0]) == []
    wire.hear(rows[1])
    assert [(e.exec_id, e.commission) for e in wire.executions] == [("e.1.01", Decimal("2.60"))]


@pytest.mark.clause("0.6", "10.3")
def test_0_6_without_its_commission_an_execution_is_told_after_a_while_and_corrected_when_that_comes() -> None:
    wire = Wire()
    wire.hear(opened(), fill())
    assert wire.truth.wants_executions and wire.truth.next_ms() == 1_000 + PATIENCE_MS
    assert wire.after(PATIENCE_MS - 1) == []
    wire.after(1)
    assert wire.truth.wants_executions and wire.truth.next_ms() is None
    wire.hear(fee())
    assert [(e.exec_id, e.commission, e.root) for e in wire.executions] == [
        ("e.1.00", Decimal(0), ("e.1", 0)), ("e.1.01", Decimal("2.60"), ("e.1", 1)),
    ]  # fmt: skip
    assert not wire.truth.wants_executions


@pytest.mark.clause("0.6")
def test_0_6_an_execution_told_again_and_an_older_version_of_it_change_nothing() -> None:
    wire = Wire()
    wire.hear(fill("e.1.02", 3), fee("e.1.02"), fill("e.1.02", 3), fill("e.1.01"), fee("e.1.01"))
    wire.after(PATIENCE_MS)
    assert [(e.exec_id, e.quantity) for e in wire.executions] == [("e.1.02", 3)]


@pytest.mark.clause("0.6", "10.3")
def test_0_6_a_correction_without_a_commission_of_its_own_keeps_the_first_ones() -> None:
    wire = Wire()
    wire.hear(fill(), fee(), fill("e.1.02", price="1.15"))
    assert wire.after(29_999) == []
    wire.after(1)
    assert [(e.exec_id, e.commission) for e in wire.executions] == [
        ("e.1.01", Decimal("2.60")), ("e.1.02", Decimal("2.60")),
    ]  # fmt: skip
    assert not wire.truth.wants_executions  # nothing that is still to come could change it


@pytest.mark.clause("0.6", "10.3")
def test_0_6_a_correction_of_an_earlier_days_fill_whose_commission_never_comes_has_what_was_booked_for_it() -> None:
    booked = {"e.1": Decimal("2.60")}
    wire = Wire(OrderTruth(booked_fee=booked.get))
    wire.hear(fill("e.1.02", price="1.15"), fill("e.2.02", price="1.15"))
    assert wire.after(29_999) == []
    wire.after(1)
    assert [(e.exec_id, e.commission) for e in wire.executions] == [("e.1.02", Decimal("2.60")), ("e.2.00", Decimal(0))]


@pytest.mark.clause("6.3")
def test_6_3_a_roll_is_told_by_its_legs_both_at_once_and_never_by_the_combo() -> None:
    wire = Wire()
    wire.truth.sent(OTHER, 8, is_combo=True)
    wire.hear(fill("e.1.01", 2, OTHER, None), fill("e.2.01", 2, OTHER, PUT), fee("e.2.01"), fee("e.1.01"))
    assert wire.executions == []
    (told,) = wire.hear(fill("e.3.01", 2, OTHER, LATER), fee("e.3.01"))
    assert {e.contract for e in told.executions} == {PUT, LATER}
    assert wire.truth.fills.quantity(OTHER) == 2


@pytest.mark.clause("6.3")
def test_6_3_a_leg_that_stays_alone_is_told_after_a_while() -> None:
    wire = Wire()
    wire.truth.sent(OTHER, 8, is_combo=True)
    wire.hear(fill("e.2.01", 2, OTHER, PUT), fee("e.2.01"))
    wire.after(PATIENCE_MS)
    assert [e.contract for e in wire.executions] == [PUT]
    assert wire.truth.fills.quantity(OTHER) == 0


# Anything in any order

ROWS: list[Evidence] = [
    opened(Stage.PENDING), opened(), status(Stage.WORKING), fill("e.1.01", 1), fee("e.1.01", "0.65"),
    status(Stage.WORKING, 1), fill("e.2.01", 2), fee("e.2.01", "1.30"), status(Stage.WORKING, 3), fill("e.3.01", 2),
    fee("e.3.01", "1.30"), fill("e.3.02", 1), fee("e.3.02", "0.65"), status(Stage.FILLED, 4),
    ErrorSeen(7, 201, "no"), ErrorSeen(7, 10148, "no"),
]  # fmt: skip


@pytest.mark.clause("0.6")
@given(st.permutations(ROWS), st.lists(st.integers(0, len(ROWS) - 1), max_size=8), st.integers(0, 900))
def test_0_6_however_the_rows_of_a_filled_order_come_it_is_booked_once(
    rows: list[Evidence], again: list[int], gap_ms: int
) -> None:
    wire = Wire()
    for row in [*rows, *(rows[index] for index in again)]:
        wire.hear(row)
        wire.after(gap_ms)
    wire.after(PATIENCE_MS)
    wire.after(PATIENCE_MS)
    booked: dict[str, Execution] = {}
    for each in wire.executions:
        assert each.root is not None
        root, version = each.root
        earlier = booked.get(root)
        if earlier is None or earlier.root is None or earlier.root[1] < version:
            booked[root] = each
    assert sum(e.quantity for e in booked.values()) == 4
    assert sum(e.commission for e in booked.values()) == Decimal("2.60")
    assert len({e.exec_id for e in wire.executions}) == len(wire.executions)
    assert not [r for r in wire.reports if isinstance(r, OrderRejected | OrderCancelled)]


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
