"""9, 12 and 13: what two runs have to have in common."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from allusetui.codec.records import line
from allusetui.domain import event as ev
from allusetui.domain.contract import Contract
from allusetui.domain.order import Purpose
from allusetui.torture.checker.books import Books, Row
from allusetui.torture.checker.sheet import Sheet
from allusetui.torture.checker.violation import Violation


def folded(rows: Iterable[Row]) -> Books:
    """The books at a journal's end."""
    books = Books()
    for row in rows:
        books.take(row)
    return books


def resumes_alike(whole: Iterable[Row], resumed: Iterable[Row]) -> Iterator[Violation]:
    """9. A run that crashed and went on ends where the one that did not crash ended, but for what is unknown."""
    straight, again = folded(whole), folded(resumed)
    for name in sorted({*straight.accounts, *again.accounts}):
        unknown = _unknown(straight, name) | _unknown(again, name)
        ours = _told(straight.accounts.get(name, Sheet()), unknown)
        theirs = _told(again.accounts.get(name, Sheet()), unknown)
        for what, was in ours.items():
            if was != theirs[what]:
                yield Violation(9, again.at_ms, again.seq, f"{name}: {what} {theirs[what]} after the crash, else {was}")


def _unknown(books: Books, account: str) -> set[Contract]:
    """What orders that nobody has answered for may still change."""
    doubted = (each.sent for each in books.orders.values() if each.ended is None and each.unknown_ms is not None)
    legs = ((sent.contract, sent.candidate) for sent in doubted if sent.account == account)
    return {contract for pair in legs for contract in pair if contract is not None}


def _told(sheet: Sheet, unknown: set[Contract]) -> dict[str, object]:
    """What has to be the same; money only where nothing is unknown."""
    told: dict[str, object] = {
        "state": sheet.status,
        "latches": sorted(sheet.latches),
        "stop of entries": sheet.no_entries,
        "positions": {str(c): n for c, n in sorted(sheet.held.items(), key=str) if c not in unknown},
        "levels": {str(c): n for c, n in sorted(sheet.levels.items(), key=str) if c in sheet.held and c not in unknown},
    }
    return told if unknown else told | {"cash": sheet.cash, "set aside": sheet.aside}


def same_journal(one: Iterable[Row], other: Iterable[Row]) -> Iterator[Violation]:
    """12. The same seed tells the same journal: the first record that differs."""
    for first, second in zip_longest(one, other):
        told = [line(*row) if row is not None else "nothing" for row in (first, second)]
        if told[0] != told[1]:
            seq, at_ms, _ = first or second
            yield Violation(12, at_ms, seq, f"the same seed tells {told[1]}, and before it told {told[0]}")
            return


def same_orders(advised: Iterable[Row], alone: Iterable[Row]) -> Iterator[Violation]:
    """13. Orders with the adviser are those without it, but for LEAPs where an approved suggestion acts.

    The first that differs. Both journals are of the same scenario; numbers of intents are not compared, as a
    suggestion may have moved them.
    """
    rows = list(advised)
    acting = {event.account for _, _, event in rows if isinstance(event, ev.LlmsApplied)}
    for first, second in zip_longest(_orders(rows, acting), _orders(alone, acting)):
        if first is None or second is None or first[1:] != second[1:]:
            seq, at_ms = (first or second)[0]
            has = [each[1:] if each else "none" for each in (first, second)]
            yield Violation(13, at_ms, seq, f"with the adviser {has[0]}, without it {has[1]}")
            return


_OF_ORDERS = (ev.OrderIntended, ev.OrderSent, ev.OrderReplaced, ev.OrderFilled)
Told = tuple[tuple[int, int], object, object, object, object, object, object, object]


def _orders(rows: Iterable[Row], acting: set[str | None]) -> Iterator[Told]:
    """What each order is and does, without numbers that only count."""
    ladder: set[str] = set()
    for seq, at_ms, event in rows:
        if isinstance(event, ev.OrderIntended) and event.purpose is Purpose.LEAP and event.account in acting:
            ladder.add(event.intent)
        if isinstance(event, _OF_ORDERS) and event.intent not in ladder:
            price = event.price if isinstance(event, ev.OrderFilled) else getattr(event, "limit", None)
            candidate = getattr(event, "candidate", None)
            yield (seq, at_ms), event.kind, event.account, event.contract, candidate, event.side, event.quantity, price
