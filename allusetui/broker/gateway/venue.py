"""What the gateway stands in front of, and the gateway put together over it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from allusetui.broker.gateway.contracts import Registry
from allusetui.broker.gateway.gateway import Gateway
from allusetui.broker.gateway.instruments import PriceSteps
from allusetui.broker.gateway.part import Faults, Part
from allusetui.broker.gateway.quotes import Entitled, Quotes
from allusetui.broker.gateway.reference import Reference
from allusetui.broker.gateway.session import USUAL, Limits, Sessions
from allusetui.broker.gateway.ticks import Board
from allusetui.broker.simulated.exchange import Exchange
from allusetui.domain.calendar import Calendar
from allusetui.domain.input import HeadlineSeen
from allusetui.ports import Market


@dataclass(frozen=True, slots=True)
class Venue:
    """A market, the exchange over it, and whose accounts it keeps.

    `market` is what clients are shown, its faults included; `steps` the price steps of a symbol's options; `accounts`
    the broker's code of each sleeve, several of which may share one; `headlines` in order of time.
    """

    market: Market
    exchange: Exchange
    calendar: Calendar
    steps: Callable[[str], PriceSteps]
    accounts: Mapping[str, str]
    headlines: Sequence[HeadlineSeen] = ()
    entitled: Entitled = field(default_factory=Entitled)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every account of the broker, once."""
        return tuple(dict.fromkeys(self.accounts.values()))


def assemble(venue: Venue, limits: Limits = USUAL, faults: Faults | None = None) -> Gateway:
    """The gateway of a venue."""
    sessions = Sessions()
    registry = Registry(venue.market, venue.calendar, venue.steps)
    board = Board(venue.market, venue.calendar)
    parts: tuple[Part, ...] = (
        Reference(registry, venue.market, sessions, venue.codes),
        Quotes(registry, venue.market, board, limits, venue.entitled),
    )
    return Gateway(sessions, parts, venue.codes, limits, faults)
