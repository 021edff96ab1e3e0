"""The journal's lots, each with what opened it, and what became of it: one pass, first in first out as the engine does.

`lot.closed` tells what a closing realized; which fill had opened the lot, and by what it ended, is told nowhere. It
follows from the same arithmetic over the same events, and each `lot.closed` is held against it.
"""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import field, replace
from datetime import date
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.contract import Contract, Option, Stock
from allusetui.domain.correction import Correction, Version, corrected
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.lot import Lot, adjusted, closing_part, delivered_on, take, total
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO, to_cent
from allusetui.ledger.once import Records, once
from allusetui.ledger.traces import Adjusted, Closed, Delivered, Fact, Marked, Opened, Trace, Went


class LedgerError(ValueError):
    """A record that can't follow those before it: the journal is not whole."""


@frozen
class _Ending:
    """A closing whose `lot.closed` is still to come."""

    lot: Trace
    went: Went
    cause: int
    intent: str
    by: Option | None
    day: date | None = None
    taken_back: bool = False
    """Whether its `lot.closed` says that the closing is taken back, and is no fact of its own."""
    void: bool = False
    """Whether it will be taken back, and is no fact either."""

    @property
    def told(self) -> int:
        """The quantity of its `lot.closed`."""
        return -abs(self.lot.quantity) if self.taken_back else abs(self.lot.quantity)


Key = tuple[str, Contract]


@mutable
class LotBook:
    """What every account holds, as the records so far tell. `void`: executions that a later record takes back."""

    void: frozenset[str] = frozenset()
    lots: dict[Key, list[Trace]] = field(default_factory=dict)
    _endings: dict[Key, deque[_Ending]] = field(default_factory=lambda: defaultdict(deque))
    _count: int = 0
    _fills: dict[str, Version[Trace]] = field(default_factory=dict)
    """What the broker may still correct, by its root."""

    def facts(self, records: Records) -> Iterator[Fact]:
        """What the records do to lots, in their order; the book stands as it is after the record of the last fact.

        Raises LedgerError, naming the record, for one that can't follow those before it.
        """
        for seq, at_ms, event in once(records):
            if event.account is None:
                continue
            try:
                yield from self._book(seq, at_ms, event.account, event)
            except ValueError as error:
                raise LedgerError(f"record {seq}: {event.kind} can't follow what came before it: {error}") from None

    def _book(self, seq: int, at_ms: int, account: str, event: ev.Event) -> Iterator[Fact]:
        match event:
            case ev.AccountProvisioned():
                yield from self._provisioned(seq, at_ms, account, event)
            case ev.OrderFilled() if event.takes_back is None:
                yield from self._filled(seq, at_ms, account, event)
            case ev.AssignmentReceived():
                yield from self._shares_came(seq, at_ms, account, event, -event.quantity)
            case ev.CalledAwayReceived():
                yield from self._shares_went(seq, at_ms, account, event, -event.quantity, Went.CALLED_AWAY)
            case ev.ExercisedReceived() if event.contract.is_put:
                yield from self._shares_went(seq, at_ms, account, event, event.quantity, Went.EXERCISED)
            case ev.ExercisedReceived():
                yield from self._shares_came(seq, at_ms, account, event, event.quantity)
            case ev.ExpiredReceived():
                held = total(self.held(account, event.contract))
                gone = event.quantity if held > 0 else -event.quantity
                self._end(seq, account, event.contract, gone, Went.SETTLED if event.price else Went.EXPIRED)
            case ev.PositionAdjusted():
                yield from self._adjusted(seq, at_ms, account, event)
            case ev.LotClosed():
                yield from self._closed(seq, at_ms, account, event)
            case ev.YearMarked():
                for mark in event.marks:
                    yield from self._marked(seq, at_ms, account, mark)
            case _:
                pass

    def held(self, account: str, contract: Contract) -> list[Trace]:
        """The lots of one contract, the oldest first."""
        return self.lots.get((account, contract), [])

    def _open(self, seq: int, at_ms: int, key: Key, lot: Lot, intent: str = "") -> Opened:
        self._count += 1
        new = _traced(lot, self._count, seq, intent)
        self.lots.setdefault(key, []).append(new)
        return Opened(seq, at_ms, *key, new)

    def _take(self, key: Key, quantity: int) -> list[Trace]:
        taken, rest = take(self.lots.pop(key, []), quantity)
        if rest:
            self.lots[key] = rest
        return taken

    def _end(
        self, seq: int, account: str, contract: Contract, quantity: int, went: Went, intent: str = "",
        by: Option | None = None,
    ) -> list[Trace]:  # fmt: skip
        """Take lots out; each is told once its `lot.closed` comes."""
        taken = self._take((account, contract), quantity)
        self._endings[account, contract].extend(_Ending(lot, went, seq, intent, by) for lot in taken)
        return taken

    def _provisioned(self, seq: int, at_ms: int, account: str, start: ev.AccountProvisioned) -> Iterator[Fact]:
        for held in start.holdings:
            lot = Lot(held.shares, held.basis, ZERO, start.opened, held.assigned)
            yield self._open(seq, at_ms, (account, Stock(held.symbol)), lot)
        for row in start.options:
            lot = Lot(row.quantity, row.price, ZERO, row.opened)
            yield self._open(seq, at_ms, (account, row.contract), lot)

    def _filled(self, seq: int, at_ms: int, account: str, fill: ev.OrderFilled) -> Iterator[Fact]:
        key, root = (account, fill.contract), fill.root or ""
        now: Version[Trace] = Version(root, fill.signed, fill.price, fill.commission, fill.day or day_of(at_ms))
        was = self._fills.get(root)
        if was is None:
            closes = closing_part(total(self.held(*key)), fill.signed)
            closed = self._take(key, -closes)
            if closes != fill.signed:
                fees = fill.commission - now.fees(abs(closes))
                lot = Lot(fill.signed - closes, fill.price, fees, day_of(at_ms), fill=root)
                yield self._open(seq, at_ms, key, lot, fill.intent)
        else:
            now = replace(now, day=was.day)
            change = corrected(self.held(*key), was, now)
            yield from self._corrected(seq, at_ms, key, fill, was, change)
            closed = change.closed.lots
        if root:
            self._fills[root] = replace(now, closed=tuple(closed))
        void = fill.exec_id in self.void
        for lot in closed:
            self._endings[key].append(_Ending(lot, Went.TRADED, seq, fill.intent, None, fill.day, void=void))

    def _corrected(
        self, seq: int, at_ms: int, key: Key, fill: ev.OrderFilled, was: Version[Trace], change: Correction[Trace]
    ) -> Iterator[Fact]:  # fmt: skip
        """The lots as the last version of a fill leaves them; what it closed before is told as taken back."""
        own = [lot for lot in self.held(*key) if lot.fill == was.fill]
        self.lots[key] = list(change.rest)
        for lot in was.closed:
            self._endings[key].append(_Ending(lot, Went.TRADED, seq, fill.intent, None, taken_back=True))
        restated = (_traced(lot, 0, seq, fill.intent) for lot in change.restated.lots)
        for trace in (*restated, *change.shed.lots):
            self._endings[key].append(_Ending(trace, Went.CORRECTED, seq, fill.intent, None, fill.day))
        if change.opened is not None:
            self._count += not own
            opened = _traced(change.opened, own[0].number if own else self._count, seq, fill.intent)
            self.lots[key].insert(change.place, opened)
            yield Opened(seq, at_ms, *key, opened)
        if not self.lots[key]:
            del self.lots[key]

    def _shares_came(
        self, seq: int, at_ms: int, account: str, event: ev.AssignmentReceived | ev.ExercisedReceived, gone: int
    ) -> Iterator[Fact]:
        """An assigned put's premium lowers what its shares cost, an exercised call's raises it."""
        option, stock, assigned = event.contract, Stock(event.contract.symbol), isinstance(event, ev.AssignmentReceived)
        day = delivered_on(option, day_of(at_ms))
        for part in self._take((account, option), gone):
            price = option.strike - part.price if assigned else option.strike + part.price
            shares = Lot(abs(part.quantity) * option.multiplier, price, part.fees_usd, day, assigned)
            opened = self._open(seq, at_ms, (account, stock), shares)
            yield Delivered(seq, at_ms, account, option, part, (opened.lot,))
            yield opened

    def _shares_went(
        self, seq: int, at_ms: int, account: str, event: ev.CalledAwayReceived | ev.ExercisedReceived, gone: int,
        went: Went,
    ) -> Iterator[Fact]:  # fmt: skip
        option = event.contract
        options = self._take((account, option), gone)
        sold = self._end(seq, account, Stock(option.symbol), event.shares, went, by=option)
        for part in options:
            yield Delivered(seq, at_ms, account, option, part, tuple(sold))

    def _adjusted(self, seq: int, at_ms: int, account: str, event: ev.PositionAdjusted) -> Iterator[Fact]:
        key = account, event.contract
        if event.reason == "accepted":
            more = event.to - event.from_
            gone = closing_part(event.from_, more)
            self._end(seq, account, event.contract, -gone, Went.ACCEPTED)
            if more != gone:
                yield self._open(seq, at_ms, key, Lot(more - gone, ZERO, ZERO, day_of(at_ms)))
            return
        ratio = Decimal(event.to) / Decimal(event.from_)
        for lot in adjusted(self.lots.pop(key, []), ratio):
            after = replace(lot, mark=lot.mark / ratio if lot.mark is not None else None)
            self.lots.setdefault((account, event.into), []).append(after)
            yield Adjusted(seq, at_ms, account, event.into, after, ratio)

    def _closed(self, seq: int, at_ms: int, account: str, event: ev.LotClosed) -> Iterator[Closed]:
        due = self._endings[account, event.contract]
        ending = due.popleft() if due else None
        if ending is None or (ending.told, ending.lot.opened) != (event.quantity, event.opened):
            raise LedgerError(f"no lot of {event.quantity} of {event.opened} has ended")
        if not ending.taken_back and not ending.void:
            lot, went, cause, intent, by = ending.lot, ending.went, ending.cause, ending.intent, ending.by
            yield Closed(seq, at_ms, account, event.contract, lot, event, went, cause, intent, by, ending.day)

    def _marked(self, seq: int, at_ms: int, account: str, mark: ev.IndexMark) -> Iterator[Fact]:
        lots = self.held(account, mark.contract)
        if total(lots) != mark.quantity:
            raise LedgerError(f"{mark.quantity} are marked, {total(lots)} held")
        for index, lot in enumerate(lots):
            gain = ZERO
            if mark.price is not None:
                exact = (mark.price - lot.price) * lot.quantity * mark.contract.multiplier - lot.fees_usd
                gain = to_cent(exact) - lot.marked_usd
                lots[index] = replace(lot, mark=mark.price, marked_usd=lot.marked_usd + gain)
            yield Marked(seq, at_ms, account, mark.contract, lot, mark.price, gain)


def _traced(lot: Lot, number: int, seq: int, intent: str) -> Trace:
    return Trace(
        lot.quantity, lot.price, lot.fees_usd, lot.opened, lot.assigned, lot.fill, number=number, seq=seq, intent=intent
    )


def taken_back(records: Records) -> frozenset[str]:
    """The executions that the broker has corrected: what they closed is no fact of the journal as a whole."""
    fills = (event for _, _, event in records if isinstance(event, ev.OrderFilled))
    return frozenset(fill.takes_back for fill in fills if fill.takes_back is not None)
