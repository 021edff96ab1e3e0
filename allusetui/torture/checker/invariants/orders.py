"""1, 7 and 8: one live order an intent, ends on evidence alone, versions that rise. By the journal."""

from collections.abc import Callable, Iterator
from typing import Final

from allusetui.domain import event as ev
from allusetui.domain.moment import SECOND_MS
from allusetui.law.model import Law
from allusetui.torture.checker.books import Books, Row
from allusetui.torture.checker.names import clip_of, root_in
from allusetui.torture.checker.sheet import Order
from allusetui.torture.checker.violation import Violation

_ENDS: Final = (ev.OrderCancelled, ev.OrderRejected, ev.OrderResolved)


def one_live_order(books: Books, row: Row, law: Law) -> Iterator[Violation]:
    """1. An intent has at most one order that lives or may live; what replaces one names it."""
    seq, at_ms, event = row
    if not isinstance(event, ev.OrderSent | ev.OrderReplaced):
        return
    intent = books.intents.get(event.intent)
    if intent is None:
        yield Violation(1, at_ms, seq, f"{event.client_order_id} is of intent {event.intent}, which nobody had")
        return
    replaced = event.replaces if isinstance(event, ev.OrderReplaced) else None
    if intent.live != replaced:
        text = f"{event.client_order_id} is sent in place of {replaced} while {intent.live} may live"
        yield Violation(1, at_ms, seq, text)


def ends_by_evidence(books: Books, row: Row, law: Law) -> Iterator[Violation]:
    """7. What has ended never fills, and only what was looked for long enough is found to be nowhere.

    That one of an order's copies has filled, of which the broker has made several, ends no other.
    """
    seq, at_ms, event = row
    # A correction changes what has been filled before.
    if isinstance(event, ev.OrderFilled) and root_in(event.exec_id) not in books.roots:
        order = books.orders.get(event.client_order_id)
        if order is not None and order.ended is not None and not order.outlives(order.ended[0]):
            how, since_ms = order.ended
            text = f"{event.client_order_id} fills {event.quantity} after {how} at {since_ms}"
            yield Violation(7, at_ms, seq, text)
    elif isinstance(event, _ENDS):
        yield from _ended(books, row, law)


def _ended(books: Books, row: Row, law: Law) -> Iterator[Violation]:
    seq, at_ms, event = row
    assert isinstance(event, _ENDS)
    order = books.orders.get(event.client_order_id)
    if order is None:
        yield Violation(7, at_ms, seq, f"{event.kind} of {event.client_order_id}, which was never sent")
    elif isinstance(event, ev.OrderResolved):
        yield from _resolved(order, event, row)
    elif order.ended is not None:
        yield Violation(7, at_ms, seq, f"{event.kind} of {event.client_order_id}, which is over: {order.ended[0]}")


def _resolved(order: Order, event: ev.OrderResolved, row: Row) -> Iterator[Violation]:
    seq, at_ms, _ = row
    if order.unknown_ms is None and (order.ended is not None or event.outcome != "filled"):
        yield Violation(7, at_ms, seq, f"{event.client_order_id} is resolved, but was not unknown")


def looked_for_long_enough(
    books: Books, row: Row, law: Law, is_over: Callable[[str, int], bool]
) -> Iterator[Violation]:
    """7. What is nowhere to be found is dead after the gap between two answers; what is listed as over is so at once.

    `is_over`: whether the broker had an order's end by an instant, where somebody knows.
    """
    seq, at_ms, event = row
    if not isinstance(event, ev.OrderResolved) or event.outcome != "dead":
        return
    order = books.orders.get(event.client_order_id)
    if order is None or order.unknown_ms is None or order.cancel_requested or is_over(event.client_order_id, at_ms):
        return
    waited_ms = at_ms - order.unknown_ms
    if waited_ms < law.walk.absence_gap_s * SECOND_MS:
        yield Violation(7, at_ms, seq, f"{event.client_order_id} is dead after {waited_ms} ms of not being found")


def versions_rise(books: Books, row: Row, law: Law) -> Iterator[Violation]:
    """8. The versions of a clip are 1, 2, 3 …, each with what the one before has left open."""
    seq, at_ms, event = row
    if not isinstance(event, ev.OrderSent | ev.OrderReplaced):
        return
    before = books.orders.get(books.clips.get(clip_of(event.client_order_id), ""))
    version, rest = (before.sent.version, before.open_quantity) if before else (0, event.quantity)
    if (event.version, event.quantity) != (version + 1, rest):
        text = f"{event.client_order_id} is of {event.quantity}; due is version {version + 1} of {rest}"
        yield Violation(8, at_ms, seq, text)
    if not event.client_order_id.endswith(f"-{event.intent}-{event.clip}.v{event.version}"):
        yield Violation(8, at_ms, seq, f"{event.client_order_id} is of clip {event.clip}, version {event.version}")
    intent = books.intents.get(event.intent)
    if intent is not None and event.quantity > intent.left:
        text = f"{event.client_order_id} is of {event.quantity}, its intent has {intent.left} left"
        yield Violation(8, at_ms, seq, text)
