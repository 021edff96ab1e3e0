"""What a run in process is held to beside the program's own checker: what only engine and exchange know.

Each function gives its breaches as sentences; an empty list is a clean run.
"""

from collections.abc import Iterable, Sequence

from allusetui.broker.simulated.exchange import Exchange
from allusetui.domain import event as ev
from allusetui.domain.input import Input
from allusetui.domain.order import Order
from allusetui.engine.apply import fold
from allusetui.torture.checker.books import Row
from allusetui.torture.checker.exchange import AtTheExchange
from allusetui.torture.checker.invariants.positions import cash_in_all, held_in_all
from allusetui.torture.checker.invariants.wire import one_live_order_there
from allusetui.torture.checker.pairs import folded
from tests.replaying import Replayed


class AtTheWire(AtTheExchange):
    """Looks whenever an order comes: `doubled` are the intents that had two live ones."""

    doubled: tuple[str, ...] = ()

    def place(self, order: Order, at_ms: int) -> Sequence[Input]:
        reports = super().place(order, at_ms)
        self.doubled += tuple(each.line for each in one_live_order_there(self.orders(), at_ms))
        return reports


def state_is_the_fold(r: Replayed) -> list[str]:
    """9. What the engine knows durably is what its journal tells."""
    return [] if r.run.runtime.engine.state == fold(r.journal.read()) else ["the state differs from the journal's fold"]


def books_tie(r: Replayed, at_ms: int | None = None) -> list[str]:
    """2. The checker's books by the journal are the exchange's and the state's, to the contract and the cent."""
    books, state = folded(r.journal.read()), r.run.runtime.engine.state
    there = r.run.exchange.positions(r.run.end_ms if at_ms is None else at_ms)
    found = []
    if held_in_all(books) != dict(there.positions):
        found.append(f"positions by the journal {held_in_all(books)}, at the exchange {dict(there.positions)}")
    if cash_in_all(books) != there.cash:
        found.append(f"cash by the journal {cash_in_all(books)}, at the exchange {there.cash}")
    for name, account in state.accounts.items():
        mine, sheet = {contract: account.quantity(contract) for contract in account.lots}, books.accounts[name]
        if (account.cash, mine) != (sheet.cash, sheet.held):
            found.append(f"{name}: state {account.cash} {mine}, journal {sheet.cash} {sheet.held}")
    return found


def no_fill_lost(rows: Iterable[Row], exchange: Exchange) -> list[str]:
    """2. Every fill at the exchange, which forgets them after days, is in the journal, each of its legs once."""
    ids = [event.exec_id for _, _, event in rows if isinstance(event, ev.OrderFilled)]
    roots = {ident.split("-")[0] for ident in ids}
    made = {f"X{number:06}" for number in range(1, exchange.standing().fill_count + 1)}
    twice = sorted({ident for ident in ids if ids.count(ident) > 1})
    return [f"booked twice: {i}" for i in twice] + [f"lost or invented: {i}" for i in sorted(made ^ roots)]
