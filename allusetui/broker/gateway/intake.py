"""How an order gets in: new, changed, or only asked what it would do."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from allusetui.broker.gateway import order_messages as words
from allusetui.broker.gateway.book import OrderBook
from allusetui.broker.gateway.checks import Meant, Refusal, meaning
from allusetui.broker.gateway.contracts import Registry
from allusetui.broker.gateway.holdings import Holdings
from allusetui.broker.gateway.margins import Requirement, requirement
from allusetui.broker.gateway.placing import PlaceOrder
from allusetui.broker.gateway.session import Session, Sessions
from allusetui.broker.gateway.tickets import Ticket
from allusetui.broker.simulated.fees import Fees, Trade
from allusetui.domain.contract import Contract, Option, Side, Stock
from allusetui.domain.moment import day_of


class Intake:
    """Takes the orders of clients into a book, or says why not."""

    def __init__(self, book: OrderBook, registry: Registry, holdings: Holdings, sessions: Sessions, fees: Fees) -> None:
        self._book = book
        self._registry = registry
        self._holdings = holdings
        self._sessions = sessions
        self._fees = fees

    def read(self, asked: PlaceOrder, at_ms: int) -> Meant | Refusal:
        """What an order means, or why it can't be taken."""
        return meaning(asked, self._registry, self._holdings.accounts, at_ms)

    def take(self, session: Session, asked: PlaceOrder, at_ms: int) -> None:
        """A client's placeOrder: under an id of its own that is new, a new order; under an old one a change of it."""
        client_id, order_id = client_of(session), asked.order_id
        meant = self.read(asked, at_ms)
        found = self._book.tickets.find(client_id, order_id)
        if asked.what_if:
            self._preview(session, asked, meant, at_ms)
        elif found is not None:
            self._amend(found, asked, meant, at_ms)
        elif order_id < self._sessions.next_id(client_id):
            session.error(order_id, 103, "Duplicate order id")
        else:
            self._sessions.set_next_id(client_id, order_id + 1)
            self._enter(session, asked, meant, at_ms)

    def _enter(self, session: Session, asked: PlaceOrder, meant: Meant | Refusal, at_ms: int) -> None:
        if isinstance(meant, Refusal):
            session.error(asked.order_id, meant.code, meant.text)
            return
        if not asked.tif:
            session.error(asked.order_id, 10349, "Order TIF was set to DAY based on order preset.")
        if asked.outside_rth and isinstance(meant.contract, Option):
            session.error(asked.order_id, 2109, "Order Event Warning: outside regular trading hours is ignored.")
        ticket = self._book.draft(client_of(session), asked.order_id, asked, meant, at_ms)
        before, after = self._margins(meant, at_ms)
        if not after.met and after.initial > before.initial:
            self._book.refuse(ticket, _too_dear(after), at_ms)
        elif isinstance(meant.contract, Stock) and meant.side is Side.SELL and self._free(meant) < meant.quantity:
            self._book.hold(ticket, at_ms)
        else:
            self._book.place(ticket, at_ms)

    def _amend(self, ticket: Ticket, asked: PlaceOrder, meant: Meant | Refusal, at_ms: int) -> None:
        """Whatever is wrong with a change, the order lives on as it was."""
        if not ticket.standing.live or asked.quantity <= ticket.filled:
            self._book.error(ticket, 104, "Cannot modify a filled order.")
            return
        if isinstance(meant, Refusal):
            self._book.error(ticket, meant.code, meant.text)
            return
        trade = ticket.trade
        same = (meant.account, meant.contract, meant.sold, meant.side)
        if same != (trade.account, trade.contract, trade.candidate, trade.side):
            self._book.error(ticket, 105, "Order being modified does not match original order.")
            return
        before, after = self._margins(replace(meant, quantity=meant.quantity - ticket.filled), at_ms)
        if not after.met and after.initial > before.initial:
            self._book.error(ticket, 201, f"Order rejected - reason:{_too_dear(after)}")
            return
        self._book.amend(ticket, asked, meant, at_ms)

    def _preview(self, session: Session, asked: PlaceOrder, meant: Meant | Refusal, at_ms: int) -> None:
        """What an order would do; the broker answers twice, at first with nothing but a warning."""
        if isinstance(meant, Refusal):
            session.error(asked.order_id, meant.code, meant.text)
            return
        before, after = self._margins(meant, at_ms)
        if not after.met and after.initial > before.initial:
            session.error(asked.order_id, 201, f"Order rejected - reason:{_too_dear(after)}")
            return
        ticket = self._book.draft(client_of(session), asked.order_id, asked, meant, at_ms)
        ticket.shown_perm_id = 0
        margins = words.Margins(
            (before.initial, after.initial),
            (before.maintenance, after.maintenance),
            (before.equity, after.equity),
            self._fee(meant, at_ms),
        )
        session.send(*words.margins_to_come(ticket, "The margin that this order needs is being computed."))
        session.send(*words.margins_answer(ticket, margins))

    def _margins(self, meant: Meant, at_ms: int) -> tuple[Requirement, Requirement]:
        """What the account needs before and after an order, filled at its limit at once."""
        account = meant.account
        held = {each.contract: each.quantity for each in self._holdings.positions(account, at_ms)}
        cash = self._holdings.cash(account)

        def price(contract: Contract) -> Decimal:
            return self._holdings.price(contract, at_ms)

        after = dict(held)
        for contract, change in _changes(meant):
            after[contract] = after.get(contract, 0) + change
        left = cash - meant.side.sign * meant.quantity * meant.contract.multiplier * meant.limit
        left -= self._fee(meant, at_ms)
        return requirement(cash, held, price), requirement(left, after, price)

    def _fee(self, meant: Meant, at_ms: int) -> Decimal:
        """Dollars of commission, filled at the limit; a combo's legs at what they are worth."""
        if meant.sold is None:
            trades = [Trade(meant.contract, meant.side, meant.quantity, meant.limit)]
        else:
            legs = ((meant.contract, Side.BUY), (meant.sold, Side.SELL))
            trades = [Trade(each, side, meant.quantity, self._holdings.price(each, at_ms)) for each, side in legs]
        return self._fees.due(day_of(at_ms), trades)

    def _free(self, meant: Meant) -> int:
        """Shares that an account holds and no live order sells yet."""
        sales = (
            each.left
            for each in self._book.tickets.live()
            if (each.account, each.trade.contract, each.trade.side) == (meant.account, meant.contract, Side.SELL)
        )
        return self._holdings.quantity(meant.account, meant.contract) - sum(sales)


def client_of(session: Session) -> int:
    """The client id of a session that has begun: no other's messages get here."""
    assert session.client_id is not None
    return session.client_id


def _changes(meant: Meant) -> Sequence[tuple[Contract, int]]:
    first = (meant.contract, meant.side.sign * meant.quantity)
    return [first] if meant.sold is None else [first, (meant.sold, -meant.quantity)]


def _too_dear(after: Requirement) -> str:
    return (
        "YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH LOAN VALUE "
        f"[{after.equity} USD] MUST EXCEED THE INITIAL MARGIN [{after.initial} USD]"
    )
