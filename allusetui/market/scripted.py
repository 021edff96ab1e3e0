"""The scripted market: a scenario's symbols and tape as a feed on a virtual clock."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.calendar import Calendar, Session
from allusetui.domain.contract import Option
from allusetui.domain.moment import day_of, to_ms
from allusetui.domain.money import to_price
from allusetui.domain.quote import Ahead, Bar, Breadth, Chain, Listed, Quote
from allusetui.market.bars import Ranges
from allusetui.market.indices import SPX, VIX, XSP, XSP_IN_SPX
from allusetui.market.symbol import Script, ScriptedSymbol
from allusetui.market.track import MISSING, Point, Track, as_level
from allusetui.scenario.model import Market as MarketSpec
from allusetui.scenario.model import SymbolSpec, TapePoint
from allusetui.scenario.tape import BREADTH

_DEFAULT_RANGE = Decimal("0.02")


class ScriptedMarket:
    """Implements `ports.Market`. `calendar` begins 70 sessions before the start, ends past the last expiry."""

    def __init__(
        self, spec: MarketSpec, tape: Sequence[TapePoint], calendar: Calendar, start_ms: int, end_ms: int
    ) -> None:
        self.symbols = frozenset(spec.symbols)
        self._rate = spec.rate
        self._calendar = calendar
        self._breadth = _breadth(spec, tape)
        self._start_ms = start_ms
        self._end_ms = end_ms
        tape_ms = [to_ms(point.at) for point in tape]
        self._symbols = {
            name: ScriptedSymbol(name, table, _script(name, spec.symbols, tape, calendar), spec.rate, calendar, tape_ms)
            for name, table in spec.symbols.items()
        }
        # VIX ticks longest: its ticks hold everyone's.
        latest = VIX if VIX in spec.symbols else next(iter(spec.symbols), None)
        self._ticks = None if latest is None else self._symbols[latest].ticks

    def underlying(self, symbol: str, at_ms: int) -> Quote | None:
        listed = self._symbols.get(symbol)
        return None if listed is None else listed.underlying(at_ms)

    def option(self, option: Option, at_ms: int) -> Quote | None:
        listed = self._symbols.get(option.symbol)
        return None if listed is None else listed.option(option, at_ms)

    def chain(self, symbol: str, at_ms: int) -> Chain | None:
        listed = self._symbols.get(symbol)
        return None if listed is None else listed.chain(at_ms)

    def strikes(self, symbol: str, expiry: date, at_ms: int) -> tuple[Decimal, ...]:
        """What is listed of a symbol's expiry, ascending, without a price."""
        listed = self._symbols.get(symbol)
        return () if listed is None else listed.strikes(expiry, at_ms)

    def bars(self, symbol: str, at_ms: int) -> tuple[Bar, ...]:
        listed = self._symbols.get(symbol)
        return () if listed is None else listed.bars(at_ms)

    def rate(self, at_ms: int) -> float:
        return self._rate

    def breadth(self, at_ms: int) -> Breadth | None:
        """The scripted value, which stays: that of the last session that has closed."""
        value = self._breadth.at(at_ms)
        return None if value == MISSING else Breadth(_closed(self._calendar, at_ms).day, to_price(value))

    def next_tick(self, after_ms: int) -> int | None:
        tick = None if self._ticks is None else self._ticks.next(max(after_ms, self._start_ms - 1))
        return None if tick is None or tick > self._end_ms else tick

    def first_above(self, symbol: str, level: Decimal, after_ms: int, until_ms: int) -> int | None:
        listed = self._symbols.get(symbol)
        return None if listed is None else listed.first_above(level, after_ms, until_ms)

    def ahead(
        self, symbols: Iterable[str], options: Iterable[Option], strips: Iterable[Listed], times: NDArray[np.int64]
    ) -> Ahead | None:
        return None

    def disturbed(self, after_ms: int, until_ms: int) -> bool:
        return False


def told_breadth(
    spec: MarketSpec, tape: Sequence[TapePoint], calendar: Calendar, start_ms: int, end_ms: int
) -> dict[date, Decimal]:
    """Session → the breadth at its close, %, where a scenario tells one to a market that makes its own prices.

    The session before the start has what the scenario begins with.
    """
    track, first = _breadth(spec, tape), _closed(calendar, start_ms)
    closes = (each for each in calendar.sessions if first.close_ms <= each.close_ms <= end_ms)
    values = ((each.day, track.at(max(each.close_ms, start_ms))) for each in closes)
    return {day: to_price(value) for day, value in values if value != MISSING}


def _breadth(spec: MarketSpec, tape: Sequence[TapePoint]) -> Track:
    return Track(MISSING if spec.breadth is None else float(spec.breadth.value), _points(tape, BREADTH))


def _closed(calendar: Calendar, at_ms: int) -> Session:
    """The last session that has closed."""
    session = calendar.up_to(day_of(at_ms))
    return calendar.before(session.day) if at_ms < session.close_ms else session


def _script(name: str, tables: Mapping[str, SymbolSpec], tape: Sequence[TapePoint], calendar: Calendar) -> Script:
    table = tables[name]
    first_range = table.spot * _DEFAULT_RANGE if table.atr is None else _range(table.atr)
    changes = sorted(
        ((to_ms(point.at), _range(point.set[f"{name}.atr"])) for point in tape if f"{name}.atr" in point.set),
        key=lambda change: change[0],
    )
    return Script(
        spot=_spot(name, tables, tape),
        iv=_volatility(name, tables, tape),
        spread_share=Track(table.spread_pct, _points(tape, f"{name}.spread_pct")),
        open_interest=Track(as_level(table.oi), _points(tape, f"{name}.oi")),
        volume=Track(as_level(table.volume), _points(tape, f"{name}.volume")),
        ranges=Ranges(calendar, first_range, changes),
    )


def _range(value: Decimal | str) -> Decimal | None:
    return None if isinstance(value, str) else value


def _points(tape: Iterable[TapePoint], key: str, size: int = 1) -> list[Point]:
    """The tape's points of `key`, values divided by `size`."""
    return [
        Point(to_ms(point.at), as_level(point.set[key]) / size, point.glide_ms) for point in tape if key in point.set
    ]


def _spot(name: str, tables: Mapping[str, SymbolSpec], tape: Sequence[TapePoint]) -> Track:
    """XSP is a tenth of SPX unless the scenario gives it a price of its own."""
    points, index = _points(tape, name), tables.get(SPX)
    if name == XSP and not points and index is not None and tables[name].spot * XSP_IN_SPX == index.spot:
        points = _points(tape, SPX, XSP_IN_SPX)
    return Track(float(tables[name].spot), points)


def _volatility(name: str, tables: Mapping[str, SymbolSpec], tape: Sequence[TapePoint]) -> Track:
    """XSP has the volatility of SPX unless the scenario gives it one of its own."""
    key = f"{name}.iv"
    points, index = _points(tape, key), tables.get(SPX)
    if name == XSP and not points and index is not None and tables[name].iv == index.iv:
        points = _points(tape, f"{SPX}.iv")
    return Track(tables[name].iv, points)
