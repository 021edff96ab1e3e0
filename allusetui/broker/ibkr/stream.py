"""Lines of market data over the library's socket: what the messages say, past the library's tickers.

Those are kept for ever: they go on showing what a line showed before it was cancelled, or before it became delayed.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import field
from functools import partial
from typing import Final

from ib_async import Contract as TheirContract

from allusetui.broker.ibkr.codes import RESTORED, RETRY_MS, Meaning, meaning_of
from allusetui.broker.ibkr.library import Library
from allusetui.broker.ibkr.lines import RENEW_MS, Lines, Subscribe
from allusetui.broker.ibkr.naming import asked, generics
from allusetui.broker.ibkr.pacing import BULK_A_SECOND, Window
from allusetui.broker.ibkr.pulse import Pulse
from allusetui.broker.ibkr.shown import ModelGreeks, Shown
from allusetui.domain.contract import Contract, Option, Stock
from allusetui.domain.frozen import mutable
from allusetui.domain.moment import MINUTE_MS, SECOND_MS
from allusetui.domain.quote import Feed
from allusetui.domain.text import untrusted

BEST_AVAILABLE: Final = 4
"""Live where the login may see it, else delayed; frozen where the market is shut. Each line says which it is."""
_PRICE, _SIZE, _GREEKS, _GENERIC, _TEXT, _TYPE, _PARAMETERS = 1, 2, 21, 45, 46, 58, 81
_SOON_MS: Final = 250
_NUMBER_AT: Final = {_PRICE: 2, _SIZE: 2, _GREEKS: 1, _GENERIC: 2, _TEXT: 2, _TYPE: 2, _PARAMETERS: 1}


@mutable
class _Sub:
    """A line as it was asked for."""

    contract: Contract
    asked_ms: int
    shown: Shown = field(default_factory=Shown)


class Stream:
    """Keeps the lines that `lines` wants, and what they have shown.

    `changed` is called whenever something has come; it must only enqueue. `trades`: whether silence at an instant means
    anything: lines of a market that is shut are left alone. A line that has been asked for anew shows
    what it showed before until the first message comes.
    """

    def __init__(
        self, library: Library, lines: Lines, now_ms: Callable[[], int], changed: Callable[[], None],
        trades: Callable[[int], bool],
    ) -> None:  # fmt: skip
        self.lines = lines
        self.counts: Counter[str] = Counter()
        """What could not be read, and what nobody waited for any more."""
        self.trouble: dict[Contract, str] = {}
        """What the broker last said against a contract's data."""
        self._library = library
        self._now_ms = now_ms
        self._changed = changed
        self._trades = trades
        self._pace = Window(BULK_A_SECOND, SECOND_MS)
        self._subs: dict[int, _Sub] = {}
        self._number_of: dict[Contract, int] = {}
        self._before: dict[Contract, Shown] = {}
        self._pulses: dict[Contract, Pulse] = {}
        self._retry_ms: int | None = None
        hears = {
            _PRICE: self._price, _SIZE: self._size, _GREEKS: self._greeks, _TEXT: self._text, _TYPE: self._type,
            _GENERIC: _ignore, _PARAMETERS: _ignore,
        }  # fmt: skip
        handlers = library.client.decoder.handlers
        for message, hear in hears.items():
            handlers[message] = partial(self._hear, _NUMBER_AT[message], hear, handlers[message])
        library.errorEvent += self._error
        library.connectedEvent += self._linked
        library.disconnectedEvent += self._lost
        if library.isConnected():
            self._linked()

    # What is shown

    def shown(self, contract: Contract) -> Shown | None:
        """What its line shows; None where it has none."""
        number = self._number_of.get(contract)
        if number is None:
            return None
        sub = self._subs[number]
        return sub.shown if sub.shown.heard_ms is not None else self._before.get(contract, sub.shown)

    def asked_ms(self, contract: Contract) -> int | None:
        """When its line was asked for; None while it has none."""
        number = self._number_of.get(contract)
        return None if number is None else self._subs[number].asked_ms

    def moved_ms(self, symbol: str) -> int | None:
        """When a symbol's data moved last, those of its options too; None where no line of its underlying is live."""
        shown = self.shown(Stock(symbol))
        return shown.made_ms(0) if shown is not None and shown.feed in (None, Feed.LIVE) else None

    # What is sent

    def pump(self, at_ms: int) -> None:
        """Send what is to be sent, as fast as is allowed."""
        if not self._library.client.isReady():
            return
        if self._retry_ms is not None and at_ms >= self._retry_ms:
            self._retry_ms = None
            self.lines.forgive()
        for move in self.lines.moves(at_ms, self._room(at_ms)):
            if isinstance(move, Subscribe):
                self._ask(move.contract, at_ms)
            else:
                self._end(move.contract, at_ms)
        for contract in self.lines.renewals(at_ms, self._room(at_ms) // 2) if self._trades(at_ms) else ():
            before = self.shown(contract)
            self._end(contract, at_ms)
            self._ask(contract, at_ms)
            if before is not None:
                self._before[contract] = before

    def next_ms(self, after_ms: int) -> int:
        """When it should be pumped again: often while something waits to be sent, else once a line is too silent."""
        if not self.lines.is_settled(after_ms):
            return after_ms + _SOON_MS
        due = [self.lines.renewal_ms() if self._trades(after_ms) else after_ms + MINUTE_MS]
        due += [self._retry_ms] if self._retry_ms is not None else []
        return max(min(due), after_ms + 1)

    def _room(self, at_ms: int) -> int:
        """How many messages may leave: none that would have questions wait behind it in the client's own queue."""
        if self._library.client.waiting:
            return 0
        return next((n for n in range(BULK_A_SECOND, 0, -1) if self._pace.free_ms(at_ms, n) <= at_ms), 0)

    def _ask(self, contract: Contract, at_ms: int) -> None:
        self._pace.take(at_ms)
        number = self._library.numbers.take()
        if isinstance(contract, Option):
            shown = Shown(contract.right)
        else:
            shown = Shown(pulse=self._pulses.setdefault(contract, Pulse()))
        self._subs[number] = _Sub(contract, at_ms, shown)
        self._number_of[contract] = number
        self._library.client.reqMktData(number, asked(contract), generics(contract), False, False, [])

    def _end(self, contract: Contract, at_ms: int) -> None:
        number = self._number_of.get(contract)
        if number is not None:
            self._drop(number)
            self._pace.take(at_ms)
            self._library.client.cancelMktData(number)

    # What comes

    def _hear(
        self, place: int, hear: Callable[[Shown, Sequence[str], int], None],
        theirs: Callable[[list[str]], None], fields: list[str],
    ) -> None:  # fmt: skip
        """A message about one of our lines; what is none of ours is the library's."""
        try:
            number = int(fields[place])
            sub = self._subs.get(number)
            if sub is None:
                if not self._library.numbers.is_mine(number):
                    theirs(fields)
                else:
                    self.counts["late"] += 1
                return
            at_ms, feed = self._now_ms(), sub.shown.feed
            hear(sub.shown, fields, at_ms)
        except (ValueError, IndexError, OverflowError):
            self.counts["unreadable"] += 1
            return
        self._before.pop(sub.contract, None)
        self.lines.heard(sub.contract, at_ms)
        # What has not changed since the market was shut might not be told again under the new kind of data.
        if feed not in (None, sub.shown.feed) and at_ms - sub.asked_ms >= RENEW_MS:
            self.lines.doubt([sub.contract])
        self._changed()

    def _price(self, shown: Shown, fields: Sequence[str], at_ms: int) -> None:
        shown.price(int(fields[3]), float(fields[4]), at_ms)

    def _size(self, shown: Shown, fields: Sequence[str], at_ms: int) -> None:
        shown.size(int(fields[3]), float(fields[4]), at_ms)

    def _greeks(self, shown: Shown, fields: Sequence[str], at_ms: int) -> None:
        vol, delta, _, _, gamma, vega, theta, _ = map(float, fields[4:12])
        shown.model(int(fields[2]), ModelGreeks.told(vol, delta, gamma, vega, theta), at_ms)

    def _text(self, shown: Shown, fields: Sequence[str], at_ms: int) -> None:
        shown.text(int(fields[3]), fields[4], at_ms)

    def _type(self, shown: Shown, fields: Sequence[str], at_ms: int) -> None:
        shown.typed(int(fields[3]), at_ms)

    def _error(self, number: int, code: int, text: str, _: TheirContract | None) -> None:
        if code in RESTORED:
            # Also after 1102, which says that they go on: those who asked anew fared better.
            self.lines.doubt(self._number_of)
            self._changed()
        sub = self._subs.get(number)
        if sub is None:
            return
        meaning = meaning_of(code, text)
        if meaning is Meaning.NOTICE:
            return
        self.trouble[sub.contract] = f"{code} {untrusted(text)}"
        if meaning is not Meaning.ADVICE:
            self._drop(number)
            if meaning is Meaning.FULL:
                self.lines.full(sub.contract)
            else:
                self.lines.refused(sub.contract)
            if meaning in (Meaning.COMPETING, Meaning.TOO_FAST, Meaning.FULL):
                self._retry_ms = self._now_ms() + RETRY_MS
        self._changed()

    def _linked(self) -> None:
        self._lost()
        self.lines.forgive()
        self.trouble.clear()
        self._library.client.reqMarketDataType(BEST_AVAILABLE)
        self._changed()

    def _lost(self) -> None:
        """Every line is gone; what they showed is not shown any more."""
        self._subs.clear()
        self._number_of.clear()
        self._before.clear()
        self.lines.lost()

    def _drop(self, number: int) -> None:
        sub = self._subs.pop(number)
        self._number_of.pop(sub.contract, None)
        self._before.pop(sub.contract, None)


def _ignore(shown: Shown, fields: Sequence[str], at_ms: int) -> None:
    """What is of no use to us still shows that the line lives."""
