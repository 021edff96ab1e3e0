"""One symbol of a model market: its underlying, its options, its chain and its bars."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.calendar import Calendar, Session
from allusetui.domain.contract import Option, Right
from allusetui.domain.frozen import mutable
from allusetui.domain.moment import YEAR_MS, day_of
from allusetui.domain.quote import Bar, Chain, Floats, Payout, Quote, Slice, Strip
from allusetui.market import bridge, listing, model_path, model_quotes, spread, traits
from allusetui.market.chain import LazySlices
from allusetui.market.indices import overtime_ms
from allusetui.market.model_data import Daily, Reports
from allusetui.market.model_path import Line, Scene
from allusetui.market.model_quotes import Sight, Term
from allusetui.market.paths import Paths
from allusetui.market.ticks import TICK_MS
from allusetui.pricing.american import Dividends

_BARS = 260
_CENT = 0.01
_NEVER = 2**62
Told = Callable[[Option, int], tuple[float, float] | None]
"""What was told ahead of an option at a tick: its bid and ask."""


class Background(Protocol):
    """What every symbol's options are priced with."""

    def rate_on(self, day: date) -> float: ...

    def vix(self, at_ms: int) -> float: ...

    def vix_63d_mean(self, day: date) -> float: ...


@mutable
class _Showing:
    """A session on the screen; its last tick stays there from `last_ms` until `until_ms`, the next session's open.

    Its `ends`, by instant, are known without its path, which `make` gives when it is first looked at between them.
    """

    session: Session
    last_ms: int
    until_ms: int
    ends: Mapping[int, float]
    make: Callable[[], Floats]
    made: Floats | None = None

    @property
    def values(self) -> Floats:
        if self.made is None:
            self.made = self.make()
        return self.made

    def tick(self, at_ms: int) -> int:
        seen = min(at_ms, self.last_ms)
        return seen - (seen - self.session.open_ms) % TICK_MS

    def value(self, tick: int) -> float:
        end = self.ends.get(tick) if self.made is None else None
        return float(self.values[(tick - self.session.open_ms) // TICK_MS]) if end is None else end


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
        self.rows = rows
        self._name = name
        self._traits = traits.of(name)
        self._paths = paths
        self._calendar = calendar
        self._background = background
        self._reports = reports
        self._splits = splits
        self._payouts = payouts
        self._moves = _move_days(reports, calendar)
        self._sessions = _sessions(calendar, rows.days)
        self._opens = [session.open_ms for session in self._sessions]
        self._shown: _Showing | None = None
        self._quote: Quote | None = None
        self._sight: Sight | None = None
        self._opened: Sight | None = None
        self._term = lru_cache(maxsize=256)(self._make_term)
        self._expires_ms = lru_cache(maxsize=512)(self._close_ms)
        self._bars = lru_cache(maxsize=8)(self._make_bars)
        self._adjusted = lru_cache(maxsize=2)(self._all_bars)

    def underlying(self, at_ms: int) -> Quote | None:
        """The spot as bid and ask."""
        showing = self._showing(at_ms)
        if showing is None:
            return None
        tick = showing.tick(at_ms)
        if self._quote is None or self._quote.at_ms != tick:
            spot = _dollars(showing.value(tick))
            self._quote = Quote(spot, spot, tick, confirmed=True)
        return self._quote

    def level(self, at_ms: int) -> float | None:
        """The spot as a number."""
        showing = self._showing(at_ms)
        return None if showing is None else showing.value(showing.tick(at_ms))

    def spots(self, times: NDArray[np.int64]) -> Floats | None:
        """The spot at instants of one session, dollars; None where no row of the symbol serves that session."""
        showing = self._showing(int(times[0]))
        if showing is None or showing.until_ms <= times[-1] or showing.last_ms < times[0]:
            return None
        values: Floats = showing.values[(np.minimum(times, showing.last_ms) - showing.session.open_ms) // TICK_MS]
        return values

    def line(self, expiry: date, scene: Scene, spots: Floats) -> Line:
        """An expiry along a scene of a session of which `spots` are the symbol's."""
        day = day_of(int(scene.times[0]))
        dividends = self._dividends_until(expiry, day, scene.times)
        reports = self._reports_until(expiry, day)
        return Line(self._name, self._traits, spots, self._expires_ms(expiry), reports, dividends)

    def strip(self, expiry: date, right: Right, scene: Scene, spots: Floats) -> Strip:
        """An expiry's calls or puts along a scene of a session of which `spots` are the symbol's."""
        line, showing = self.line(expiry, scene, spots), self._showing(int(scene.times[0]))
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
        showing = self._showing(seen_ms)
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
        sight, showing = self._at(at_ms), self._showing(at_ms)
        if sight is None or showing is None:
            return None
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
        sight, showing = self._at(at_ms), self._showing(at_ms)
        if sight is None or showing is None:
            return ()
        exact, _ = self._grid(sight, self._at_open(showing), expiry)
        return exact

    def bars(self, at_ms: int) -> tuple[Bar, ...]:
        """Up to 260 bars before the instant's day, split-adjusted to the level that trades on that day."""
        return self._bars(day_of(at_ms))

    def first_above(self, level: Decimal, after_ms: int, until_ms: int) -> int | None:
        """The first tick in (after, until] at which the spot stands above `level`."""
        wanted = float(level)
        first = max(0, bisect_right(self._opens, after_ms) - 1)
        for session in self._sessions[first : bisect_right(self._opens, until_ms)]:
            row = self.rows.on(session.day)
            # A cent early: what is quoted is rounded.
            if row is None or self.rows.highs[row] + _CENT < wanted:
                continue
            values, times = self._paths.values(self._name, session.day), self._paths.times(self._name, session.day)
            if values is None or times is None:
                continue
            above = (values > wanted) & (times > after_ms) & (times <= until_ms)
            if above.any():
                return int(times[above.argmax()])
        return None

    def _showing(self, at_ms: int) -> _Showing | None:
        """What is on the screen at the instant: the last session that has opened, until the next one does."""
        showing = self._shown
        if showing is None or not showing.session.open_ms <= at_ms < showing.until_ms:
            index = bisect_right(self._opens, at_ms) - 1
            showing = self._shown = None if index < 0 else self._show(index)
        return showing

    def _show(self, index: int) -> _Showing:
        session, rows = self._sessions[index], self.rows
        row = rows.on(session.day)
        assert row is not None
        last_ms = session.close_ms + overtime_ms(self._name)
        until_ms = self._opens[index + 1] if index + 1 < len(self._opens) else _NEVER
        known = ((session.open_ms, rows.opens), (last_ms, rows.closes))
        ends = {at_ms: float(np.round(column[row], 2)) for at_ms, column in known}
        return _Showing(session, last_ms, until_ms, ends, lambda: self._path(session.day))

    def _path(self, day: date) -> Floats:
        values = self._paths.values(self._name, day)
        if values is None:
            raise LookupError(f"{self._name} has no path on {day}")
        return values

    def _at(self, at_ms: int) -> Sight | None:
        showing = self._showing(at_ms)
        return None if showing is None else self._sight_at(showing.tick(at_ms), showing)

    def _sight_at(self, tick: int, showing: _Showing) -> Sight:
        if self._sight is None or self._sight.at_ms != tick:
            self._sight = self._look(tick, showing)
        return self._sight

    def _look(self, tick: int, showing: _Showing) -> Sight:
        spot, vix, session = showing.value(tick), self._background.vix(tick), showing.session
        return Sight(
            at_ms=tick,
            day=session.day,
            spot=_dollars(spot),
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

    def _at_open(self, showing: _Showing) -> Sight:
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

    def _make_bars(self, day: date) -> tuple[Bar, ...]:
        rows, end = self.rows, bisect_right(self.rows.days, day)
        if end and rows.days[end - 1] == day:
            end -= 1
        return self._adjusted(sum(ex_date <= day for ex_date, _ in self._splits))[max(0, end - _BARS) : end]

    def _all_bars(self, splits: int) -> tuple[Bar, ...]:
        """Every bar at the level that trades after the first `splits` splits."""
        rows, sizes = self.rows, np.ones(len(self.rows.days))
        for ex_date, ratio in self._splits[:splits]:
            sizes[: bisect_left(rows.days, ex_date)] *= float(ratio)
        columns = (rows.highs / sizes, rows.lows / sizes, rows.closes / sizes)
        return tuple(map(Bar, rows.days, *(column.tolist() for column in columns)))


@lru_cache(maxsize=16)
def _listed(pattern: str, day: date, calendar: Calendar) -> Mapping[date, int]:
    """The expiries of a day, with the instants of their closes: most symbols have the same."""
    return {each: calendar.up_to(each).close_ms for each in traits.expiries(pattern, day, calendar)}


@lru_cache(maxsize=4)
def _sessions(calendar: Calendar, days: tuple[date, ...]) -> tuple[Session, ...]:
    """The sessions of a market's rows: most symbols have the same."""
    return tuple(session for day in days if (session := calendar.on(day)) is not None)


def _move_days(reports: Reports | None, calendar: Calendar) -> list[date]:
    """The sessions whose opens know of a report, as far as the calendar goes."""
    if reports is None:
        return []
    held = (day for day in reports.days if day < calendar.sessions[-1].day)
    return sorted(calendar.after(day).day if day in reports.after_close else day for day in held)


def _passed(session: Session, at_ms: int) -> float:
    """The share of the session's volume that has traded."""
    return bridge.elapsed_share((at_ms - session.open_ms) / (session.close_ms - session.open_ms))


def _dollars(value: float) -> Decimal:
    """A value that is whole cents, exactly."""
    return Decimal(round(value * 100)).scaleb(-2)
