"""Where each datum of the market comes from and since when, told for a person: nothing is decided on it."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import date
from typing import Final

from allusetui.broker.ibkr.calendars import FROM_PERSON, Calendars
from allusetui.broker.ibkr.history import History
from allusetui.broker.ibkr.known import Known
from allusetui.broker.ibkr.night import Night
from allusetui.broker.ibkr.stream import Stream
from allusetui.domain.contract import Stock
from allusetui.domain.frozen import mutable
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.quote import Chain
from allusetui.domain.snapshot import Source

EVERY_MS: Final = 5 * SECOND_MS
"""How often they are put together: a screen asks five times a second."""
_BROKER: Final = "Interactive Brokers"
_NOBODY: Final = ""


@mutable
class Sources:
    """Looks at the parts of a market that have what it shows."""

    stream: Stream
    history: History
    calendars: Calendars
    night: Night
    known: Known
    chains: dict[str, Source] = field(default_factory=dict)
    _told: tuple[Source, ...] = ()
    _until_ms: int = 0

    def scanned(self, symbol: str, chain: Chain | None, reason: str, at_ms: int) -> None:
        """A symbol's chain has been looked for."""
        count = 0 if chain is None else sum(len(row.strikes) for row in chain.slices.values())
        found = _BROKER if chain is not None else _NOBODY
        self.chains[symbol] = Source("chain", symbol, found, at_ms, f"{count} contracts" if count else "", reason)

    def told(self, at_ms: int) -> tuple[Source, ...]:
        """All of them as of a few seconds ago."""
        if at_ms >= self._until_ms:
            self._until_ms = at_ms + EVERY_MS
            self._told = (*self._quotes(), *self._bars(), *self.chains.values(), *self._dates(), *self._general())
        return self._told

    def _quotes(self) -> Iterator[Source]:
        """What the broker has said against a line."""
        for contract, trouble in self.stream.trouble.items():
            if isinstance(contract, Stock):
                yield Source("quote", contract.symbol, _BROKER, None, "", trouble)

    def _bars(self) -> Iterator[Source]:
        for symbol, shelf in self.history.shelves.items():
            bars, trouble = shelf.kept.bars, shelf.trouble
            source = shelf.kept.source if bars else _NOBODY
            until = f"to {bars[-1].day.isoformat()}" if bars else ""
            yield Source("bars", symbol, source, shelf.kept.at_ms or None, until, trouble)

    def _dates(self) -> Iterator[Source]:
        """Of symbols whose chains were asked for: reports, and the dividends that their lines tell."""
        for symbol, told in self.calendars.told.items():
            source = told.source if told.reports is not None else _NOBODY
            yield Source("earnings", symbol, source, told.at_ms or None, "", told.refusal)
            shown = self.stream.shown(Stock(symbol))
            if shown is not None and shown.dividends is not None:
                yield Source("dividends", symbol, _BROKER, shown.heard_ms)
            else:
                yield Source("dividends", symbol, FROM_PERSON if self.known.payouts(symbol) else _NOBODY)

    def _general(self) -> Iterator[Source]:
        counted, written = self.night.count.breadth, self.known.width()
        if counted is not None and (written is None or counted.day > written.day):
            yield Source("breadth", "", f"{_BROKER}, bars of {len(self.known.constituents)} stocks", None,
                         f"{counted.value.normalize():f} %, {counted.day.isoformat()}")  # fmt: skip
        elif written is not None:
            text = f"{written.value.normalize():f} %, {written.day.isoformat()}"
            yield Source("breadth", "", FROM_PERSON, None, text)
        else:
            yield Source("breadth", "", _NOBODY, None, _progress(self.night.count.above, self.night.count.day))
        rate = self.known.rate
        yield Source("rate", "", FROM_PERSON if rate is not None else _NOBODY, None, "" if rate is None else str(rate))


def _progress(above: Mapping[str, bool | None], day: date) -> str:
    return f"{len(above)} stocks counted, {day.isoformat()}" if above else ""
