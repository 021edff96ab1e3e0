"""The broker's order book over the exchange: shared by all connections, it outlives them and says what happens.

It knows no sessions: `say` takes an order and a message about it, and who hears that is decided elsewhere.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from allusetui.broker.gateway import order_messages as words
from allusetui.broker.gateway.checks import DAY, Meant
from allusetui.broker.gateway.fills import Fills, Say
from allusetui.broker.gateway.holdings import Holdings
from allusetui.broker.gateway.placing import PlaceOrder
from allusetui.broker.gateway.session import ERROR
from allusetui.broker.gateway.tickets import Standing, Ticket, Tickets
from allusetui.broker.simulated.exchange import Exchange
from allusetui.domain.calendar import Calendar
from allusetui.domain.input import (
    BrokerLost,
    BrokerReturned,
    ForeignOrderSeen,
    Input,
    OrderAcked,
    OrderCancelled,
    OrderExecuted,
    OrderRejected,
    Settled,
)
from allusetui.domain.moment import local
from allusetui.domain.order import Order

FIRST_PERM_ID: Final = 1_500_000_001
LOST: Final = (1100, "Connectivity between IBKR and Trader Workstation has been lost.")
BROKEN: Final = (
    2110, "Connectivity between Trader Workstation and server is broken. It will be restored automatically."
)  # fmt: skip
KEPT: Final = (1102, "Connectivity between IBKR and Trader Workstation has been restored - data maintained.")
_LOCATE: Final = "locate"
_RISK: Final = "the broker's own limits do not allow it"


class OrderBook:
    """Every order that the broker remembers. `notify(code, text)` tells every client what is about the link itself."""

    def __init__(
        self,
        exchange: Exchange,
        fills: Fills,
        holdings: Holdings,
        calendar: Calendar,
        say: Say,
        notify: Callable[[int, str], None],
    ) -> None:
        self.tickets = Tickets()
        self.fills = fills
        self.link_up = True
        """Whether the broker can be reached; while it can't, orders work on and nobody hears of them."""
        self.nameless = 0
        """How many of the next orders are shown without a permanent id."""
        self.refusing = 0
        """How many of the next orders the broker's own checks refuse."""
        self.strangers: list[ForeignOrderSeen] = []
        """Orders of somebody else that have come up and that nobody has taken in yet."""
        self._foreign: dict[str, Ticket] = {}
        self._exchange = exchange
        self._holdings = holdings
        self._calendar = calendar
        self._say = say
        self._notify = notify

    # Orders in

    def draft(self, client_id: int, order_id: int, asked: PlaceOrder, meant: Meant, at_ms: int) -> Ticket:
        """An order that is nowhere yet."""
        perm_id, tif = self._next_perm_id(), asked.tif or DAY
        trade = Order(
            str(perm_id), meant.account, meant.contract, meant.sold, meant.side, meant.quantity, meant.limit
        )  # fmt: skip
        ticket = Ticket(client_id, order_id, perm_id, asked, meant.account, tif, trade, meant.block, at_ms)
        ticket.ends_ms = self._end_of(tif, at_ms)
        return ticket

    def _next_perm_id(self) -> int:
        return FIRST_PERM_ID + len(self.tickets)

    def place(self, ticket: Ticket, at_ms: int) -> None:
        """Hands an order to the exchange. While the broker can't be reached it is lost, as if it had never been."""
        if self.link_up and self.refusing:
            self.refusing -= 1
            self.refuse(ticket, _RISK, at_ms)
        elif self.link_up:
            self._enter(ticket)
            ticket.at_exchange = True
            self.take(self._exchange.place(ticket.trade, at_ms, ticket.tif == DAY), at_ms)

    def hold(self, ticket: Ticket, at_ms: int) -> None:
        """Keeps a sale of shares that the account does not have: nobody finds any here."""
        self._enter(ticket)
        ticket.why_held = _LOCATE
        self._confirm(ticket, at_ms)
        self.error(ticket, 404, "Order held while securities are located.")

    def refuse(self, ticket: Ticket, reason: str, at_ms: int) -> None:
        """Takes note of an order that ends before it has begun."""
        self._enter(ticket)
        self._rejected(ticket, reason, at_ms)

    def show(self, ticket: Ticket, stranger: ForeignOrderSeen) -> None:
        """Takes in an order of somebody else, which lives as long as the exchange lists it."""
        self._enter(ticket)
        self._foreign[stranger.id] = ticket
        ticket.standing, ticket.confirmed = Standing.WORKING, True
        self._say(ticket, words.open_order(ticket))
        self._say(ticket, words.order_status(ticket))

    def amend(self, ticket: Ticket, asked: PlaceOrder, meant: Meant, at_ms: int) -> None:
        """Gives an order another limit, quantity or time in force; its permanent id stays. Lost while the link is."""
        if not self.link_up:
            return
        ticket.asked, ticket.tif = asked, asked.tif or ticket.tif
        ticket.trade = replace(ticket.trade, quantity=meant.quantity, limit=meant.limit)
        ticket.ends_ms = self._end_of(ticket.tif, at_ms)
        if ticket.at_exchange:
            self.take(self._exchange.amend(ticket.trade, at_ms, ticket.tif == DAY), at_ms)
        else:
            self._confirm(ticket, at_ms)

    def double(self, ticket: Ticket, at_ms: int) -> None:
        """Makes a second order of one, which shares everything with it but the permanent id."""
        perm_id = self._next_perm_id()
        trade = replace(ticket.trade, client_order_id=str(perm_id))
        self.place(ticket.again(perm_id, trade, at_ms), at_ms)

    def cancel(self, ticket: Ticket, at_ms: int) -> None:
        """Ends an order that is live; while the broker can't be reached it only seems to."""
        if not self.link_up:
            ticket.standing = Standing.CANCELLING
            self._say(ticket, words.order_status(ticket))
        elif ticket.at_exchange:
            self.take(self._exchange.cancel(ticket.trade.client_order_id, at_ms), at_ms)
        else:
            self._cancelled(ticket, at_ms)

    def _enter(self, ticket: Ticket) -> None:
        if self.nameless:
            self.nameless -= 1
            ticket.shown_perm_id = 0
        self.tickets.enter(ticket)

    # Time

    def next_ms(self, after_ms: int) -> int | None:
        """When the exchange, an opening or a close has something to do."""
        due = [self._exchange.next_ms(after_ms), *self._bounds()]
        return min((ms for ms in due if ms is not None and ms > after_ms), default=None)

    def advance(self, at_ms: int) -> None:
        """What is due at the instant happens: orders open, the exchange fills and ends, and what it has not ends."""
        if self._is_open(at_ms):
            for ticket in self._waiting():
                ticket.standing = Standing.WORKING
                self._say(ticket, words.order_status(ticket))
        self.take(self._exchange.advance(at_ms), at_ms)
        if self.link_up:
            for ticket in [each for each, ends_ms in self._ends() if ends_ms <= at_ms]:
                self.cancel(ticket, at_ms)

    def _bounds(self) -> Iterator[int]:
        yield from (self._calendar.ahead(each.placed_ms).open_ms for each in self._waiting())
        yield from (ends_ms for _, ends_ms in self._ends() if self.link_up)

    def _ends(self) -> Iterator[tuple[Ticket, int]]:
        """The orders for the day that the exchange does not have, and when they end."""
        kept = (each for each in self.tickets.live() if not each.at_exchange)
        yield from ((each, each.ends_ms) for each in kept if each.ends_ms is not None)

    def _waiting(self) -> list[Ticket]:
        """The orders that wait for an opening."""
        return [each for each in self.tickets.live() if each.standing is Standing.HELD and not each.why_held]

    # Reports of the exchange

    def take(self, reports: Sequence[Input], at_ms: int) -> None:
        """What the exchange reports; what it says of orders while the broker can't be reached is lost."""
        for report in reports:
            match report:
                case BrokerLost():
                    self.lose()
                case BrokerReturned():
                    self.come_back(at_ms, KEPT)
                case _ if self.link_up:
                    self._heard(report, at_ms)

    def _heard(self, report: Input, at_ms: int) -> None:
        match report:
            case OrderAcked():
                self._confirm(self.tickets.of(report.client_order_id), at_ms)
            case OrderExecuted():
                ticket = self.tickets.of(report.executions[0].client_order_id)
                self.fills.note(ticket, report.executions, at_ms)
                self.fills.tell(ticket)
            case OrderCancelled():
                self._cancelled(self.tickets.of(report.client_order_id), at_ms)
            case OrderRejected():
                self._rejected(self.tickets.of(report.client_order_id), report.reason, at_ms)
            case Settled():
                self._holdings.take(report)
            case ForeignOrderSeen():
                self._meet((report,))
            case _:
                raise ValueError(f"the exchange reports {report}")

    # The link

    def lose(self) -> None:
        """The broker can't be reached."""
        self.link_up = False
        self._notify(*LOST)

    def come_back(self, at_ms: int, notice: tuple[int, str], quiet: bool = False) -> None:
        """The broker can be reached again; unless `quiet`, clients are told what has become of their orders."""
        self.link_up = True
        self._notify(*notice)
        changed = self.look(at_ms)
        if quiet:
            self.fills.keep_quiet()
            return
        for ticket in changed:
            if not self.fills.tell(ticket):
                self._say(ticket, words.order_status(ticket))

    def look(self, at_ms: int) -> list[Ticket]:
        """Asks the exchange how things stand, and tells nobody; gives the orders that stand otherwise than before."""
        seen = self._exchange.orders(at_ms)
        if not self.link_up or not seen.complete:
            return []
        before = {each: (each.standing, each.filled) for each in self.tickets}
        self._holdings.take(self._exchange.positions(at_ms).settled)
        self._holdings.advance(at_ms)
        for order_id, rows in groupby(seen.executions, lambda row: row.client_order_id):
            self.fills.note(self.tickets.of(order_id), rows, at_ms)
        for order in seen.orders:
            ticket = self.tickets.of(order.client_order_id)
            if order.open and ticket.standing in (Standing.PENDING, Standing.CANCELLING):
                ticket.standing = self._working(at_ms)
            elif not order.open and ticket.standing.live:
                self._end(ticket, Standing.CANCELLED, at_ms)
        self._meet(seen.foreign)
        listed = {each.id for each in seen.foreign}
        for ticket in [each for name, each in self._foreign.items() if name not in listed and each.standing.live]:
            self._end(ticket, Standing.CANCELLED, at_ms)
        return [each for each, was in before.items() if was != (each.standing, each.filled)]

    def _meet(self, strangers: Sequence[ForeignOrderSeen]) -> None:
        known = {*self._foreign, *(each.id for each in self.strangers)}
        self.strangers += [each for each in strangers if each.id not in known]

    # How an order stands

    def error(self, ticket: Ticket, code: int, text: str) -> None:
        """Something is said about an order under its id; whether it lives is another matter."""
        self._say(ticket, (ERROR, 2, ticket.order_id, code, text, ""))

    def _confirm(self, ticket: Ticket, at_ms: int) -> None:
        """The broker has the order, or its change; outside hours it waits for the open."""
        # A confirmation that comes late may be of an order that has ended since.
        if ticket.standing.live:
            ticket.standing = Standing.HELD if ticket.why_held else self._working(at_ms)
        ticket.confirmed = True
        self._say(ticket, words.open_order(ticket))
        self._say(ticket, words.order_status(ticket))
        if ticket.standing is Standing.HELD and not ticket.why_held:
            opens = f"{local(self._calendar.ahead(at_ms).open_ms):%Y-%m-%d %H:%M:%S} US/Eastern"
            what = f"{ticket.asked.action} {ticket.quantity} {ticket.trade.contract.symbol}"
            text = f"Order Message: {what}. Warning: your order will not be placed at the exchange until {opens}"
            self.error(ticket, 399, text)

    def _cancelled(self, ticket: Ticket, at_ms: int) -> None:
        self._end(ticket, Standing.CANCELLED, at_ms)
        self._say(ticket, words.order_status(ticket))
        self.error(ticket, 202, "Order Canceled - reason:")

    def _rejected(self, ticket: Ticket, reason: str, at_ms: int) -> None:
        self._end(ticket, Standing.INACTIVE, at_ms)
        self.error(ticket, 201, f"Order rejected - reason:{reason}")
        self._say(ticket, words.order_status(ticket))

    def _end(self, ticket: Ticket, standing: Standing, at_ms: int) -> None:
        ticket.standing, ticket.ended_ms = standing, at_ms

    def _working(self, at_ms: int) -> Standing:
        return Standing.WORKING if self._is_open(at_ms) else Standing.HELD

    def _is_open(self, at_ms: int) -> bool:
        session = self._calendar.at(at_ms)
        return session is not None and session.open_ms <= at_ms < session.close_ms

    def _end_of(self, tif: str, at_ms: int) -> int | None:
        return self._calendar.ahead(at_ms).close_ms if tif == DAY else None
