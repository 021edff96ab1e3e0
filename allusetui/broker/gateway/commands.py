"""What can be made to happen at the broker and on its wire: values, and who carries them out."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, assert_never

from allusetui.broker.gateway.book import KEPT
from allusetui.broker.gateway.faults import LineFault, LineFaults
from allusetui.broker.gateway.fields import Wanted
from allusetui.broker.gateway.gateway import Gateway
from allusetui.broker.gateway.holdings import Holdings
from allusetui.broker.gateway.orders import OrdersPart
from allusetui.broker.gateway.part import Part
from allusetui.broker.gateway.quotes import Entitled
from allusetui.broker.gateway.session import NOBODY
from allusetui.broker.gateway.tickets import Ticket
from allusetui.broker.simulated.exchange import Exchange
from allusetui.domain.contract import Option, Side
from allusetui.domain.frozen import frozen

DATA_LOST: Final = (1101, "Connectivity between IBKR and Trader Workstation has been restored - data lost.")


@frozen
class SoundAgain:
    """Every fault of the wire ends."""


@frozen
class Nameless:
    """The next orders are shown without a permanent id."""

    count: int = 1


@frozen
class Refuse:
    """The next orders are refused, whatever they are."""

    count: int = 1


@frozen
class Withdraw:
    """The broker ends an order of its own accord, or a person at its screen does."""

    order_ref: str


@frozen
class Resend:
    """The last execution of an order is told once more."""

    order_ref: str


@frozen
class Correct:
    """The last execution of an order was at another price, dollars a share."""

    order_ref: str
    price: Decimal


@frozen
class OrderError:
    """Something is said under the id of an order, which lives on as it did."""

    order_ref: str
    code: int
    text: str


@frozen
class Double:
    """An order becomes two: as after a change that was made while the broker was lost."""

    order_ref: str


@frozen
class ReadOnly:
    """The gateway's own settings say whether clients only read."""

    on: bool = True


@frozen
class Notice:
    """Something is said to every client that answers nothing: a farm that breaks, a port that changes."""

    code: int
    text: str
    request_id: int = NOBODY


@frozen
class LoseLink:
    """The gateway loses the broker (1100): what is sent to it is lost, what happens there is not heard of."""


@frozen
class RestoreLink:
    """The broker is back: 1102, or 1101 where subscriptions are lost. `quiet`: nobody is told what has happened."""

    data_kept: bool = True
    quiet: bool = False


@frozen
class Restart:
    """The gateway starts anew: everybody is cut off, orders live on, ids of orders begin at 1 again where `forgets`."""

    forgets: bool = False


@frozen
class Cut:
    """A client's connection is torn down."""

    client_id: int


@frozen
class SetNextId:
    """A client is given order ids from there on when it begins or asks."""

    client_id: int
    order_id: int


@frozen
class Assign:
    """Contracts of an option are exercised now; it is seen in the night."""

    option: Option
    quantity: int


@frozen
class Convert:
    """What is held of a symbol becomes so many times as much of another, or of itself: a split, a merger."""

    symbol: str
    into: str
    ratio: Decimal = Decimal(1)


@frozen
class ByHand:
    """A person enters a limit order at the broker's own screen."""

    wanted: Wanted
    side: Side
    quantity: int
    limit: Decimal
    tif: str = "DAY"


Command = (
    LineFault | SoundAgain | Nameless | Resend | Correct | OrderError | Double | ReadOnly | Notice | LoseLink
    | RestoreLink | Restart | Cut | SetNextId | Assign | ByHand | Refuse | Withdraw | Convert
)  # fmt: skip


class Commands:
    """Carries commands out. `data` are the parts whose subscriptions go where data is lost."""

    def __init__(
        self, gateway: Gateway, faults: LineFaults, orders: OrdersPart, exchange: Exchange, data: Sequence[Part],
        entitled: Entitled, holdings: Holdings,
    ) -> None:  # fmt: skip
        self._gateway = gateway
        self._faults = faults
        self._orders = orders
        self._exchange = exchange
        self._data = data
        self._entitled = entitled
        self._holdings = holdings

    def do(self, command: Command, at_ms: int) -> None:
        """Makes it happen at the instant. Raises LookupError where no order is so called, or it has no execution."""
        self._gateway.advance(at_ms)
        book = self._orders.book
        match command:
            case LineFault():
                self._faults.begin(command, at_ms)
            case SoundAgain():
                self._faults.end()
            case Nameless():
                book.nameless = command.count
            case Resend():
                book.fills.resend(self._ticket(command.order_ref))
            case Correct():
                book.fills.correct(self._ticket(command.order_ref), command.price)
            case OrderError():
                book.error(self._ticket(command.order_ref), command.code, command.text)
            case Double():
                book.double(self._ticket(command.order_ref), at_ms)
            case Notice():
                for session in self._gateway.sessions:
                    session.error(command.request_id, command.code, command.text)
            case LoseLink():
                book.lose()
            case RestoreLink():
                self._restore(command, at_ms)
            case ReadOnly() | Restart() | Cut() | SetNextId():
                self._set(command)
            case _:
                self._trade(command, at_ms)

    def _set(self, command: ReadOnly | Restart | Cut | SetNextId) -> None:
        match command:
            case ReadOnly():
                self._entitled.orders = not command.on
            case Restart():
                self._restart(command.forgets)
            case Cut():
                self._gateway.hang_up(command.client_id)
            case SetNextId():
                self._gateway.sessions.set_next_id(command.client_id, command.order_id)

    def _trade(self, command: Assign | ByHand | Refuse | Withdraw | Convert, at_ms: int) -> None:
        book = self._orders.book
        match command:
            case Assign():
                book.take(self._exchange.assign(command.option, command.quantity, at_ms), at_ms)
            case ByHand():
                wanted, tif = command.wanted, command.tif
                self._orders.enter_by_hand(wanted, command.side, command.quantity, command.limit, tif, at_ms)
            case Refuse():
                book.refusing = command.count
            case Withdraw():
                trade = self._ticket(command.order_ref).trade
                book.take(self._exchange.cancel(trade.client_order_id, at_ms), at_ms)
            case Convert():
                self._holdings.convert(command.symbol, command.into, command.ratio, at_ms)
            case _:
                assert_never(command)

    def _ticket(self, order_ref: str) -> Ticket:
        ticket = self._orders.book.tickets.named(order_ref)
        if ticket is None:
            raise LookupError(f"no order {order_ref}")
        return ticket

    def _restore(self, command: RestoreLink, at_ms: int) -> None:
        if not command.data_kept:
            for session in self._gateway.sessions:
                for part in self._data:
                    part.lost(session, at_ms)
                    part.joined(session, at_ms)
        self._orders.book.come_back(at_ms, KEPT if command.data_kept else DATA_LOST, command.quiet)

    def _restart(self, forgets: bool) -> None:
        sessions = self._gateway.sessions
        if forgets:
            self._orders.book.tickets.forget_ended()
            sessions.forget_ids()
        for session in list(sessions):
            self._gateway.hang_up(session.client_id)
