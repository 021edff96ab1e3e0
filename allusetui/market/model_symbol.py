"""One symbol of a model market: its options and its chain, over its underlying and its bars."""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.calendar import Calendar, Session
from allusetui.domain.contract import Option, Right
from allusetui.domain.moment import YEAR_MS, day_of
from allusetui.domain.quote import Chain, Floats, Payout, Quote, Slice, Strip
from allusetui.market import bridge, listing, model_path, model_quotes, spread, traits
from allusetui.market.chain import LazySlices
from allusetui.market.model_bars import ModelBars
from allusetui.market.model_data import Daily, Reports
from allusetui.market.model_path import Line, Scene
from allusetui.market.model_quotes import Sight, Term
from allusetui.market.model_spot import ModelSpot, Showing, dollars
from allusetui.market.paths import Paths
from allusetui.pricing.american import Dividends

Told = Callable[[Option, int], tuple[float, float] | None]
"""What was told ahead of an option at a tick: its bid and ask."""


class Background(Protocol):
    """What every symbol's options are priced with."""

    def rate_on(self, day: date) -> float: ...

    def vix(self, at_ms: int) -> float: ...

    def vix_63d_mean(self, day: date) -> float: ...


class ModelSymbol:
    """Answers for one symbol, each as it stood at the last tick of a session that has a row of it."""

    def __init__(
        self,
        name: str,
        rows: Daily,
        paths: Paths,
        calendar: Calendar,
        background: Background,
        reports: Reports | None,
        splits: tuple[tuple[date, Decimal], ...],
        payouts: tuple[Payout, ...],
    ) -> None:
        self.spot = ModelSpot(name, rows, paths, calendar)
        self.bars = ModelBars(rows, splits)
        self._name = name
        self._traits = traits.of(name)
        self._calendar = calendar
        self._background = background
        self._reports = reports
        self._payouts = payouts
        self._moves = _move_days(reports, calendar)
        self._sight: Sight | None = None
        self._opened: Sight | None = None
        self._term = lru_cache(maxsize=256)(self._make_term)
        self._expires_ms = lru_cache(maxsize=512)(self._close_ms)

    def line(self, expiry: date, scene: Scene, spots: Floats) -> Line:
        """An expiry along a scene of a session of which `spots` are the symbol's."""
        day = day_of(int(scene.times[0]))
        dividends = self._dividends_until(expiry, day, scene.times)
        reports = self._reports_until(expiry, day)
        return Line(self._name, self._traits, spots, self._expires_ms(expiry), reports, dividends)

    def strip(self, expiry: date, right: Right, scene: Scene, spots: Floats) -> Strip:
        """An expiry's calls or puts along a scene of a session of which `spots` are the symbol's."""
        line, showing = self.line(expiry, scene, spots), self.spot.showing(int(scene.times[0]))
        assert showing is not None
        opened, session, at = self._at_open(showing), showing.session, model_path.scale(scene, [line])
        days = (expiry - session.day).days
        step = self._traits.strike_step(opened.spot, days)
        ranges = [
            listing.strike_range(*point, step)
            for point in zip(at.base.ravel().tolist(), at.atm_vol[0].tolist(), at.years[0].tolist(), strict=True)
        ]
        _, strikes = listing.strikes(min(low for low, _ in ranges), max(high for _, high in ranges), step)
        rows, calls = np.zeros(len(strikes), dtype=np.intp), np.full(len(strikes), right is Right.CALL)
        bids, asks = model_path.slices(scene, [line], at, rows, strikes, calls)
        of_day = self._term(opened, line.expires_ms, expiry)
        interest, volume = model_quotes.depth(strikes, of_day, days, float(step), right)
        shares = np.array([_passed(session, tick) for tick in scene.times.tolist()])
        so_far = np.floor(shares[:, np.newaxis] * volume).astype(np.int64)
        return Strip(line.expires_ms, strikes, bids.T, asks.T, interest, so_far, volume)

    def option(self, option: Option, at_ms: int, told: Told) -> Quote | None:
        """Bid and ask around the model's value; after the close of its last session the quote of that close.

        What was `told` ahead of its tick is what is shown. Of a price alone the grid is known where there is one.
        """
        expires_ms, traits = self._expires_ms(option.expiry), self._traits
        seen_ms = min(at_ms, expires_ms)
        showing = self.spot.showing(seen_ms)
        if showing is None:
            return None
        tick = showing.tick(seen_ms)
        known = None if traits.steps else told(option, tick)
        if known is not None:
            bid, ask = (spread.exact(each, traits.tick) for each in known)
            return Quote(bid, ask, tick, confirmed=True, tick=traits.tick)
        sight = self._sight_at(tick, showing)
        term = self._term(sight, expires_ms, option.expiry)
        bid, ask, size = model_quotes.one(traits, sight, term, float(option.strike), not option.is_put)
        return Quote(bid, ask, tick, confirmed=True, tick=size, steps=traits.steps)

    def chain(self, at_ms: int) -> Chain | None:
        """Every listed expiry that has not closed."""
        showing = self.spot.showing(at_ms)
        if showing is None:
            return None
        sight = self._sight_at(showing.tick(at_ms), showing)
        opened, session = self._at_open(showing), showing.session
        closes = _listed(self._traits.pattern, day_of(at_ms), self._calendar)
        listed = tuple(day for day, close in closes.items() if close > at_ms)
        slices = LazySlices(listed, lambda expiry, right: self._slice(sight, opened, session, expiry, right))
        after_close = frozenset[date]() if self._reports is None else self._reports.after_close
        earnings, payouts = self._known_reports(), tuple(paid for paid in self._payouts if paid.ex > session.day)
        return Chain(
            self._name, sight.at_ms, self._traits.tick, listed, slices, earnings, after_close, payouts,
            self._traits.steps,
        )  # fmt: skip

    def strikes(self, expiry: date, at_ms: int) -> tuple[Decimal, ...]:
        """What is listed of an expiry, ascending, without a price."""
        showing = self.spot.showing(at_ms)
        if showing is None:
            return ()
        sight = self._sight_at(showing.tick(at_ms), showing)
        exact, _ = self._grid(sight, self._at_open(showing), expiry)
        return exact

    def _sight_at(self, tick: int, showing: Showing) -> Sight:
        if self._sight is None or self._sight.at_ms != tick:
            self._sight = self._look(tick, showing)
        return self._sight

    def _look(self, tick: int, showing: Showing) -> Sight:
        spot, vix, session = showing.value(tick), self._background.vix(tick), showing.session
        return Sight(
            at_ms=tick,
            day=session.day,
            spot=dollars(spot),
            size=spot,
            vix=vix,
            vix_63d_mean=self._background.vix_63d_mean(session.day),
            rate=self._background.rate_on(session.day),
            wide=bool(model_quotes.is_wide(session, tick, vix)),
        )

    def _make_term(self, sight: Sight, expires_ms: int, expiry: date) -> Term:
        reports = self._reports_until(expiry, sight.day)
        dividends = self._dividends_until(expiry, sight.day, sight.at_ms)
        return model_quotes.term(self._traits, self._name, sight, expires_ms, reports, dividends)

    def _dividends_until(self, expiry: date, day: date, at_ms: int | NDArray[np.int64]) -> Dividends:
        """Those that go ex after the day and up to the expiry, by years from the instant, or from each, to the open."""
        due = (paid for paid in self._payouts if day < paid.ex <= expiry)
        return tuple(((self._calendar.from_day(paid.ex).open_ms - at_ms) / YEAR_MS, float(paid.amount)) for paid in due)

    def _reports_until(self, expiry: date, day: date) -> int:
        return bisect_right(self._moves, expiry) - bisect_right(self._moves, day)

    def _at_open(self, showing: Showing) -> Sight:
        """The symbol at its session's open, which sets the steps between its strikes."""
        if self._opened is None or self._opened.at_ms != showing.session.open_ms:
            self._opened = self._look(showing.session.open_ms, showing)
        return self._opened

    def _grid(self, sight: Sight, opened: Sight, expiry: date) -> tuple[tuple[Decimal, ...], Floats]:
        """The strikes of an expiry, exactly and as numbers."""
        term = self._term(sight, self._expires_ms(expiry), expiry)
        step = self._traits.strike_step(opened.spot, (expiry - sight.day).days)
        return listing.strikes(*listing.strike_range(term.base, term.atm_vol, term.years, step), step)

    def _slice(self, sight: Sight, opened: Sight, session: Session, expiry: date, right: Right) -> Slice:
        expires_ms, days = self._expires_ms(expiry), (expiry - sight.day).days
        term = self._term(sight, expires_ms, expiry)
        step = self._traits.strike_step(opened.spot, days)
        exact, numbers = self._grid(sight, opened, expiry)
        bids, asks = model_quotes.many(self._traits, sight.rate, sight.wide, term, numbers, right is Right.CALL)
        interest, volume = model_quotes.depth(numbers, self._term(opened, expires_ms, expiry), days, float(step), right)
        return Slice(
            symbol=self._name,
            expiry=expiry,
            right=right,
            expires_ms=expires_ms,
            strikes=exact,
            bids=bids,
            asks=asks,
            open_interest=interest,
            volume=np.floor(volume * _passed(session, sight.at_ms)).astype(np.int64),
            previous_volume=volume,
            average_volume=volume,
        )

    def _known_reports(self) -> tuple[date, ...] | None:
        if self._traits.report_move is None:
            return ()
        return None if self._reports is None else self._reports.days

    def _close_ms(self, expiry: date) -> int:
        return self._calendar.up_to(expiry).close_ms


@lru_cache(maxsize=16)
def _listed(pattern: str, day: date, calendar: Calendar) -> Mapping[date, int]:
    """The expiries of a day, with the instants of their closes: most symbols have the same."""
    return {each: calendar.up_to(each).close_ms for each in traits.expiries(pattern, day, calendar)}


def _move_days(reports: Reports | None, calendar: Calendar) -> list[date]:
    """The sessions whose opens know of a report, as far as the calendar goes."""
    if reports is None:
        return []
    held = (day for day in reports.days if day < calendar.sessions[-1].day)
    return sorted(calendar.after(day).day if day in reports.after_close else day for day in held)


def _passed(session: Session, at_ms: int) -> float:
    """The share of the session's volume that has traded."""
    return bridge.elapsed_share((at_ms - session.open_ms) / (session.close_ms - session.open_ms))
