"""What the gateway stands in front of, and the gateway put together over it."""

from collections.abc import Callable, Sequence
from dataclasses import field

from allusetui.broker.gateway.accounts import AccountsPart
from allusetui.broker.gateway.bars import BarMaker
from allusetui.broker.gateway.book import OrderBook
from allusetui.broker.gateway.bulletins import Bulletins
from allusetui.broker.gateway.commands import Commands
from allusetui.broker.gateway.contracts import Registry, Strikes
from allusetui.broker.gateway.exercises import Exercises
from allusetui.broker.gateway.faults import LineFaults
from allusetui.broker.gateway.gateway import Gateway
from allusetui.broker.gateway.history import History
from allusetui.broker.gateway.holdings import Holdings
from allusetui.broker.gateway.instruments import PriceSteps
from allusetui.broker.gateway.orders import OrdersPart
from allusetui.broker.gateway.pacing import Pacing
from allusetui.broker.gateway.part import Part
from allusetui.broker.gateway.prices import Prices
from allusetui.broker.gateway.quotes import Entitled, Quotes
from allusetui.broker.gateway.reference import Reference
from allusetui.broker.gateway.session import USUAL, Limits, Sessions
from allusetui.broker.gateway.ticks import Board
from allusetui.broker.simulated.exchange import Exchange
from allusetui.domain.calendar import Calendar
from allusetui.domain.frozen import frozen
from allusetui.domain.input import HeadlineSeen, Provision
from allusetui.ports import Market


@frozen
class Venue:
    """A market, the exchange over it, and whose accounts it keeps.

    `market` is what clients are shown, its faults included; `strikes` what is listed of an expiry; `steps` the price
    steps of a symbol's options; `accounts` what each account of the broker began with at `start_ms`, under the broker's
    code; `headlines` in order of time.
    """

    market: Market
    exchange: Exchange
    calendar: Calendar
    strikes: Strikes
    steps: Callable[[str], PriceSteps]
    accounts: Sequence[Provision]
    start_ms: int
    headlines: Sequence[HeadlineSeen] = ()
    entitled: Entitled = field(default_factory=Entitled)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every account of the broker."""
        return tuple(account.name for account in self.accounts)


@frozen
class Assembly:
    """A gateway, who makes things happen at its broker and on its wire, what the broker keeps, and what it shows."""

    gateway: Gateway
    commands: Commands
    book: OrderBook
    holdings: Holdings
    entitled: Entitled


def assemble(venue: Venue, limits: Limits = USUAL) -> Assembly:
    """The gateway of a venue."""
    sessions = Sessions()
    registry = Registry(venue.market, venue.calendar, venue.strikes, venue.steps)
    board = Board(venue.market, venue.calendar)
    bars = BarMaker(venue.market, venue.calendar, board)
    holdings = Holdings(venue.accounts, Prices(venue.market), venue.exchange.unexplained)
    # Whoever asks for positions makes the orders look at the exchange, which is told of by the positions.
    accounts = AccountsPart(
        registry, holdings, sessions, venue.market.next_tick, lambda at_ms: orders.look(at_ms),
        lambda: orders.book.link_up, venue.start_ms,
    )  # fmt: skip
    orders = OrdersPart(
        venue.exchange, registry, holdings, venue.calendar, sessions, accounts.refresh, venue.start_ms, venue.entitled
    )  # fmt: skip
    book = orders.book
    quotes = Quotes(registry, venue.market, board, limits, venue.entitled, lambda: book.link_up)
    parts: tuple[Part, ...] = (
        orders,
        Exercises(venue.exchange, registry, book, orders.refuses),
        accounts,
        Reference(registry, sessions, venue.codes),
        quotes,
        History(registry, bars, Pacing(limits.second_ms), lambda: book.link_up),
        Bulletins(registry, venue.market, quotes, venue.headlines, venue.entitled),
    )
    faults = LineFaults(orders.is_about)
    gateway = Gateway(sessions, parts, venue.codes, limits, faults)
    commands = Commands(gateway, faults, orders, venue.exchange, (quotes,), venue.entitled, holdings)
    return Assembly(gateway, commands, orders.book, holdings, venue.entitled)
