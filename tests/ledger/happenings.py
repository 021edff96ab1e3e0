"""Anything that may happen to an account, each in its day."""

from decimal import Decimal

from hypothesis import strategies as st

from allusetui.domain.event import Event
from tests.ledger.test_agreement import Book, do


def happened(
    data: st.DataObject, steps: int, fees: st.SearchStrategy[Decimal], at_ms: int
) -> tuple[Book, list[tuple[int, int, Event]]]:
    """The account after so many things, the first on the day after `at_ms`, and its journal."""
    book = Book()
    book.desk.now_ms = at_ms
    times = [at_ms] * len(book.desk.events)
    for _ in range(steps):
        do(book, data, fees)
        times += [book.desk.now_ms] * (len(book.desk.events) - len(times))
    return book, [(n, at, event) for n, (at, event) in enumerate(zip(times, book.desk.events, strict=True), 1)]
