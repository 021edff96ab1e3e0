"""One scripted symbol: its underlying, its options, its chain and its bars."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache

from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import YEAR_MS, day_of
from allusetui.domain.money import to_price
from allusetui.domain.quote import Bar, Chain, Payout, Quote
from allusetui.market import listing, spread
from allusetui.market.bars import Ranges, daily_bars
from allusetui.market.chain import Depth, PricedSlices, Shown, grid
from allusetui.market.indices import overtime_ms
from allusetui.market.ticks import Ticks
from allusetui.market.track import Track
from allusetui.pricing import black_scholes
from allusetui.scenario.model import SymbolSpec

_PRICE_STEP = 1e-4


@frozen
class Script:
    """The scripted course of a symbol's figures."""

    spot: Track
    iv: Track
    spread_share: Track
    open_interest: Track
    volume: Track
    ranges: Ranges


class ScriptedSymbol:
    """Answers for one symbol, each as it stood at the last tick."""

    def __init__(
        self, name: str, spec: SymbolSpec, script: Script, rate: float, calendar: Calendar, tape_ms: Iterable[int]
    ) -> None:
        self._name = name
        self._spec = spec
        self._script = script
        self._rate = rate
        self._calendar = calendar
        self._days = [session.day for session in calendar.sessions]
        self._tick_size = float(spec.tick)
        self._payouts = tuple(Payout(paid.ex, paid.amount) for paid in sorted(spec.dividends, key=lambda paid: paid.ex))
        self._expiry_ms: dict[date, int] = {}
        self._shown: Shown | None = None
        self._listed = lru_cache(maxsize=8)(self._list)
        self.ticks = Ticks(calendar, tape_ms, overtime_ms(name))

    def underlying(self, at_ms: int) -> Quote | None:
        """The spot as bid and ask."""
        shown = self._at(at_ms)
        return None if shown is None else Quote(shown.spot, shown.spot, shown.at_ms, confirmed=True)

    def option(self, option: Option, at_ms: int) -> Quote | None:
        """Bid and ask around the model's price; after the close of its last session the quote of that close."""
        expires_ms = self.expires_ms(option.expiry)
        shown = self._at(min(at_ms, expires_ms))
        if shown is None:
            return None
        years = (expires_ms - shown.at_ms) / YEAR_MS
        mid = black_scholes.price(shown.spot_size, float(option.strike), years, shown.rate, shown.iv, not option.is_put)
        bid, ask = spread.one(mid, shown.spread_share, self._spec.tick, self._tick_size)
        return Quote(bid, ask, shown.at_ms, confirmed=True, tick=self._spec.tick)

    def chain(self, at_ms: int) -> Chain | None:
        """Every listed expiry that has not closed."""
        shown = self._at(at_ms)
        if shown is None:
            return None
        listed = {day: close for day, close in self._listed(day_of(at_ms)).items() if close > at_ms}
        script, spec = self._script, self._spec
        depth = Depth(round(script.open_interest.at(shown.at_ms)), round(script.volume.at(shown.at_ms)))
        earnings = None if spec.earnings == "unknown" else tuple(spec.earnings)
        slices = PricedSlices(self._name, shown, depth, listed, spec.strike_step, spec.tick)
        return Chain(self._name, shown.at_ms, spec.tick, tuple(listed), slices, earnings, payouts=self._payouts)

    def strikes(self, expiry: date, at_ms: int) -> tuple[Decimal, ...]:
        """What is listed of an expiry, ascending, without a price."""
        shown = self._at(at_ms)
        if shown is None:
            return ()
        exact, _ = grid(shown, max(self.expires_ms(expiry) - shown.at_ms, 0) / YEAR_MS, self._spec.strike_step)
        return exact

    def bars(self, at_ms: int) -> tuple[Bar, ...]:
        """Daily bars of the sessions before the instant's day."""
        return daily_bars(self._calendar.sessions, self._days, at_ms, self._script.ranges, self._close)

    def first_above(self, level: Decimal, after_ms: int, until_ms: int) -> int | None:
        """The first tick in (after, until] at which the spot stands above `level`."""
        # Looked for a price step early: what is quoted is rounded.
        wanted = float(level) - _PRICE_STEP
        for piece in self._script.spot.pieces(after_ms + 1, until_ms):
            begin = piece.reaches(wanted)
            tick = None if begin is None else self.ticks.next(begin - 1)
            while tick is not None and tick < piece.end_ms:
                if to_price(self._script.spot.at(tick)) > level:
                    return tick
                if tick >= piece.level_ms or piece.target <= piece.start:
                    break
                tick = self.ticks.next(tick)
        return None

    def expires_ms(self, expiry: date) -> int:
        """The close of the session on which `expiry` ends."""
        close_ms = self._expiry_ms.get(expiry)
        if close_ms is None:
            close_ms = self._expiry_ms[expiry] = self._calendar.up_to(expiry).close_ms
        return close_ms

    def _list(self, day: date) -> Mapping[date, int]:
        return {each: self.expires_ms(each) for each in listing.expiries(self._spec.expiries, day, self._calendar)}

    def _close(self, close_ms: int) -> float:
        return float(to_price(self._script.spot.at(close_ms)))

    def _at(self, at_ms: int) -> Shown | None:
        tick = self.ticks.last(at_ms)
        shown = self._shown
        if tick is None:
            return None
        if shown is None or shown.at_ms != tick:
            script = self._script
            spot = to_price(script.spot.at(tick))
            share = script.spread_share.at(tick)
            shown = Shown(tick, spot, float(spot), script.iv.at(tick), self._rate, share)
            self._shown = shown
        return shown
