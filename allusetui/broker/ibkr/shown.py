"""What one line of market data has shown, from the messages themselves: never a value of another line or data type.

A value is None until it has come, and NaN where the broker says that there is none (price −1): unknown is never zero.
"""

from dataclasses import fields
from decimal import Decimal
from math import isfinite, isnan, nan
from typing import Final

from allusetui.broker.ibkr.pulse import Pulse
from allusetui.domain.contract import Right
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.moment import MINUTE_MS
from allusetui.domain.money import to_price
from allusetui.domain.quote import Feed, Quote

DELAY_MS: Final = 15 * MINUTE_MS
"""A delayed quote was made at least so long before it was heard."""
FEEDS: Final = {1: Feed.LIVE, 2: Feed.FROZEN, 3: Feed.DELAYED, 4: Feed.DELAYED_FROZEN}
"""Message 58, which alone says what kind of data a line gives."""
PRICES: Final = {1: "bid", 2: "ask", 4: "last", 9: "close", 66: "bid", 67: "ask", 68: "last", 75: "close"}
SIZES: Final = {8: "volume", 74: "volume", 87: "average_volume"}
INTEREST: Final = {27: Right.CALL, 28: Right.PUT}
"""The open interest of a call comes as 27, that of a put as 28; each line hears of both."""
GREEKS: Final = {13, 83}
DIVIDENDS: Final = 59
_FROM_DELAYED: Final = frozenset({66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 80, 81, 82, 83})
_UNSET: Final = 1e300
_DEAREST: Final = 1e9
"""Dollars a share; what is above is no price."""


@frozen
class ModelGreeks:
    """The broker's own figures of an option; NaN for what it has not computed. Signed as it sends them."""

    vol: float
    delta: float
    gamma: float
    vega: float
    theta: float

    @classmethod
    def told(cls, vol: float, delta: float, gamma: float, vega: float, theta: float) -> "ModelGreeks":
        """From the wire, where −1 (of the volatility) and −2 (of the others) say that a figure was not computed."""
        return cls(
            vol if 0 < vol < _UNSET else nan,
            delta if -2 < delta < _UNSET else nan,
            gamma if -2 < gamma < _UNSET else nan,
            vega if -2 < vega < _UNSET else nan,
            theta if -2 < theta < _UNSET else nan,
        )


@mutable
class Shown:
    """One line since it was asked for. `right`: of an option; None for an underlying, which may have a `pulse`."""

    right: Right | None = None
    pulse: Pulse | None = None
    feed: Feed | None = None
    heard_ms: int | None = None
    bid: float | None = None
    ask: float | None = None
    last: float | None = None
    close: float | None = None
    volume: int | None = None
    average_volume: int | None = None
    open_interest: int | None = None
    greeks: ModelGreeks | None = None
    dividends: str | None = None
    """Tick 59 as it came: past 12 months, next 12, next ex-date, its amount."""

    def price(self, tick: int, price: float, at_ms: int) -> None:
        """A price tick; below zero there is none."""
        self._hear(tick, at_ms, price)
        if (name := PRICES.get(tick)) is not None:
            setattr(self, name, price if 0 <= price < _DEAREST else nan)

    def size(self, tick: int, size: float, at_ms: int) -> None:
        """A size tick; only those of the day and of open interest are kept."""
        self._hear(tick, at_ms, size)
        if not (isfinite(size) and 0 <= size < _UNSET):
            return
        if tick in INTEREST:
            if INTEREST[tick] is self.right:
                self.open_interest = int(size)
        elif (name := SIZES.get(tick)) is not None:
            setattr(self, name, int(size))

    def model(self, tick: int, greeks: ModelGreeks, at_ms: int) -> None:
        """The broker's model; those of bid, ask and last are not kept."""
        self._hear(tick, at_ms)
        if tick in GREEKS:
            self.greeks = greeks

    def text(self, tick: int, text: str, at_ms: int) -> None:
        self._hear(tick, at_ms, text)
        if tick == DIVIDENDS:
            self.dividends = text

    def typed(self, number: int, at_ms: int) -> None:
        """The kind of data from here on: what was shown of another kind is not shown any more."""
        feed = FEEDS.get(number)
        if feed is not None and feed is not self.feed:
            self._forget()
            self.feed, self.heard_ms = feed, at_ms

    def quote(self, close_ms: int, tick: Decimal, index: bool = False) -> Quote | None:
        """What it shows as a quote; None while a side is unknown. `close_ms`: the last close before it was heard.

        An index has no bid and ask: its last value is both.
        """
        bid, ask = (self.last, self.last) if index else (self.bid, self.ask)
        if bid is None or ask is None or isnan(bid) or isnan(ask) or self.heard_ms is None:
            return None
        made_ms = self.made_ms(close_ms)
        assert made_ms is not None
        return Quote(to_price(bid), to_price(ask), made_ms, tick=tick, feed=self.feed or Feed.LIVE)

    @property
    def is_whole(self) -> bool:
        """Whether all that the law asks of an option has come, be it that there is none."""
        return self.is_quoted and None not in (self.volume, self.open_interest, self.average_volume)

    @property
    def is_quoted(self) -> bool:
        """Whether both sides have come, be it that there is none."""
        return self.bid is not None and self.ask is not None

    def made_ms(self, close_ms: int) -> int | None:
        """When what it shows was made; None while it shows nothing."""
        if self.heard_ms is None:
            return None
        match self.feed:
            case None | Feed.LIVE:
                return self.heard_ms if self.pulse is None else self.pulse.moved_ms(self.heard_ms)
            case Feed.DELAYED:
                return self.heard_ms - DELAY_MS
            case Feed.FROZEN | Feed.DELAYED_FROZEN:
                return min(self.heard_ms, close_ms)

    def _hear(self, tick: int, at_ms: int, value: float | str | None = None) -> None:
        """Data that calls itself delayed is so, whatever the line was said to give."""
        delayed = tick in _FROM_DELAYED
        if self.feed is None:
            self.feed = Feed.DELAYED if delayed else Feed.LIVE
        elif delayed and self.feed in (Feed.LIVE, Feed.FROZEN):
            self._forget()
            self.feed = Feed.DELAYED
        if self.pulse is not None and value is not None:
            self.pulse.told(tick, value, at_ms)
        self.heard_ms = at_ms

    def _forget(self) -> None:
        for each in fields(self):
            if each.name not in ("right", "pulse"):
                setattr(self, each.name, None)
