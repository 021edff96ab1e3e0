"""0.6, 6.10: executions that come twice, corrected, in pieces, by leg, or before what they cost."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.broker.ibkr.evidence import (
    ErrorSeen,
    Evidence,
    Stage,
)
from allusetui.broker.ibkr.fills import PATIENCE_MS
from allusetui.broker.ibkr.truth import OrderTruth
from allusetui.domain.input import (
    Execution,
    OrderCancelled,
    OrderRejected,
)
from tests.broker.ibkr.truths import LATER, OTHER, PUT, Wire, fee, fill, opened, status


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


@pytest.mark.clause("6.10")
def test_6_10_a_roll_is_told_by_its_legs_both_at_once_and_never_by_the_combo() -> None:
    wire = Wire()
    wire.truth.sent(OTHER, 8, is_combo=True)
    wire.hear(fill("e.1.01", 2, OTHER, None), fill("e.2.01", 2, OTHER, PUT), fee("e.2.01"), fee("e.1.01"))
    assert wire.executions == []
    (told,) = wire.hear(fill("e.3.01", 2, OTHER, LATER), fee("e.3.01"))
    assert {e.contract for e in told.executions} == {PUT, LATER}
    assert wire.truth.fills.quantity(OTHER) == 2


@pytest.mark.clause("6.10", "9.5")
def test_6_10_a_roll_of_the_process_before_is_known_for_one_as_it_is_listed() -> None:
    wire = Wire()
    wire.hear(replace(opened(ref=OTHER, permanent=12, handle=8), is_combo=True))
    rows = [replace(fill(f"e.{n}.01", 2, OTHER, leg), permanent=12) for n, leg in enumerate((PUT, LATER), 2)]
    assert wire.hear(rows[0], fee("e.2.01")) == []
    (told,) = wire.hear(rows[1], fee("e.3.01"))
    assert {e.contract for e in told.executions} == {PUT, LATER}


@pytest.mark.clause("6.10")
def test_6_10_a_leg_that_stays_alone_is_told_after_a_while() -> None:
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
