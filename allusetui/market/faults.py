"""The feed that the engine sees: the true market, with the scenario's data faults."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.contract import Option, Right
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import HOUR_MS, MINUTE_MS, SECOND_MS, to_ms
from allusetui.domain.money import CENT, ZERO
from allusetui.domain.quote import Ahead, Bar, Breadth, Chain, Floats, Listed, Quote, Slice
from allusetui.ports import Market
from allusetui.scenario.model import Fault

DATA_FAULTS: Final = ("stale", "no_chain", "bad_quote")
_FOREVER = 2**62
_BEFORE_MS = 5 * SECOND_MS
_AFTER_MS = MINUTE_MS
_SPIKE = 10

_BENT: Final[dict[str, Callable[[Decimal, Decimal], tuple[Decimal, Decimal]]]] = {
    "nan": lambda bid, ask: (Decimal("NaN"), Decimal("NaN")),
    "zero": lambda bid, ask: (ZERO, ZERO),
    "negative": lambda bid, ask: (Decimal(-1), Decimal(-1)),
    "crossed": lambda bid, ask: (ask + CENT, bid),
    "spike": lambda bid, ask: (bid * _SPIKE, ask * _SPIKE),
    "future": lambda bid, ask: (bid, ask),
}
_BENT_ALL: Final[dict[str, Callable[[Floats, Floats], tuple[Floats, Floats]]]] = {
    "nan": lambda bids, asks: (bids * float("nan"), asks * float("nan")),
    "zero": lambda bids, asks: (bids * 0, asks * 0),
    "negative": lambda bids, asks: (bids * 0 - 1, asks * 0 - 1),
    "crossed": lambda bids, asks: (asks + float(CENT), bids),
    "spike": lambda bids, asks: (bids * _SPIKE, asks * _SPIKE),
    "future": lambda bids, asks: (bids, asks),
}


@frozen
class _Span:
    """[`start_ms`, `end_ms`) of a data fault."""

    kind: str
    symbol: str | None
    value: str
    start_ms: int
    end_ms: int


def _span(fault: Fault) -> _Span:
    start = to_ms(fault.at)
    end = _FOREVER if fault.for_ms is None else start + fault.for_ms
    return _Span(fault.kind, fault.symbol, str(fault.value), start, end)


class FaultyMarket:
    """Implements `ports.Market`: what `market` shows but for the data faults among `faults`."""

    def __init__(self, market: Market, faults: Iterable[Fault]) -> None:
        self.symbols = market.symbols
        self._market = market
        self._spans = [_span(fault) for fault in faults if fault.kind in DATA_FAULTS]

    def underlying(self, symbol: str, at_ms: int) -> Quote | None:
        quote = self._market.underlying(symbol, self._seen_ms(symbol, at_ms))
        return self._bent(symbol, quote, at_ms)

    def option(self, option: Option, at_ms: int) -> Quote | None:
        quote = self._market.option(option, self._seen_ms(option.symbol, at_ms))
        return self._bent(option.symbol, quote, at_ms)

    def chain(self, symbol: str, at_ms: int) -> Chain | None:
        if self._active("no_chain", symbol, at_ms) is not None:
            return None
        chain = self._market.chain(symbol, self._seen_ms(symbol, at_ms))
        bad = self._active("bad_quote", symbol, at_ms)
        if chain is None or bad is None:
            return chain
        shift = HOUR_MS if bad.value == "future" else 0
        return replace(chain, at_ms=chain.at_ms + shift, slices=_BentSlices(chain.slices, bad.value))

    def bars(self, symbol: str, at_ms: int) -> tuple[Bar, ...]:
        return self._market.bars(symbol, at_ms)

    def rate(self, at_ms: int) -> float:
        return self._market.rate(at_ms)

    def breadth(self, at_ms: int) -> Breadth | None:
        return self._market.breadth(at_ms)

    def next_tick(self, after_ms: int) -> int | None:
        return self._market.next_tick(after_ms)

    def first_above(self, symbol: str, level: Decimal, after_ms: int, until_ms: int) -> int | None:
        """Of the true market: where the feed is disturbed every tick is looked at anyway."""
        return self._market.first_above(symbol, level, after_ms, until_ms)

    def ahead(
        self, symbols: Iterable[str], options: Iterable[Option], strips: Iterable[Listed], times: NDArray[np.int64]
    ) -> Ahead | None:
        """Of the true market, as `first_above`."""
        return self._market.ahead(symbols, options, strips, times)

    def disturbed(self, after_ms: int, until_ms: int) -> bool:
        """From 5 s before a data fault until a minute after it."""
        spans = self._spans
        return any(span.start_ms - _BEFORE_MS <= until_ms and after_ms <= span.end_ms + _AFTER_MS for span in spans)

    def _active(self, kind: str, symbol: str, at_ms: int) -> _Span | None:
        for span in self._spans:
            if span.kind == kind and span.symbol == symbol and span.start_ms <= at_ms < span.end_ms:
                return span
        return None

    def _seen_ms(self, symbol: str, at_ms: int) -> int:
        """The instant whose quotes are shown: a frozen feed stays at the last tick before it froze."""
        while (frozen := self._active("stale", symbol, at_ms)) is not None:
            at_ms = frozen.start_ms - 1
        return at_ms

    def _bent(self, symbol: str, quote: Quote | None, at_ms: int) -> Quote | None:
        bad = self._active("bad_quote", symbol, at_ms) if self._spans else None
        if quote is None or bad is None:
            return quote
        bid, ask = _BENT[bad.value](quote.bid, quote.ask)
        shift = HOUR_MS if bad.value == "future" else 0
        return replace(quote, bid=bid, ask=ask, at_ms=quote.at_ms + shift, confirmed=False)


def shown(market: Market, faults: Iterable[Fault]) -> Market:
    """The market as an engine sees it: the true one where nothing bends it."""
    bent = [fault for fault in faults if fault.kind in DATA_FAULTS]
    return FaultyMarket(market, bent) if bent else market


class _BentSlices(Mapping[tuple[date, Right], Slice]):
    """A chain's slices with bad bids and asks, made when looked at."""

    def __init__(self, slices: Mapping[tuple[date, Right], Slice], value: str) -> None:
        self._slices = slices
        self._value = value

    def __getitem__(self, key: tuple[date, Right]) -> Slice:
        true = self._slices[key]
        bids, asks = _BENT_ALL[self._value](true.bids, true.asks)
        return replace(true, bids=bids, asks=asks)

    def __iter__(self) -> Iterator[tuple[date, Right]]:
        return iter(self._slices)

    def __len__(self) -> int:
        return len(self._slices)
