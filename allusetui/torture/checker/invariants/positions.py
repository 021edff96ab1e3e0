"""2: unique fills and settlements are the position change, here and at the broker."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations

from allusetui.domain import event as ev
from allusetui.domain.contract import Contract
from allusetui.domain.money import ZERO, to_cent
from allusetui.law.model import Law
from allusetui.torture.checker.books import Books, Row
from allusetui.torture.checker.names import ident_of, root_in
from allusetui.torture.checker.sheet import Order
from allusetui.torture.checker.violation import Violation
from allusetui.torture.checker.witness import Deal, Holding


def counts_once(books: Books, row: Row, law: Law) -> Iterator[Violation]:
    """2. A fill and a settlement are told once; a correction takes back what it replaces, and no more than that."""
    seq, at_ms, event = row
    ident = ident_of(event)
    # A difference that was seen and could not be booked names its settlement too.
    if ident in books.booked and not isinstance(event, ev.ReconcileMismatch):
        yield Violation(2, at_ms, seq, f"{event.kind} {ident} is told twice")
    elif isinstance(event, ev.OrderFilled):
        yield from _fits(books, event, row)


def accepted_by_somebody(books: Books, row: Row, law: Law) -> Iterator[Violation]:
    """2. A difference from the broker's book is taken over where a person has said so by a reset, and nowhere else."""
    seq, at_ms, event = row
    if not isinstance(event, ev.PositionAdjusted | ev.CashBooked) or event.reason != "accepted":
        return
    sheet = books.sheet(event)
    if "mismatch" not in sheet.latches or "mismatch" in sheet.owed:
        yield Violation(2, at_ms, seq, f"{event.account} takes over {event.settlement}, which nobody has accepted")


def _fits(books: Books, event: ev.OrderFilled, row: Row) -> Iterator[Violation]:
    seq, at_ms, _ = row
    name, order = event.exec_id, books.orders.get(event.client_order_id)
    if order is None:
        yield Violation(2, at_ms, seq, f"{name} fills {event.client_order_id}, which was never sent")
        return
    if event.takes_back is not None:
        taken = books.deals.get(root_in(event.exec_id))
        if taken is None or (taken.exec_id, taken.signed) != (event.takes_back, -event.signed):
            yield Violation(2, at_ms, seq, f"{name} takes back what was not booked so")
        return
    earlier = books.deals.get(root_in(name))
    if earlier is not None:
        yield Violation(2, at_ms, seq, f"{name} is added to {earlier.exec_id}, which it replaces")
    if not _is_of(order, event):
        yield Violation(2, at_ms, seq, f"{name} trades {event.side} {event.contract}, not what its order is for")
    elif event.contract == order.sent.contract and event.quantity > order.room:
        text = f"{name} fills {event.quantity} of {event.client_order_id}, of which {order.room} are open"
        yield Violation(2, at_ms, seq, text)


def _is_of(order: Order, event: ev.OrderFilled) -> bool:
    sent = order.sent
    if event.account != sent.account or event.intent != sent.intent:
        return False
    legs = {sent.contract: sent.side.sign} | ({sent.candidate: -1} if sent.candidate else {})
    return legs.get(event.contract) == event.side.sign


def booked_as_dealt(books: Books, deals: Sequence[Deal]) -> Iterator[Violation]:
    """2. What is booked was dealt, in each execution's latest version as it was dealt.

    What was read off a book is all that its order had dealt and nobody had told: as many contracts, and as much money.
    """
    there = {root_in(each.exec_id): each for each in deals}
    for root, fill in books.deals.items():
        deal = there.get(root)
        if root == _of_book(fill.client_order_id):
            untold = [each for each in _of_order(deals, fill) if root_in(each.exec_id) not in books.deals]
            if _sum(untold) != _sum([fill]):
                text = f"{fill.exec_id} is booked as {_booked(fill)}, dealt {[_dealt(each) for each in untold]}"
                yield Violation(2, books.at_ms, None, text)
        elif deal is None:
            yield Violation(2, books.at_ms, None, f"{fill.exec_id} is booked and was never dealt")
        elif deal.exec_id == fill.exec_id and _dealt(deal) != _booked(fill):
            yield Violation(2, books.at_ms, None, f"{fill.exec_id} is booked as {_booked(fill)}, dealt {_dealt(deal)}")


def dealt_is_booked(books: Books, deals: Sequence[Deal]) -> Iterator[Violation]:
    """2. Once all is told, every execution is booked in its latest version."""
    for deal in deals:
        fill = books.deals.get(root_in(deal.exec_id))
        if fill is None and _of_book(deal.client_order_id) in books.deals:
            continue
        if fill is None:
            yield Violation(2, books.at_ms, None, f"{deal.exec_id} of {deal.client_order_id} is not booked")
        elif fill.exec_id != deal.exec_id:
            yield Violation(2, books.at_ms, None, f"{fill.exec_id} is booked, the broker has {deal.exec_id}")


def books_tie(books: Books, holding: Holding) -> Iterator[Violation]:
    """2. Once all is told, what the journal adds up to is what the broker holds, to the contract and the cent.

    Contracts that were never ours are nobody's business. What differs and is known to, by a latch, as a dividend that
    is awaited or as somebody else's trade in what was ours once, breaks nothing.
    """
    if any("mismatch" in sheet.latches for sheet in books.accounts.values()):
        return
    held = held_in_all(books)
    traded = {each for order in books.orders.values() for each in (order.sent.contract, order.sent.candidate) if each}
    for contract in sorted({*held, *traded, *books.accepted}, key=str):
        ours, theirs = held.get(contract, 0), holding.positions.get(contract, 0)
        told = (ours, ours - books.accepted.get(contract, 0))
        # What somebody else held when it was told may be gone again.
        if theirs not in told and theirs - books.strange.get(contract, 0) not in told:
            yield Violation(2, books.at_ms, None, f"{contract}: {ours} by the journal, {theirs} at the broker")
    cash, awaited = cash_in_all(books), books.awaited.values()
    sums = (sum(some, ZERO) for count in range(len(awaited) + 1) for some in combinations(awaited, count))
    if holding.cash - cash not in sums:
        yield Violation(2, books.at_ms, None, f"cash {cash} by the journal, {holding.cash} at the broker")


def held_in_all(books: Books) -> Mapping[Contract, int]:
    """What all accounts hold together."""
    found: dict[Contract, int] = {}
    for sheet in books.accounts.values():
        for contract, quantity in sheet.held.items():
            found[contract] = found.get(contract, 0) + quantity
    return {contract: quantity for contract, quantity in found.items() if quantity}


def cash_in_all(books: Books) -> Decimal:
    """Dollars, what is set aside included."""
    return sum((sheet.cash + sheet.aside for sheet in books.accounts.values()), ZERO)


def _of_book(client_order_id: str) -> str:
    """The name of a fill of which no broker tells, and that its book alone shows (9.5)."""
    return f"seen-{client_order_id}"


def _of_order(deals: Sequence[Deal], fill: ev.OrderFilled) -> list[Deal]:
    return [each for each in deals if (each.client_order_id, each.contract) == (fill.client_order_id, fill.contract)]


def _sum(rows: Sequence[Deal | ev.OrderFilled]) -> tuple[int, Decimal]:
    """Contracts, and dollars that they cost; a fill read off a book is known to the cent alone."""
    quantity = sum(each.side.sign * each.quantity for each in rows)
    value = sum((each.side.sign * each.quantity * each.price * each.contract.multiplier for each in rows), ZERO)
    return quantity, to_cent(value + sum((each.commission for each in rows), ZERO))


def _dealt(deal: Deal) -> tuple[object, ...]:
    return deal.client_order_id, deal.contract, deal.side, deal.quantity, deal.price, deal.commission


def _booked(fill: ev.OrderFilled) -> tuple[object, ...]:
    return fill.client_order_id, fill.contract, fill.side, fill.quantity, fill.price, fill.commission
