"""Whether an option's quote follows its underlying. Pure.

A quiet option is proven by an answer while its underlying moves (see `Pulse`), and so would be one whose own feed is
dead. What tells the two apart is how far the underlying has gone: a quote that ought to have changed by more than twice
its spread and has not is no younger than the move that it missed.
"""

from decimal import Decimal
from math import isnan

from allusetui.domain.contract import Contract, Option
from allusetui.domain.frozen import mutable
from allusetui.domain.quote import Quote

_SPREADS = 2
"""A book is left as it is while the value moves within it, and fades while the volatility falls as the price moves."""


@mutable
class _Stood:
    """A book, where its underlying was as it was made, and since when it ought to be another."""

    bid: Decimal
    ask: Decimal
    spot: Decimal
    missed_ms: int | None = None


class Follows:
    """What the books of watched options were when their underlyings stood elsewhere."""

    def __init__(self) -> None:
        self._stood: dict[Contract, _Stood] = {}

    def made_ms(self, option: Option, quote: Quote, spot: Decimal | None, delta: float, at_ms: int) -> int:
        """When a quote that is shown at an instant can have been made at the latest; `delta` is NaN where unknown."""
        stood = self._stood.get(option)
        if spot is None:
            return quote.at_ms
        if stood is None or (stood.bid, stood.ask) != (quote.bid, quote.ask):
            self._stood[option] = _Stood(quote.bid, quote.ask, spot)
            return quote.at_ms
        room = float(_SPREADS * (quote.ask - quote.bid) + quote.tick)
        if isnan(delta) or abs(delta * float(spot - stood.spot)) <= room:
            stood.missed_ms = None
            return quote.at_ms
        stood.missed_ms = at_ms if stood.missed_ms is None else stood.missed_ms
        return min(quote.at_ms, stood.missed_ms)

    def forget(self, contract: Contract) -> None:
        """Nobody looks at it any more."""
        self._stood.pop(contract, None)
