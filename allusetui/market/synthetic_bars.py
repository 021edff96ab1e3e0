"""The synthetic market's daily bars: the index, its VIX, and the symbols that follow it with moves of their own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np

from allusetui.domain.frozen import frozen
from allusetui.domain.quote import Floats
from allusetui.market import traits
from allusetui.market.indices import SPX, VIX
from allusetui.market.model_data import Daily
from allusetui.market.synthetic_dates import QUARTERS, YIELDS
from allusetui.market.synthetic_draws import Draws, Moves, draws, mixed, parted, reach
from allusetui.market.synthetic_index import LEAST_VIX, MOST_VIX, YEAR_SESSIONS, Index, index
from allusetui.market.traits import Traits
from allusetui.pricing.surface import NAME_VOL

_FIRST_CLOSES: Final = {
    "SPX": 6800.0, "SPY": 680.0, "QQQ": 610.0, "IWM": 250.0, "AAPL": 260.0, "MSFT": 400.0, "AMZN": 215.0,
    "GOOG": 305.0, "GOOGL": 305.0, "NVDA": 185.0, "TSLA": 400.0, "META": 650.0,
}  # fmt: skip
_OTHER_CLOSE: Final = 100.0
_TWINS: Final = {"GOOGL": "GOOG"}  # two classes of one share
_CENTS: Final = 2


@frozen
class Span:
    """The sessions to be shown, ascending, after `hidden` steps that nobody sees; the run begins at row `starts`.

    At the close before that every symbol but VIX stands at its first close.
    """

    days: tuple[date, ...]
    hidden: int
    starts: int

    @property
    def steps(self) -> int:
        return self.hidden + len(self.days)


@frozen
class Dated:
    """What happens to one symbol on its dates."""

    reported: Sequence[date] = ()
    """The sessions that open after a report."""
    ex_dates: Sequence[date] = ()


class Bars:
    """Bars of any symbol over `span`: a pure function of seed, symbol, the run's start and the day."""

    def __init__(self, seed: int, span: Span) -> None:
        self._seed, self._span = seed, span
        self._drawn = draws(seed, SPX, span.steps)
        self._index: Index = index(self._drawn)

    def of(self, symbol: str, dated: Dated) -> Daily:
        """A symbol's sessions, to the cent."""
        if symbol == VIX:
            return self._vix()
        if symbol == SPX:
            return self._daily(symbol, self._index.moves, self._drawn)
        kind, own = traits.of(symbol), draws(self._seed, _TWINS.get(symbol, symbol), self._span.steps)
        market, share = self._drawn, kind.market_share
        tops, bottoms = mixed(share, market.tops, own.tops), mixed(share, market.bottoms, own.bottoms)
        return self._daily(symbol, self._moves(symbol, kind, own, dated), replace(own, tops=tops, bottoms=bottoms))

    def _moves(self, symbol: str, kind: Traits, own: Draws, dated: Dated) -> Moves:
        """A symbol's moves; its ex-dates show at the open."""
        moves, paid = followed(self._index, kind, own, self._on(dated.reported)), YIELDS.get(symbol, 0.0)
        payouts = paid / YEAR_SESSIONS + self._on(dated.ex_dates) * np.log(1 - paid / QUARTERS)
        return replace(moves, gaps=moves.gaps + payouts)

    def _daily(self, symbol: str, moves: Moves, drawn: Draws) -> Daily:
        levels = np.cumsum(moves.whole)
        before = levels[self._span.hidden + self._span.starts - 1]
        closes = np.log(_FIRST_CLOSES.get(symbol, _OTHER_CLOSE)) + levels - before
        return self._rounded(closes, moves, drawn.tops, drawn.bottoms)

    def _vix(self) -> Daily:
        drawn = self._drawn
        # VIX is highest when the index is lowest.
        return self._rounded(np.log(self._index.vix), self._index.vix_moves, drawn.bottoms, drawn.tops, limited=True)

    def _rounded(self, closes: Floats, moves: Moves, tops: Floats, bottoms: Floats, limited: bool = False) -> Daily:
        """The bars that end at `closes`, all in logs; `limited` to where VIX can be."""
        opens = closes - moves.inside
        highs = opens + reach(moves.inside, moves.sizes, tops)
        lows = opens - reach(-moves.inside, moves.sizes, bottoms)
        shown = [np.exp(column[self._span.hidden :]) for column in (opens, highs, lows, closes)]
        if limited:
            shown = [np.clip(column, LEAST_VIX, MOST_VIX) for column in shown]
        return Daily(self._span.days, *(np.maximum(np.round(column, _CENTS), 10**-_CENTS) for column in shown))

    def _on(self, days: Sequence[date]) -> Floats:
        """1 in the steps of `days`, 0 in the others."""
        hits = np.zeros(self._span.steps)
        wanted = frozenset(days)
        hits[self._span.hidden :] = [day in wanted for day in self._span.days]
        return hits


def followed(index: Index, kind: Traits, own: Draws, reported: Floats) -> Moves:
    """A symbol's share in the market's moves, and its own; a report shows at the open where `reported` is 1, not 0.

    Of one run, or of many at once as `index` and `own` are.
    """
    market, vix = index.moves, index.vix
    nerves = (np.concatenate([vix[:1], vix[:-1]]) / NAME_VOL.vix_normal) ** NAME_VOL.own_power
    deviations = nerves * (_quiet_variance(kind) / YEAR_SESSIONS) ** 0.5
    parts = parted(deviations * own.shocks - deviations**2 / 2, deviations * own.scales, own.gaps)
    gaps = kind.beta * market.gaps + parts.gaps + reported * (kind.report_move or 0.0) * own.others
    sizes = np.sqrt((kind.beta * market.sizes) ** 2 + parts.sizes**2)
    return Moves(gaps, kind.beta * market.inside + parts.inside, sizes)


def _quiet_variance(kind: Traits) -> float:
    """A year's own variance without its report days."""
    reported = QUARTERS * (kind.report_move or 0.0) ** 2
    return max(kind.own_vol**2 - reported, 0.0)
