"""An invariant that cannot fail proves nothing: each is shown a journal in which just that has gone wrong."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from allusetui.domain import event as ev
from allusetui.domain.advice import LadderTerms
from allusetui.domain.contract import Option, Right, Side
from allusetui.domain.order import Order, Purpose
from allusetui.law.load import load as load_law
from allusetui.torture.checker.books import Row
from allusetui.torture.checker.checker import judge
from tests.engine.advisers import APPROVED, ROLL_DAY, Says, quarter, quick, run_with
from tests.faults.invariants import AtTheWire, books_tie, no_fill_lost
from tests.faults.runs import ENTRY, STOP, at, prepare, survive
from tests.replaying import Replayed

Rows = list[Row]


@cache
def run(text: str) -> Replayed:
    return survive(text)


def rows_of(text: str) -> Rows:
    return list(run(text).journal.read())


def first(rows: Rows, kind: type[ev.Event]) -> int:
    return next(index for index, row in enumerate(rows) if isinstance(row[2], kind))


def told_again(rows: Rows, kind: type[ev.Event]) -> Rows:
    """The journal with an event of the kind told twice."""
    index = first(rows, kind)
    return [*rows[: index + 1], rows[index], *rows[index + 1 :]]


def changed(rows: Rows, kind: type[ev.Event], **values: object) -> Rows:
    index = first(rows, kind)
    seq, at_ms, event = rows[index]
    return [*rows[:index], (seq, at_ms, replace(event, **values)), *rows[index + 1 :]]  # type: ignore[arg-type]


def latched(rows: Rows) -> Rows:
    """A broker latch that is set before the first order."""
    index = first(rows, ev.OrderSent)
    return [*rows[:index], (0, rows[index][1], ev.LatchSet(account="GEN", latch="broker")), *rows[index:]]


def dead_before_its_fill(rows: Rows) -> Rows:
    index, sent = first(rows, ev.OrderFilled), rows[first(rows, ev.OrderSent)][2]
    assert isinstance(sent, ev.OrderSent)
    dead = ev.OrderCancelled(account="GEN", client_order_id=sent.client_order_id, reason="step", intent=sent.intent)
    return [*rows[:index], (0, rows[index][1], dead), *rows[index:]]


def advised() -> Rows:
    """A suggestion that is approved on 10-02 and acts on 10-15."""
    return list(run_with(quarter(APPROVED, end=ROLL_DAY), Says(quick)).journal.read())


@pytest.mark.parametrize(
    ("number", "spoilt"),
    [
        (1, told_again(rows_of(ENTRY), ev.OrderSent)),
        (4, latched(rows_of(ENTRY))),
        (4, changed(rows_of(STOP), ev.OrderSent, purpose=Purpose.ENTRY)),
        (6, changed(rows_of(ENTRY), ev.OrderIntended, quantity=17)),
        (7, dead_before_its_fill(rows_of(ENTRY))),
        (8, changed(rows_of(ENTRY), ev.OrderSent, version=2)),
        (2, changed(rows_of(ENTRY), ev.OrderFilled, quantity=5)),
        (12, rows_of(ENTRY)[1:]),
        (15, told_again(advised(), ev.LlmsApplied)),
        (15, changed(advised(), ev.ApprovalDecided, decision="expired")),
        (15, changed(advised(), ev.LlmsApplied, terms=LadderTerms(0.25, 12, 1))),
        (15, changed(advised(), ev.LlmsSuggested, now=LadderTerms(0.35, 17, 1))),
        (16, changed(rows_of(ENTRY), ev.OrderFilled, exec_id="X\x7f")),
    ],
)
def test_the_checker_sees_by_the_journal_alone_what_was_spoilt(number: int, spoilt: Rows) -> None:
    assert number in {each.invariant for each in judge(spoilt, load_law())}


def test_a_suggestion_that_was_approved_breaks_none() -> None:
    assert judge(advised(), load_law()) == []


def test_a_fill_that_is_lost_or_booked_twice_is_seen() -> None:
    exchange, rows = run(ENTRY).run.exchange, rows_of(ENTRY)
    assert no_fill_lost(rows, exchange) == []
    assert no_fill_lost(told_again(rows, ev.OrderFilled), exchange)
    assert no_fill_lost([row for row in rows if not isinstance(row[2], ev.OrderFilled)], exchange)


def test_an_order_that_the_journal_tells_otherwise_or_not_at_all_is_seen() -> None:
    witness, rows = run(ENTRY).run.runtime.world.broker, rows_of(ENTRY)
    assert isinstance(witness, AtTheWire)
    other = changed(rows, ev.OrderSent, quantity=1)
    silent = [row for row in rows if not isinstance(row[2], ev.OrderSent)]
    assert judge(rows, load_law(), witness) == []
    for spoilt in (other, silent):
        assert 3 in {each.invariant for each in judge(spoilt, load_law(), witness)}


def test_two_live_orders_of_an_intent_are_seen_as_the_second_comes() -> None:
    wire = prepare(ENTRY).run.runtime.world.broker
    assert isinstance(wire, AtTheWire)
    put = Option("AAPL", date(2026, 3, 6), Decimal("199.5"), Right.PUT)
    for version in (1, 2):
        wire.place(Order(f"AU-x-GEN-1-1.v{version}", "GEN", put, None, Side.SELL, 1, Decimal(9)), at("10:00:00"))
        assert len(wire.doubled) == version - 1


def test_a_book_that_differs_is_seen() -> None:
    differing = survive(STOP)
    differing.run.exchange._book.cash += 1
    assert books_tie(differing)


def test_a_price_off_the_true_market_is_seen() -> None:
    witness, far = run(ENTRY).run.runtime.world.broker, changed(rows_of(ENTRY), ev.OrderSent, limit=Decimal("1.08"))
    assert isinstance(witness, AtTheWire)
    assert 10 in {each.invariant for each in judge(far, load_law(), witness)}  # mid 1.155: the cap is 1.0973
