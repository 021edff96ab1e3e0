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


def all_is_told(books: Books, orders: Iterable[BookOrder], at_ms: int) -> Iterator[Violation]:
    """14. What is over at the broker is over here."""
    begun_ms = at_ms - QUIET_S * SECOND_MS
    for order in orders:
        ours = books.orders.get(order.client_order_id)
        if ours is not None and ours.live and order.ended_ms is not None and order.ended_ms <= begun_ms:
            yield Violation(14, at_ms, ours.seq, f"{order.client_order_id} is over at the broker and lives here")
