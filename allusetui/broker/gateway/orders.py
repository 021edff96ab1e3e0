"""The gateway's part for orders: who may do what to which order, and who hears of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from allusetui.broker.gateway import order_messages as words
from allusetui.broker.gateway import order_requests as asking
from allusetui.broker.gateway.book import BROKEN, OrderBook
from allusetui.broker.gateway.checks import Meant, Refusal, invalid
from allusetui.broker.gateway.contracts import Registry
from allusetui.broker.gateway.fields import Wanted
from allusetui.broker.gateway.fills import Fills
from allusetui.broker.gateway.frames import Value
from allusetui.broker.gateway.holdings import Holdings
from allusetui.broker.gateway.instruments import SMART
from allusetui.broker.gateway.intake import Intake, client_of
from allusetui.broker.gateway.part import Quiet, Route
from allusetui.broker.gateway.placing import PlaceOrder, by_hand, place_order
from allusetui.broker.gateway.quotes import Entitled
from allusetui.broker.gateway.requests import Nothing, nothing
from allusetui.broker.gateway.session import ERROR, NOBODY, Session, Sessions
from allusetui.broker.gateway.tickets import Fill, Standing, Ticket
from allusetui.broker.simulated.exchange import Exchange
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Side, Stock
from allusetui.domain.moment import to_ms

_ORDER_ID_AT: Final[dict[Value, int]] = {words.STATUS: 1, ERROR: 2}
"""Where orderStatus and error have an order's id; placeOrder and cancelOrder, of the same ids, have it there too."""
READ_ONLY: Final = "Error validating request.-'bO' : cause - The API interface is currently in Read-Only mode."
PERSON: Final = 0
"""The client id under which what a person enters at the broker's own screen is kept."""


class OrdersPart(Quiet):
    """Implements `Part` for orders over one exchange. `changed(at_ms)` is called when accounts may stand otherwise.

    Nothing is said of orders until somebody asks, and they outlive the connection that placed them.
    """

    def __init__(
        self,
        exchange: Exchange,
        registry: Registry,
        holdings: Holdings,
        calendar: Calendar,
        sessions: Sessions,
        changed: Callable[[int], None],
        start_ms: int,
        entitled: Entitled,
    ) -> None:
        fills = Fills(registry, holdings, self._say)
        self.book = OrderBook(exchange, fills, holdings, calendar, self._say, self._notify)
        self._intake = Intake(self.book, registry, holdings, sessions, exchange.fees)
        self._registry = registry
        self._holdings = holdings
        self._sessions = sessions
        self._changed = changed
        self._entitled = entitled
        self._bound = 0
        self._binds = False
        # What is due at the start itself has not happened yet.
        self._now_ms = start_ms - 1

    def routes(self) -> Mapping[int, Route]:
        return {
            asking.PLACE: Route(place_order, self._place, id_at=0),
            asking.CANCEL: Route(asking.cancel_order, self._cancel, id_at=1),
            asking.OPEN: Route(nothing, self._open_orders),
            asking.ALL_OPEN: Route(nothing, self._all_open_orders),
            asking.AUTO_OPEN: Route(asking.auto_open, self._auto_open),
            asking.GLOBAL_CANCEL: Route(nothing, self._global_cancel),
            asking.EXECUTIONS: Route(asking.executions, self._executions, id_at=1),
            asking.COMPLETED: Route(asking.completed, self._completed),
        }

    def joined(self, session: Session, at_ms: int) -> None:
        """Who comes while the broker can't be reached is told so: all that it will be answered is old."""
        if not self.book.link_up:
            session.error(NOBODY, *BROKEN)

    def next_ms(self, after_ms: int) -> int | None:
        due = (self.book.next_ms(after_ms), self._holdings.next_ms())
        return min((ms for ms in due if ms is not None and ms > after_ms), default=None)

    def advance(self, at_ms: int) -> None:
        while (due := self.next_ms(self._now_ms)) is not None and due <= at_ms:
            self._now_ms = due
            self._holdings.advance(due)
            self.book.advance(due)
            self._take_strangers(due)
            self._changed(due)
        self._now_ms = max(self._now_ms, at_ms)

    def is_about(self, order_ref: str, session: Session, values: Sequence[Value]) -> bool:
        """Whether a message of or to a session, its id first, is about the order under a reference."""
        ticket = self.book.tickets.named(order_ref)
        if order_ref in values or ticket is None:
            return order_ref in values
        if values[0] == words.COMMISSION:
            return values[2] in {each.exec_id for each in ticket.fills}
        place = _ORDER_ID_AT.get(values[0])
        said = None if place is None or place >= len(values) else str(values[place])
        return session.client_id == ticket.client_id and said == str(ticket.order_id)

    def refuses(self, session: Session, number: int) -> bool:
        """Whether clients only read here, which it says under a number: they don't even see orders then."""
        if not self._entitled.orders:
            session.error(number, 321, READ_ONLY)
        return not self._entitled.orders

    # Orders in

    def enter_by_hand(self, wanted: Wanted, side: Side, quantity: int, limit: Decimal, tif: str, at_ms: int) -> Ticket:
        """A person enters an order at the broker's own screen. Raises ValueError where it is not taken."""
        asked = by_hand(wanted, side, quantity, limit, tif, self._holdings.accounts[0])
        meant = self._intake.read(asked, at_ms)
        if isinstance(meant, Refusal):
            raise ValueError(meant.text)
        ticket = self.book.draft(PERSON, self._hand_id(), asked, meant, at_ms)
        self._tell_bound(ticket)
        self.book.place(ticket, at_ms)
        self._changed(at_ms)
        return ticket

    def _place(self, session: Session, asked: PlaceOrder, at_ms: int) -> None:
        if self.refuses(session, asked.order_id):
            return
        self._intake.take(session, asked, at_ms)
        self._changed(at_ms)

    def _cancel(self, session: Session, asked: asking.CancelOrder, at_ms: int) -> None:
        if self.refuses(session, asked.order_id):
            return
        ticket = self.book.tickets.find(client_of(session), asked.order_id)
        name = f"OrderId {asked.order_id} that needs to be cancelled"
        if ticket is None:
            session.error(asked.order_id, 10147, f"{name} is not found.")
        elif ticket.standing is Standing.CANCELLING:
            text = f"Cancel attempted when order is not in a cancellable state. Order permId = {ticket.told_perm_id}"
            session.error(asked.order_id, 161, text)
        elif not ticket.standing.live:
            session.error(asked.order_id, 10148, f"{name} can not be cancelled, state: {ticket.standing}.")
        else:
            self.book.cancel(ticket, at_ms)
        self._changed(at_ms)

    def _global_cancel(self, session: Session, asked: Nothing, at_ms: int) -> None:
        """Everything that is live ends, other clients' orders and a person's too."""
        if self.refuses(session, NOBODY):
            return
        for ticket in self.book.tickets.live():
            self.book.cancel(ticket, at_ms)
        self._changed(at_ms)

    # Questions

    def _open_orders(self, session: Session, asked: Nothing, at_ms: int) -> None:
        """The client's own; client 0 sees a person's too."""
        if self.refuses(session, NOBODY):
            return
        self.look(at_ms)
        self._list(session, [each for each in self.book.tickets.live() if each.client_id == session.client_id])

    def _all_open_orders(self, session: Session, asked: Nothing, at_ms: int) -> None:
        if self.refuses(session, NOBODY):
            return
        self.look(at_ms)
        self._list(session, self.book.tickets.live())

    def look(self, at_ms: int) -> None:
        """Sees to it that what is answered is how things stand at the exchange."""
        self.book.look(at_ms)
        self._take_strangers(at_ms)

    def _list(self, session: Session, tickets: Iterable[Ticket]) -> None:
        for ticket in tickets:
            session.send(*words.open_order(ticket))
            session.send(*words.order_status(ticket))
        session.send(words.OPEN_END, 1)

    def _auto_open(self, session: Session, asked: asking.Switch, at_ms: int) -> None:
        """A person's orders get ids of client 0, below zero, so that it can change and cancel them."""
        if self.refuses(session, NOBODY):
            return
        if session.client_id != PERSON:
            refusal = invalid("Only the client with id 0 can bind orders")
            session.error(NOBODY, refusal.code, refusal.text)
            return
        self._binds = asked.on
        for ticket in [each for each in self.book.tickets.live() if asked.on and not each.order_id]:
            ticket.order_id = self._hand_id()
            self.book.tickets.enter(ticket)
            session.send(*words.order_bound(ticket))
            session.send(*words.open_order(ticket))
            session.send(*words.order_status(ticket))

    def _executions(self, session: Session, asked: asking.ExecutionsAsked, at_ms: int) -> None:
        self.look(at_ms)
        fills = [each for each in self.book.fills.on_day_of(at_ms) if _fits(each, asked)]
        for fill in fills:
            session.send(*words.execution(fill, asked.request_id))
        session.send(words.EXECUTIONS_END, 1, asked.request_id)
        for fill in fills:
            if fill.contract is not None:
                session.send(*words.commission(fill))

    def _completed(self, session: Session, asked: asking.Switch, at_ms: int) -> None:
        if self.refuses(session, NOBODY):
            return
        self.look(at_ms)
        for ticket in self.book.tickets.ended_on_day_of(at_ms):
            if not (asked.on and ticket.is_manual):
                session.send(*words.completed_order(ticket))
        session.send(words.COMPLETED_END)

    # Who hears

    def _say(self, ticket: Ticket, message: tuple[Value, ...]) -> None:
        """What is about an order is told to the client that placed it, if it is there."""
        session = self._sessions.of_client(ticket.client_id)
        if session is not None:
            session.send(*message)

    def _notify(self, code: int, text: str) -> None:
        for session in self._sessions:
            session.error(NOBODY, code, text)

    # A person's orders

    def _hand_id(self) -> int:
        """The id of a person's next order: below zero where client 0 binds them."""
        if not self._binds:
            return 0
        self._bound += 1
        return -self._bound

    def _tell_bound(self, ticket: Ticket) -> None:
        if ticket.order_id:
            self._say(ticket, words.order_bound(ticket))

    def _take_strangers(self, at_ms: int) -> None:
        """Takes in what somebody else has placed, as far as anything is known of it."""
        seen, self.book.strangers = self.book.strangers, []
        for stranger in seen:
            stock = Stock(stranger.symbol)
            limit = self._holdings.price(stock, at_ms)
            listed = self._registry.listed(stock)
            wanted = Wanted(con_id=listed.con_id, symbol=listed.symbol, sec_type=listed.sec_type, exchange=SMART)
            account = self._holdings.accounts[0]
            side = Side.BUY if stranger.quantity > 0 else Side.SELL
            asked = by_hand(wanted, side, abs(stranger.quantity), limit, "GTC", account)
            meant = Meant(account, stock, None, side, abs(stranger.quantity), limit, listed.block(SMART))
            ticket = self.book.draft(PERSON, self._hand_id(), asked, meant, at_ms)
            self._tell_bound(ticket)
            self.book.show(ticket, stranger)


def _fits(fill: Fill, asked: asking.ExecutionsAsked) -> bool:
    """Whether an execution passes a filter."""
    ticket = fill.ticket
    sec_type = str(fill.block[2])
    return (
        asked.client_id in (0, ticket.client_id)
        and asked.account in ("", ticket.account)
        and (asked.since is None or fill.at_ms >= to_ms(asked.since))
        and asked.symbol in ("", ticket.trade.contract.symbol)
        and asked.sec_type in ("", sec_type)
        and asked.side in ("", fill.side.value)
    )
