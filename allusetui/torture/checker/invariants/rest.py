"""14: with faults stopped every account works or says why not."""

from collections.abc import Iterable, Iterator
from typing import Final

from allusetui.domain.moment import SECOND_MS
from allusetui.torture.checker.books import Books
from allusetui.torture.checker.violation import Violation
from allusetui.torture.checker.witness import BookOrder

QUIET_S: Final = 120
"""Simulated seconds: so long after the last fault something may still be under way."""
_PASSING: Final = frozenset({"AUDIT"})
_OF_FAULTS: Final = ("broker", "disk")
"""Latches whose reason is a fault: with the faults they go."""
_OUTLASTS: Final = "clock was set back"
"""But for this one: until the hour has come to where the session stands there is no link."""


def at_rest(books: Books, at_ms: int) -> Iterator[Violation]:
    """14. Nothing stays unknown, and every account works, rests with nothing held, or is kept in SAFE by a latch."""
    begun_ms = at_ms - QUIET_S * SECOND_MS
    for name, order in books.orders.items():
        if order.ended is None and order.unknown_ms is not None and order.unknown_ms <= begun_ms:
            yield Violation(14, at_ms, order.seq, f"{name} is unknown since {at_ms - order.unknown_ms} ms")
    for name, sheet in books.accounts.items():
        if sheet.status in _PASSING and sheet.since_ms <= begun_ms:
            yield Violation(14, at_ms, None, f"{name} stays in {sheet.status}")
        elif sheet.status == "SAFE" and sheet.trading and sheet.held and not sheet.latches:
            text = f"{name} rests in SAFE, holds {len(sheet.held)} positions and says not why"
            yield Violation(14, at_ms, None, text)
        for latch in _OF_FAULTS:
            if sheet.latches.get(latch, at_ms) <= begun_ms and _OUTLASTS not in books.lost:
                yield Violation(14, at_ms, None, f"{name} stays under {latch}, of which nothing is left")


def all_is_told(books: Books, orders: Iterable[BookOrder], at_ms: int) -> Iterator[Violation]:
    """14. What is over at the broker is over here, and what was to be over here is so there."""
    begun_ms = at_ms - QUIET_S * SECOND_MS
    for order in orders:
        ours, name = books.orders.get(order.client_order_id), order.client_order_id
        if ours is None or not ours.live:
            continue
        if order.ended_ms is not None and order.ended_ms <= begun_ms:
            yield Violation(14, at_ms, ours.seq, f"{name} is over at the broker and lives here")
        elif order.ended_ms is None and ours.unwanted_ms is not None and ours.unwanted_ms <= begun_ms:
            yield Violation(14, at_ms, ours.seq, f"{name} is to be cancelled since {at_ms - ours.unwanted_ms} ms")
