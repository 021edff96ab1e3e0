"""What a contract shows at an instant, as the broker's ticks."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from allusetui.broker.gateway.days import Day, Days
from allusetui.broker.gateway.frames import Value
from allusetui.broker.gateway.instruments import INDEX, Listed
from allusetui.broker.simulated.takers import SHOWN
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Option, Right
from allusetui.domain.moment import MINUTE_MS, SECOND_MS, YEAR_MS, day_of
from allusetui.domain.quote import Payout, Quote, Slice
from allusetui.ports import Market
from allusetui.pricing.black_scholes import greeks
from allusetui.pricing.implied_vol import implied_vol

Ticks = dict[tuple[int, int], tuple[Value, ...]]
"""By (message id, tick type): what follows the type in its message."""

PRICE, SIZE, GREEKS, GENERIC, TEXT = 1, 2, 21, 45, 46
BID, ASK, LAST, HIGH, LOW, VOLUME, CLOSE, OPEN = 1, 2, 4, 6, 7, 8, 9, 14
CALL_INTEREST, PUT_INTEREST, CALL_VOLUME, PUT_VOLUME = 27, 28, 29, 30
MARK, LAST_TIME, HALTED, DIVIDENDS, AVERAGE_VOLUME, DELAYED_TIME = 37, 45, 49, 59, 87, 88
BID_GREEKS, ASK_GREEKS, MODEL_GREEKS = 10, 11, 13
WANTS_VOLUME, WANTS_INTEREST, WANTS_AVERAGE, WANTS_MARK, WANTS_DIVIDENDS = "100", "101", "105", "221", "456"
DELAY_MS: Final = 15 * MINUTE_MS
_DELAYED: Final = {
    (PRICE, BID): (PRICE, 66), (PRICE, ASK): (PRICE, 67), (PRICE, LAST): (PRICE, 68), (PRICE, HIGH): (PRICE, 72),
    (PRICE, LOW): (PRICE, 73), (SIZE, VOLUME): (SIZE, 74), (PRICE, CLOSE): (PRICE, 75), (PRICE, OPEN): (PRICE, 76),
    (GREEKS, BID_GREEKS): (GREEKS, 80), (GREEKS, ASK_GREEKS): (GREEKS, 81), (GREEKS, MODEL_GREEKS): (GREEKS, 83),
    (TEXT, LAST_TIME): (TEXT, DELAYED_TIME),
}  # fmt: skip
_STOCK_SIZE: Final = 300
_NO_PRICE: Final = (Decimal(-1), 0, 0)
_NO_GREEKS: Final = (-1.0, -2.0, -1.0, -1.0, -2.0, -2.0, -2.0)
_DAYS_A_YEAR, _POINTS = 365, 100
_YEAR: Final = timedelta(days=365)


class Board:
    """The ticks of one market; nothing of it is kept but what is slow to find."""

    def __init__(self, market: Market, calendar: Calendar) -> None:
        self._market = market
        self._calendar = calendar
        self.days = Days(market, calendar)
        self._slices: dict[tuple[str, date, Right], tuple[int, Slice | None]] = {}

    def single(self, listed: Listed, generic: Collection[str], at_ms: int) -> Ticks:
        """Of a stock, an index or an option."""
        contract = listed.contract
        if isinstance(contract, Option):
            return self._option(contract, generic, at_ms)
        return self._underlying(listed, generic, at_ms)

    def combination(self, legs: Sequence[tuple[Listed, int]], at_ms: int) -> Ticks:
        """Of a combination, each leg with its signed ratio: what it costs to have it, and what it brings."""
        bid = ask = Decimal(0)
        for listed, ratio in legs:
            quote = self.quote(listed, at_ms)
            if quote is None or not _is_price(quote.bid) or not _is_price(quote.ask):
                return {(PRICE, BID): _NO_PRICE, (PRICE, ASK): _NO_PRICE}
            near, far = (quote.bid, quote.ask) if ratio > 0 else (quote.ask, quote.bid)
            bid, ask = bid + ratio * near, ask + ratio * far
        return {(PRICE, BID): (bid, SHOWN, 0), (PRICE, ASK): (ask, SHOWN, 0)}

    def quote(self, listed: Listed, at_ms: int) -> Quote | None:
        """Its quote at the instant."""
        contract = listed.contract
        if isinstance(contract, Option):
            return self._market.option(contract, at_ms)
        return self._market.underlying(contract.symbol, at_ms)

    def volume(self, option: Option, at_ms: int) -> int:
        """How many contracts its day has seen by the instant; −1 where nobody knows."""
        chain = self._market.chain(option.symbol, at_ms)
        if chain is None or option.expiry not in chain.expiries:
            return -1
        found = chain.slices[option.expiry, option.right]
        return int(found.volume[found.strikes.index(option.strike)]) if option.strike in found.strikes else -1

    def _underlying(self, listed: Listed, generic: Collection[str], at_ms: int) -> Ticks:
        symbol, quote = listed.symbol, self._market.underlying(listed.symbol, at_ms)
        ticks: Ticks = {}
        if listed.sec_type == INDEX:
            spot = None if quote is None else quote.mid
            ticks[PRICE, LAST] = _priced(spot, 0)
        else:
            bid, ask, mid = (None, None, None) if quote is None else (quote.bid, quote.ask, quote.mid)
            ticks |= {(PRICE, BID): _priced(bid, _STOCK_SIZE), (PRICE, ASK): _priced(ask, _STOCK_SIZE)}
            ticks[PRICE, LAST] = _priced(mid, _STOCK_SIZE)
            ticks[GENERIC, HALTED] = (0,)
        ticks |= _day_ticks(self.days.at(symbol, at_ms))
        ticks |= _time_tick(quote)
        if WANTS_MARK in generic and quote is not None and _is_price(quote.mid):
            ticks[PRICE, MARK] = (quote.mid, 0, 0)
        if WANTS_DIVIDENDS in generic and listed.sec_type != INDEX:
            chain = self._market.chain(symbol, at_ms)
            ticks[TEXT, DIVIDENDS] = (_dividends(() if chain is None else chain.payouts, day_of(at_ms)),)
        return ticks

    def _option(self, option: Option, generic: Collection[str], at_ms: int) -> Ticks:
        quote = self._market.option(option, at_ms)
        bid, ask = (None, None) if quote is None else (quote.bid, quote.ask)
        ticks: Ticks = {(PRICE, BID): _priced(bid, SHOWN), (PRICE, ASK): _priced(ask, SHOWN)}
        ticks |= _time_tick(quote)
        ticks |= self._depth(option, generic, at_ms)
        spot = self._market.underlying(option.symbol, at_ms)
        if quote is not None and spot is not None and _is_price(spot.mid):
            ticks |= self._greeks(option, quote, float(spot.mid), at_ms)
        return ticks

    def _greeks(self, option: Option, quote: Quote, spot: float, at_ms: int) -> Ticks:
        """Of bid, ask and their middle, where they have any: by Black-Scholes at each one's own volatility."""
        if not (_is_price(quote.bid) and _is_price(quote.ask)):
            return {}
        close_ms = self._calendar.up_to(option.expiry).close_ms
        years, rate = max(close_ms - quote.at_ms, 0) / YEAR_MS, self._market.rate(at_ms)
        prices = {BID_GREEKS: quote.bid, ASK_GREEKS: quote.ask, MODEL_GREEKS: quote.mid}
        return {(GREEKS, kind): _computed(option, float(price), spot, years, rate) for kind, price in prices.items()}

    def _depth(self, option: Option, generic: Collection[str], at_ms: int) -> Ticks:
        """Volume and open interest."""
        found = self._slice(option, at_ms)
        if found is None or option.strike not in found.strikes:
            return {}
        row, call = found.strikes.index(option.strike), not option.is_put
        volume, interest, average = (int(c[row]) for c in (found.volume, found.open_interest, found.average_volume))
        ticks: Ticks = {(SIZE, VOLUME): (volume,)} if volume >= 0 else {}
        if WANTS_VOLUME in generic and volume >= 0:
            ticks[SIZE, CALL_VOLUME if call else PUT_VOLUME] = (volume,)
        if WANTS_INTEREST in generic and interest >= 0:
            ticks[SIZE, CALL_INTEREST if call else PUT_INTEREST] = (interest,)
        if WANTS_AVERAGE in generic and average >= 0:
            ticks[SIZE, AVERAGE_VOLUME] = (average,)
        return ticks

    def _slice(self, option: Option, at_ms: int) -> Slice | None:
        """The option's slice of the chain, looked at once a minute: it is priced whole."""
        key, minute = (option.symbol, option.expiry, option.right), at_ms // MINUTE_MS
        kept = self._slices.get(key)
        if kept is None or kept[0] != minute:
            chain = self._market.chain(option.symbol, at_ms)
            listed = chain is not None and option.expiry in chain.expiries
            kept = minute, chain.slices[option.expiry, option.right] if chain is not None and listed else None
            self._slices[key] = kept
        return kept[1]


def delayed(ticks: Ticks) -> Ticks:
    """The same as delayed data: under types of its own, and greeks of the model alone."""
    dropped = ((GREEKS, BID_GREEKS), (GREEKS, ASK_GREEKS))
    return {_DELAYED.get(key, key): rest for key, rest in ticks.items() if key not in dropped}


def message(request_id: int, key: tuple[int, int], rest: tuple[Value, ...]) -> tuple[Value, ...]:
    """One tick as it is sent."""
    message_id, kind = key
    if message_id == GREEKS:
        return (GREEKS, request_id, kind, 0, *rest)
    return (message_id, 6, request_id, kind, *rest)


def _computed(option: Option, price: float, spot: float, years: float, rate: float) -> tuple[Value, ...]:
    """Volatility, delta, price, dividends, gamma, vega a point, theta a day, and the underlying's price."""
    strike, call = float(option.strike), not option.is_put
    vol = implied_vol(price, spot, strike, years, rate, call) if price > 0 else None
    if vol is None:
        return (*_NO_GREEKS, spot)
    found = greeks(spot, strike, years, rate, vol, call)
    return vol, found.delta, price, 0.0, found.gamma, found.vega / _POINTS, found.theta / _DAYS_A_YEAR, spot


def _day_ticks(day: Day) -> Ticks:
    figures = {CLOSE: day.before, OPEN: day.opened, HIGH: day.high, LOW: day.low}
    return {(PRICE, kind): (value, 0, 0) for kind, value in figures.items() if value is not None}


def _time_tick(quote: Quote | None) -> Ticks:
    """When the quote was made: it says that a price that stays is alive.

    A line of a symbol whose feed stands still is answered when it is asked for anew, as the broker answers from the
    book that it has: that this book is old, this time alone tells.
    """
    return {} if quote is None else {(TEXT, LAST_TIME): (str(quote.at_ms // SECOND_MS),)}


def _priced(price: Decimal | None, size: int) -> tuple[Value, ...]:
    """Price, size, attributes; a price that is missing or none is −1 with nothing behind it."""
    return (price, size, 0) if price is not None and _is_price(price) else _NO_PRICE


def _is_price(price: Decimal) -> bool:
    return price.is_finite() and price >= 0


def _dividends(payouts: Sequence[Payout], day: date) -> str:
    """Of the year behind, of the year ahead, and the next one's day and amount; empty where there is none."""
    behind = sum((paid.amount for paid in payouts if day - _YEAR < paid.ex <= day), Decimal(0))
    ahead = [paid for paid in payouts if day < paid.ex <= day + _YEAR]
    if not ahead:
        return f"{behind},,," if behind else ",,,"
    return f"{behind},{sum(paid.amount for paid in ahead)},{ahead[0].ex:%Y%m%d},{ahead[0].amount}"
