"""1, 3 and 7 at the wire: what came to the broker, and what lives there, beside what the journal says."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from allusetui.domain.order import Order
from allusetui.torture.checker.books import Books
from allusetui.torture.checker.names import intent_of
from allusetui.torture.checker.sheet import Sent
from allusetui.torture.checker.violation import Violation
from allusetui.torture.checker.witness import BookOrder, Deal, Message


def is_recorded(books: Books, client_order_id: str, at_ms: int) -> Iterator[Violation]:
    """3. What leaves stands in the journal by then, whatever becomes of the process in the next moment."""
    if client_order_id not in books.orders:
        yield Violation(3, at_ms, books.seq, f"{client_order_id} leaves, and no record tells of it yet")


def was_recorded(books: Books, message: Message) -> Iterator[Violation]:
    """3. What came stood in the journal before, with the same content; a cancel is of an order that does."""
    order = books.orders.get(message.client_order_id)
    if order is None:
        what = "the cancel of an order" if message.cancels else "an order"
        text = f"{message.client_order_id}: {what} came that no record tells of"
        yield Violation(3, message.at_ms, None, text)
    elif message.order is not None:
        came, told = _content(message.order), _told(order.sent)
        if came != told:
            yield Violation(3, message.at_ms, order.seq, f"{message.client_order_id}: {came} came, {told} is recorded")


def _content(order: Order) -> tuple[object, ...]:
    return order.account, order.contract, order.candidate, order.side, order.quantity, order.limit


def _told(sent: Sent) -> tuple[object, ...]:
    return sent.account, sent.contract, sent.candidate, sent.side, sent.quantity, sent.limit


def cancels_are_recorded(books: Books, messages: Sequence[Message]) -> Iterator[Violation]:
    """3. A cancel may leave before its record, but it has one in the end, or its order is over."""
    for message in messages:
        order = books.orders.get(message.client_order_id)
        if message.cancels and order is not None and order.live and not order.cancel_requested:
            text = f"{message.client_order_id}: a cancel came of which no record tells"
            yield Violation(3, message.at_ms, order.seq, text)


def never_twice(messages: Sequence[Message]) -> Iterator[Violation]:
    """1. No version comes twice: an order that nobody answered for is looked for, not sent again."""
    seen: set[str] = set()
    for message in messages:
        if message.cancels:
            continue
        if message.client_order_id in seen:
            yield Violation(1, message.at_ms, None, f"{message.client_order_id} came twice")
        seen.add(message.client_order_id)


def one_live_order_there(orders: Iterable[BookOrder], at_ms: int) -> Iterator[Violation]:
    """1. Of an intent at most one order lives at the broker."""
    # An order that the broker has doubled is one of ours.
    live = sorted({each.client_order_id for each in orders if each.ended_ms is None})
    for intent, rows in groupby(live, intent_of):
        names = list(rows)
        if len(names) > 1:
            yield Violation(1, at_ms, None, f"intent {intent} has {len(names)} live orders: {', '.join(names)}")


def is_over_there(books: Books, orders: Iterable[BookOrder], at_ms: int) -> Iterator[Violation]:
    """7. What the journal has ended lives nowhere, and was over when the journal said so."""
    for order in orders:
        ours = books.orders.get(order.client_order_id)
        if ours is None or ours.ended is None:
            continue
        how, since_ms = ours.ended
        if ours.outlives(how):
            continue
        if order.ended_ms is None:
            yield Violation(7, at_ms, ours.seq, f"{order.client_order_id} lives at the broker, {how} in the journal")
        elif order.ended_ms > since_ms:
            late = order.ended_ms - since_ms
            yield Violation(7, at_ms, ours.seq, f"{order.client_order_id} ended {late} ms after the journal's {how}")


def is_doubled_there(books: Books, orders: Iterable[BookOrder], at_ms: int) -> Iterator[Violation]:
    """7. What is told to be several orders is as many at the broker: more of it may fill than was sent."""
    there = Counter(order.client_order_id for order in orders)
    for order in books.doubled:
        name = order.sent.client_order_id
        if there[name] < order.copies:
            yield Violation(7, at_ms, order.seq, f"{name} is told to be {order.copies} orders, and is {there[name]}")


def nothing_fills_after_its_end(books: Books, deals: Iterable[Deal]) -> Iterator[Violation]:
    """7. No execution is later than the end of its order."""
    for deal in deals:
        ours = books.orders.get(deal.client_order_id)
        if ours is None or ours.ended is None or ours.outlives(ours.ended[0]):
            continue
        if deal.at_ms > ours.ended[1]:
            text = f"{deal.client_order_id} filled {deal.at_ms - ours.ended[1]} ms after the journal's {ours.ended[0]}"
            yield Violation(7, deal.at_ms, ours.seq, text)


def is_known_here(books: Books, orders: Iterable[BookOrder], at_ms: int) -> Iterator[Violation]:
    """3. The broker has no order of ours that the journal has not."""
    for order in orders:
        if order.client_order_id not in books.orders:
            yield Violation(3, at_ms, None, f"{order.client_order_id} is at the broker and in no record")
