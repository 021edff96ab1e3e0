"""12: a sequence without holes, a chain that is whole, the same journal from the same seed."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from allusetui.law.model import Law
from allusetui.torture.checker.books import Books, Row
from allusetui.torture.checker.violation import Violation


def follows(books: Books, row: Row, law: Law) -> Iterator[Violation]:
    """12. Numbers have no holes, and time never runs back."""
    seq, at_ms, event = row
    if seq != books.seq + 1:
        yield Violation(12, at_ms, seq, f"{event.kind} follows record {books.seq}")
    if at_ms < books.at_ms:
        yield Violation(12, at_ms, seq, f"{event.kind} is {books.at_ms - at_ms} ms before the record that it follows")


def chain_is_whole(stored: Iterable[tuple[int, int, str, str]]) -> Iterator[Violation]:
    """12. Each row's hash is that of the one before it and its own line. Rows are (seq, at_ms, line, hash)."""
    head, last = "", 0
    for seq, at_ms, line, found in stored:
        if seq != last + 1:
            yield Violation(12, at_ms, seq, f"row {seq} follows row {last}")
        if found != sha256((head + line).encode()).hexdigest():
            yield Violation(12, at_ms, seq, f"row {seq} does not follow the row before it")
        head, last = found, seq
