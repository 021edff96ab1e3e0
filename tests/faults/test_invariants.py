"""What a run in process is held to can fail: each is shown a run in which just that has gone wrong."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from allusetui.domain import event as ev
from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.order import Order
from tests.faults.invariants import AtTheWire, books_tie, no_fill_lost, state_is_the_fold
from tests.faults.runs import ENTRY, at, breaches, prepare, survive
from tests.replaying import Replayed


@pytest.fixture
def run() -> Replayed:
    """An entry and its fill, sound."""
    return survive(ENTRY)


def test_a_fill_that_is_lost_or_booked_twice_is_seen(run: Replayed) -> None:
    exchange, rows = run.run.exchange, list(run.journal.read())
    (fill,) = [row for row in rows if isinstance(row[2], ev.OrderFilled)]
    assert no_fill_lost(rows, exchange) == []
    assert no_fill_lost([*rows, fill], exchange) == ["booked twice: X000001-1"]
    assert no_fill_lost([row for row in rows if row is not fill], exchange) == ["lost or invented: X000001"]
    invented = (fill[0], fill[1], replace(fill[2], exec_id="X000002-1"))
    assert no_fill_lost([*rows, invented], exchange) == ["lost or invented: X000002"]


def test_two_live_orders_of_an_intent_are_seen_as_the_second_comes() -> None:
    wire = prepare(ENTRY).run.runtime.world.broker
    assert isinstance(wire, AtTheWire)
    put = Option("AAPL", date(2026, 3, 6), Decimal("199.5"), Right.PUT)
    for version in (1, 2):
        wire.place(Order(f"AU-x-GEN-1-1.v{version}", "GEN", put, None, Side.SELL, 1, Decimal(9)), at("10:00:00"))
        assert len(wire.doubled) == version - 1


def test_cash_of_a_state_and_of_a_broker_that_the_journal_does_not_tell_of_is_seen(run: Replayed) -> None:
    run.run.exchange.pay_out("GEN", Decimal(1), "fee", run.run.end_ms)
    (at_the_exchange,) = books_tie(run)
    assert at_the_exchange.startswith("cash by the journal ")
    run.run.runtime.engine.state.accounts["GEN"].cash += 1
    assert [each.split()[0] for each in books_tie(run)] == ["cash", "GEN:"]


def test_a_state_that_is_not_the_journal_s_is_seen(run: Replayed) -> None:
    assert breaches(run) == state_is_the_fold(run) == []
    run.run.runtime.engine.state.accounts["GEN"].no_entries = True
    assert breaches(run) == state_is_the_fold(run) == ["the state differs from the journal's fold"]
