"""What has become of our orders, by the broker's word alone: no error, no silence and no absence ends one. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from allusetui.broker.ibkr.evidence import (
    OURS,
    DoneSeen,
    ErrorSeen,
    Evidence,
    FeeSeen,
    FillSeen,
    OpenSeen,
    Stage,
    StatusSeen,
)
from allusetui.broker.ibkr.fills import PATIENCE_MS, Fills
from allusetui.domain.input import (
    BrokerOrder,
    ForeignOrderSeen,
    Input,
    OrderAcked,
    OrderCancelled,
    OrderExecuted,
    OrderRejected,
    OrdersSeen,
)
from allusetui.domain.moment import DAY_MS
from allusetui.domain.text import untrusted

_NOTICES = frozenset({103, 104, 105, 161, 202, 399, 404, 10147, 10148, 10167, 10349})
"""What is said under the handle of an order that may work on all the same; 2100 to 2199 are notices too."""
_KEPT_MS = 5 * DAY_MS


@dataclass(slots=True)
class Record:
    """One order of ours. `listed_ms`: when the broker last named it by reference; `over_ms`: since when it is over."""

    reference: str
    permanent: int = 0
    stage: Stage = Stage.PENDING
    filled: int = 0
    listed_ms: int = -1
    over_ms: int | None = None
    reason: str | None = None
    cancel_asked: bool = False
    told_ack: bool = False
    told_end: bool = False


class OrderTruth:
    """Takes evidence in and gives reports out.

    An order is known by its reference and the broker's permanent number. A handle is good for one connection: the next
    may give it to another order.
    """

    def __init__(self) -> None:
        self.fills = Fills()
        self.unattributed = 0
        """How much news there was of orders that nobody knows."""
        self._orders: dict[str, Record] = {}
        self._by_permanent: dict[int, str] = {}
        self._by_handle: dict[int, str] = {}
        self._foreign: dict[int, tuple[ForeignOrderSeen, int]] = {}
        self._untold: list[ForeignOrderSeen] = []
        self._strays: dict[int, None] = {}

    # What we do ourselves

    def begun(self, reference: str) -> None:
        """An order is about to be written. Raises ValueError for a reference that an order has had before."""
        if reference in self._orders:
            raise ValueError(f"order {reference} was placed before")
        self._record(reference)

    def sent(self, reference: str, handle: int, is_combo: bool) -> None:
        """An order has been written to the wire."""
        self._record(reference)
        self._by_handle[handle] = reference
        if is_combo:
            self.fills.expect_combo(reference)

    def handle_of(self, reference: str) -> int | None:
        """The handle of an order on this connection, where it has one."""
        return next((handle for handle, known in self._by_handle.items() if known == reference), None)

    def cancel_asked(self, reference: str) -> None:
        """Its end will surprise nobody."""
        self._record(reference).cancel_asked = True

    def disconnected(self) -> None:
        """Handles mean nothing any more."""
        self._by_handle.clear()
        self._strays.clear()

    def take_strays(self) -> list[int]:
        """Handles of orders that were told to be over and are listed as working: they have to be cancelled."""
        found, self._strays = list(self._strays), {}
        return found

    # What the wire says

    def hear(self, seen: Evidence, at_ms: int) -> Sequence[Input]:
        """Take evidence; what it is enough for is reported."""
        match seen:
            case OpenSeen():
                self._hear_open(seen, at_ms)
            case StatusSeen():
                self._hear_status(seen, at_ms)
            case DoneSeen() if seen.reference.startswith(OURS):
                record = self._named(seen.reference, seen.permanent)
                record.listed_ms = at_ms
                over = Stage.FILLED if seen.stage is Stage.FILLED else Stage.CANCELLED
                self._move(record, over, seen.filled, at_ms)
            case FillSeen() if seen.reference.startswith(OURS):
                self._named(seen.reference, seen.permanent)
                self.fills.hear_fill(seen, at_ms)
            case FeeSeen():
                self.fills.hear_fee(seen)
            case ErrorSeen():
                self._hear_error(seen, at_ms)
            case _:
                pass  # somebody else's, and over: the book of positions shows what came of it
        return self.advance(at_ms)

    def _hear_open(self, seen: OpenSeen, at_ms: int) -> None:
        if not seen.reference.startswith(OURS):
            self._hear_foreign(seen, at_ms)
            return
        record = self._named(seen.reference, seen.permanent)
        record.listed_ms = at_ms
        if seen.is_combo:
            self.fills.expect_combo(seen.reference)
        if seen.handle is not None:
            self._by_handle[seen.handle] = seen.reference
            is_second = seen.permanent not in (0, record.permanent)
            if not seen.stage.is_over and (record.told_end or is_second):
                self._strays[seen.handle] = None
        self._move(record, seen.stage, 0, at_ms)

    def _hear_foreign(self, seen: OpenSeen, at_ms: int) -> None:
        if seen.stage.is_over:
            self._foreign.pop(seen.permanent, None)
            return
        told = ForeignOrderSeen(at_ms, str(seen.permanent), untrusted(seen.symbol), seen.quantity)
        if seen.permanent not in self._foreign:
            self._untold.append(told)
        self._foreign[seen.permanent] = (told, at_ms)

    def _hear_status(self, seen: StatusSeen, at_ms: int) -> None:
        reference = self._by_permanent.get(seen.permanent)
        if reference is None and seen.handle is not None:
            reference = self._by_handle.get(seen.handle)
            known = self._orders[reference].permanent if reference is not None else 0
            if known and seen.permanent and known != seen.permanent:
                reference = None  # the handle was another order's once
        if reference is None:
            self.unattributed += seen.permanent not in self._foreign
            return
        self._move(self._named(reference, seen.permanent), seen.stage, seen.filled, at_ms)

    def _hear_error(self, seen: ErrorSeen, at_ms: int) -> None:
        reference = self._by_handle.get(seen.handle)
        if reference is None or seen.code in _NOTICES or 2100 <= seen.code < 2200:
            return
        record = self._orders[reference]
        record.reason = untrusted(seen.text)
        self._move(record, record.stage, record.filled, at_ms)

    def _record(self, reference: str) -> Record:
        return self._orders.setdefault(reference, Record(reference))

    def _named(self, reference: str, permanent: int) -> Record:
        """The record of a reference; from now on the permanent number, where there is one, means it too."""
        record = self._record(reference)
        if permanent:
            record.permanent = record.permanent or permanent
            self._by_permanent.setdefault(permanent, reference)
        return record

    def _move(self, record: Record, stage: Stage, filled: int, at_ms: int) -> None:
        """Take over a stage. What has ended stays so, unless nobody was told yet and it is seen to work."""
        record.filled = max(record.filled, filled)
        if record.over_ms is not None and (record.told_end or record.stage is Stage.FILLED or stage is Stage.PENDING):
            return
        # An order that is held back may come to life again; refused, with the reason given, it does not.
        if stage is Stage.INACTIVE and record.reason is not None:
            stage = Stage.CANCELLED
        record.stage = stage
        record.over_ms = (record.over_ms or at_ms) if stage.is_over else None

    # What is reported

    def advance(self, at_ms: int) -> Sequence[Input]:
        """What can be told by now: fills first, so that an end finds them booked."""
        reports: list[Input] = []
        if executions := self.fills.take(at_ms):
            reports.append(OrderExecuted(at_ms, executions))
        reports += self._acks(at_ms)
        reports += self._ends(at_ms)
        reports += self._untold
        self._untold = []
        return reports

    def _acks(self, at_ms: int) -> Iterator[Input]:
        for record in self._orders.values():
            if record.stage is Stage.WORKING and not record.told_ack:
                record.told_ack = True
                yield OrderAcked(at_ms, record.reference)

    def _ends(self, at_ms: int) -> Iterator[Input]:
        for record in self._orders.values():
            if record.over_ms is None or record.told_end:
                continue
            booked = self.fills.quantity(record.reference)
            if record.stage is Stage.FILLED:
                record.told_end = True  # its fills tell
            elif booked == record.filled or at_ms - record.over_ms >= PATIENCE_MS:
                record.told_end = True
                filled = max(booked, record.filled)
                if record.reason is not None and not record.cancel_asked and not filled:
                    yield OrderRejected(at_ms, record.reference, record.reason)
                else:
                    yield OrderCancelled(at_ms, record.reference, filled)

    def next_ms(self) -> int | None:
        """When something is told that has waited for long enough."""
        ends = [r.over_ms + PATIENCE_MS for r in self._orders.values() if r.over_ms is not None and not r.told_end]
        waiting = self.fills.next_ms()
        return min(ends if waiting is None else [*ends, waiting], default=None)

    @property
    def wants_executions(self) -> bool:
        """Whether a fill, or its commission, is known of and has not come."""
        ahead = any(r.filled > self.fills.quantity(r.reference) for r in self._orders.values())
        return ahead or self.fills.lacks_fees

    def answer(self, asked_ms: int, at_ms: int, complete: bool) -> OrdersSeen:
        """Everything that the broker has listed since the question, and whatever is over for good."""
        self._forget(at_ms)
        listed = (r for r in self._orders.values() if r.over_ms is not None or r.listed_ms >= asked_ms)
        foreign = tuple(told for told, seen_ms in self._foreign.values() if seen_ms >= asked_ms)
        return OrdersSeen(
            at_ms, tuple(map(self._listing, listed)), self.fills.told(at_ms), complete, foreign, asked_ms=asked_ms
        )

    def _listing(self, record: Record) -> BrokerOrder:
        """Executions count, corrections included; the broker's own sum where it told of none."""
        filled = self.fills.quantity(record.reference) or record.filled
        return BrokerOrder(record.reference, open=record.over_ms is None, filled=filled)

    def _forget(self, at_ms: int) -> None:
        old = [r for r in self._orders.values() if r.over_ms is not None and r.over_ms < at_ms - _KEPT_MS]
        for record in old:
            del self._orders[record.reference]
            self._by_permanent.pop(record.permanent, None)
        handles = {handle: ref for handle, ref in self._by_handle.items() if ref in self._orders}
        self._by_handle = handles
