"""An invariant that cannot fail proves nothing: each is shown a journal in which just that has gone wrong."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from allusetui.domain import event as ev
from allusetui.domain.advice import LadderTerms
from allusetui.domain.order import Purpose
from allusetui.journal.memory import MemoryJournal
from tests.engine.advisers import Says, quarter, quick, run_with
from tests.engine.test_advice import APPROVED, ROLL_DAY
from tests.faults import invariants
from tests.faults.runs import ENTRY, STOP, survive
from tests.faults.tally import Row
from tests.faults.witness import Message, Witness
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


Check = Callable[[Rows], list[str]]


@pytest.mark.parametrize(
    ("check", "spoilt"),
    [
        (invariants.one_live_order_per_intent, told_again(rows_of(ENTRY), ev.OrderSent)),
        (invariants.latches_hold, latched(rows_of(ENTRY))),
        (invariants.latches_hold, changed(rows_of(STOP), ev.OrderSent, purpose=Purpose.ENTRY)),
        (invariants.nothing_uncovered, changed(rows_of(ENTRY), ev.OrderIntended, quantity=17)),
        (invariants.the_dead_stay_dead, dead_before_its_fill(rows_of(ENTRY))),
        (invariants.versions_rise, changed(rows_of(ENTRY), ev.OrderSent, version=2)),
        (invariants.intents_end_once, changed(rows_of(ENTRY), ev.OrderFilled, quantity=5)),
        (invariants.numbers_have_no_holes, rows_of(ENTRY)[1:]),
        (invariants.advice_acts_as_it_was_shown, told_again(advised(), ev.LlmsApplied)),
        (invariants.advice_acts_as_it_was_shown, changed(advised(), ev.ApprovalDecided, decision="expired")),
        (invariants.advice_acts_as_it_was_shown, changed(advised(), ev.LlmsApplied, terms=LadderTerms(0.25, 12, 1))),
        (invariants.advice_acts_as_it_was_shown, changed(advised(), ev.LlmsSuggested, now=LadderTerms(0.35, 17, 1))),
        (invariants.no_control_bytes, changed(rows_of(ENTRY), ev.OrderFilled, exec_id="X\x7f")),
    ],
    ids=lambda value: getattr(value, "__name__", "journal"),
)
def test_an_invariant_sees_its_breach(check: Check, spoilt: Rows) -> None:
    assert check(spoilt)


def test_a_suggestion_that_was_approved_breaks_none() -> None:
    assert invariants.by_rows(advised()) == []


def test_a_fill_that_is_lost_or_booked_twice_is_seen() -> None:
    exchange, rows = run(ENTRY).run.exchange, rows_of(ENTRY)
    assert invariants.no_fill_lost(rows, exchange) == []
    assert invariants.no_fill_lost(told_again(rows, ev.OrderFilled), exchange)
    assert invariants.no_fill_lost([row for row in rows if not isinstance(row[2], ev.OrderFilled)], exchange)


def test_an_order_that_the_journal_tells_otherwise_or_not_at_all_is_seen() -> None:
    witness = run(ENTRY).run.runtime.world.broker
    assert isinstance(witness, Witness)
    (message,) = witness.messages
    silent = Message(message.at_ms, message.order, message.client_order_id, ())
    other = replace(message, records=(replace(message.records[0], quantity=1),))
    beside = replace(message, alive=("AU-x-GEN-1-1.v0",))
    assert invariants.journal_before_wire([message]) == []
    assert invariants.journal_before_wire([silent]) and invariants.journal_before_wire([other])
    assert invariants.one_order_at_the_exchange([message, message]) and invariants.one_order_at_the_exchange([beside])


def test_a_book_that_differs_is_seen() -> None:
    differing = survive(STOP)
    differing.run.exchange._book.cash += 1
    assert invariants.books_tie(differing)


def test_a_price_off_the_true_market_is_seen() -> None:
    honest, far = run(ENTRY), MemoryJournal()
    for _, at_ms, event in changed(rows_of(ENTRY), ev.OrderSent, limit=Decimal("1.08")):
        far.append(at_ms, [event])
    assert invariants.priced_by_the_true_market(honest) == []
    assert invariants.priced_by_the_true_market(replace(honest, journal=far))  # mid 1.155: the cap is 1.0973
