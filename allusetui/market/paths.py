"""Sessions' paths on the five-second grid, made when first looked at: a pure function of seed, symbol and day."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.calendar import Calendar, Session
from allusetui.domain.quote import Floats
from allusetui.market import bridge, traits
from allusetui.market.dice import dice
from allusetui.market.indices import SPX, VIX, XSP, XSP_IN_SPX, overtime_ms
from allusetui.market.model_data import Daily
from allusetui.market.ticks import TICK_MS

# Market model, intraday VIX: correlated -.8 with the SPX path. What the reflections cost is put on top.
_VIX_SHARE: Final = -0.95
_KEPT, _LED = 96, 4  # whole paths of all symbols; sessions in which SPX's leads the others


class Paths:
    """The paths of all symbols; the last 96 are kept. A name follows SPX's path by its share in the market's moves."""

    def __init__(self, daily: Mapping[str, Daily], calendar: Calendar, seed: int) -> None:
        self._daily = daily
        self._calendar = calendar
        self._seed = seed
        self._raw = lru_cache(maxsize=_LED)(self._make)
        self.values = lru_cache(maxsize=_KEPT)(self._rounded)
        self._market = lru_cache(maxsize=_LED)(self._market_noise)

    def times(self, symbol: str, day: date) -> NDArray[np.int64] | None:
        """The instants of the path, ms; None without a session."""
        session = self._calendar.on(day)
        if session is None:
            return None
        return np.arange(session.open_ms, session.close_ms + overtime_ms(symbol) + 1, TICK_MS, dtype=np.int64)

    def _rounded(self, symbol: str, day: date) -> Floats | None:
        """The values of a session, dollars to the cent; None where the symbol has no row."""
        size, source = (XSP_IN_SPX, SPX) if symbol == XSP else (1, symbol)
        raw = (self._raw if source == SPX else self._make)(source, day)
        return None if raw is None else np.round(raw if size == 1 else raw / size, 2)

    def _make(self, symbol: str, day: date) -> Floats | None:
        rows = self._daily[symbol]
        session, row = self._calendar.on(day), rows.on(day)
        if session is None or row is None:
            return None
        ohlc = bridge.Ohlc(*(float(column[row]) for column in (rows.opens, rows.highs, rows.lows, rows.closes)))
        shape = bridge.u_shape(_steps(session), overtime_ms(symbol) // TICK_MS)
        chance = dice(self._seed, symbol, day)
        late = (bool(chance.integers(2)), bool(chance.integers(2)))
        noise = chance.standard_normal(len(shape.steps))
        market = None if symbol == SPX else self._market(day)
        if market is not None:
            share = _VIX_SHARE if symbol == VIX else traits.of(symbol).market_share
            together = noise[: len(market)]
            together *= (1 - share * share) ** 0.5
            together += share * market
        return bridge.path(ohlc, shape, noise, late)

    def _market_noise(self, day: date) -> Floats | None:
        """The steps of SPX's path in units of their deviation."""
        raw, session = self._raw(SPX, day), self._calendar.on(day)
        if raw is None or session is None:
            return None
        steps: Floats = np.diff(raw) / bridge.u_shape(_steps(session)).steps
        size = float(steps.std())
        return steps / size if size > 0 else None


def _steps(session: Session) -> int:
    return (session.close_ms - session.open_ms) // TICK_MS
