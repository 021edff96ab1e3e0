"""What has become of our orders, by the broker's word alone: no error, no silence and no absence ends one. Pure."""

from collections.abc import Iterator, Sequence

from allusetui.broker.ibkr.codes import NOTICES
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
from allusetui.broker.ibkr.fills import PATIENCE_MS, BookedFee, Fills, nothing_booked
from allusetui.broker.ibkr.record import Record
from allusetui.domain.input import (
    BrokerOrder,
    ForeignOrderSeen,
    Input,
    OrderAcked,
    OrderCancelled,
    OrderDoubled,
    OrderExecuted,
    OrderRejected,
    OrdersSeen,
)
from allusetui.domain.moment import DAY_MS
from allusetui.domain.text import untrusted

_MAY_WORK_ON = frozenset({103, 104, 105, 161, 202, 399, 404, 10147, 10148, 10167, 10349, *NOTICES})
"""What is said under the handle of an order that may work on all the same."""
_KEPT_MS = 5 * DAY_MS


class OrderTruth:
    """Takes evidence in and gives reports out.

    An order is known by its reference and the broker's permanent number. A handle is good for one connection: the next
    may give it to another order. `codes`: the accounts that are ours, where it is known; what goes on in another is
    somebody else's, whatever it is called. `ours`: what the references of this session's orders begin with; of another
    session only what still works concerns it. `booked_fee`: see `Fills`.
    """

    def __init__(
        self, codes: frozenset[str] = frozenset(), ours: str = OURS, booked_fee: BookedFee = nothing_booked
    ) -> None:
        self.fills = Fills(booked_fee)
        self.unattributed = 0
        """How much news there was of orders that nobody knows."""
        self._ours = ours
        self._orders: dict[str, Record] = {}
        self._by_permanent: dict[int, str] = {}
        self._by_handle: dict[int, str] = {}
        self._foreign: dict[int, tuple[ForeignOrderSeen, int]] = {}
        self._untold: list[ForeignOrderSeen | OrderDoubled] = []
        self._codes = codes
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

    def handles_of(self, reference: str) -> list[int]:
        """The handles of an order on this connection: one where all is well, none where another client placed it."""
        return [handle for handle, known in self._by_handle.items() if known == reference]

    def cancel_asked(self, reference: str) -> None:
        """Its end will surprise nobody."""
        self._record(reference).cancel_asked = True

    def disconnected(self) -> None:
        """Handles mean nothing any more."""
        self._by_handle.clear()
        self._strays.clear()

    def take_strays(self) -> list[int]:
        """Handles of orders that are listed as working and must not be: over as was told, or doubled."""
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
            case DoneSeen() if self._is_ours(seen):
                over = Stage.FILLED if seen.stage is Stage.FILLED else Stage.CANCELLED
                record = self._named(seen.reference, seen.permanent)
                record.listed_ms = at_ms
                if not self._is_other(record, seen.permanent, over, at_ms):
                    self._move(record, over, seen.filled, at_ms)
            case FillSeen() if self._is_ours(seen):
                record = self._named(seen.reference, seen.permanent)
                self._is_other(record, seen.permanent, record.others.get(seen.permanent, Stage.WORKING), at_ms)
                self.fills.hear_fill(seen, at_ms)
            case FeeSeen():
                self.fills.hear_fee(seen)
            case ErrorSeen():
                self._hear_error(seen, at_ms)
            case _:
                pass  # somebody else's, and over: the book of positions shows what came of it
        return self.advance(at_ms)

    def _hear_open(self, seen: OpenSeen, at_ms: int) -> None:
        if not self._is_ours(seen):
            self._hear_foreign(seen, at_ms)
            return
        record = self._named(seen.reference, seen.permanent)
        record.listed_ms = at_ms
        if seen.is_combo:
            self.fills.expect_combo(seen.reference)
        is_other = self._is_other(record, seen.permanent, seen.stage, at_ms)
        if seen.handle is not None:
            self._by_handle[seen.handle] = seen.reference
            if not seen.stage.is_over and (record.told_end or is_other):
                self._strays[seen.handle] = None
        if not is_other:
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
        record = self._named(reference, seen.permanent)
        if not self._is_other(record, seen.permanent, seen.stage, at_ms):
            self._move(record, seen.stage, seen.filled, at_ms)

    def _hear_error(self, seen: ErrorSeen, at_ms: int) -> None:
        reference = self._by_handle.get(seen.handle)
        if reference is None or seen.code in _MAY_WORK_ON:
            return
        record = self._orders[reference]
        record.reason, record.refused_ms = untrusted(seen.text), at_ms
        self._move(record, record.stage, record.filled, at_ms)

    def _is_ours(self, seen: OpenSeen | DoneSeen | FillSeen) -> bool:
        """By its reference and its account: another program may use the same log-in, and other accounts of it."""
        is_here = not self._codes or not seen.account or seen.account in self._codes
        ours = OURS if isinstance(seen, OpenSeen) else self._ours
        return is_here and (seen.reference.startswith(ours) or seen.reference in self._orders)

    def _is_other(self, record: Record, permanent: int, stage: Stage, at_ms: int) -> bool:
        """Whether it is about a second order behind a reference, of which there must never be one: noted, and told."""
        if permanent in (0, record.permanent):
            return False
        if permanent not in record.others:
            self._untold.append(self._doubled(record, permanent, at_ms))
        if not record.others.get(permanent, stage).is_over:
            record.others[permanent] = stage
        return True

    def _doubled(self, record: Record, permanent: int | None, at_ms: int) -> OrderDoubled:
        numbers = {record.permanent, *record.others, *([] if permanent is None else [permanent])}
        return OrderDoubled(at_ms, record.reference, tuple(map(str, sorted(numbers))))

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
        """What can be told by now: fills before ends, which find them booked; before all that an order is two."""
        reports: list[Input] = [*self._untold]
        self._untold = []
        if executions := self.fills.take(at_ms):
            reports.append(OrderExecuted(at_ms, executions))
        reports += self._acks(at_ms)
        reports += self._ends(at_ms)
        return reports

    def _acks(self, at_ms: int) -> Iterator[Input]:
        for record in self._orders.values():
            if record.stage is Stage.WORKING and not record.told_ack:
                record.told_ack = True
                yield OrderAcked(at_ms, record.reference)

    def _ends(self, at_ms: int) -> Iterator[Input]:
        for record in self._orders.values():
            if record.over_ms is None or record.told_end or record.has_live_other:
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
        """When something is told that has waited for long enough. One of two orders is over when the other is."""
        ending = (r for r in self._orders.values() if not r.told_end and not r.has_live_other)
        ends = [record.over_ms + PATIENCE_MS for record in ending if record.over_ms is not None]
        waiting = self.fills.next_ms()
        return min(ends if waiting is None else [*ends, waiting], default=None)

    @property
    def wants_executions(self) -> bool:
        """Whether a fill, or its commission, is known of and has not come."""
        ahead = any(r.filled > self.fills.quantity(r.reference) for r in self._orders.values())
        return ahead or self.fills.lacks_fees

    def answer(self, asked_ms: int, at_ms: int, complete: bool) -> OrdersSeen:
        """Everything that the broker has listed since the question, and whatever is over for good.

        What is two orders still is told to be so again: somebody may have accepted it meanwhile.
        """
        self._forget(at_ms)
        listed = [r for r in self._orders.values() if not r.is_open or r.listed_ms >= asked_ms]
        self._untold += [self._doubled(record, None, at_ms) for record in listed if record.has_live_other]
        foreign = tuple(told for told, seen_ms in self._foreign.values() if seen_ms >= asked_ms)
        rows = tuple(self._listing(record, complete) for record in listed)
        if complete:
            self._end_refused(asked_ms, at_ms)
        return OrdersSeen(at_ms, rows, self.fills.told(at_ms), complete, foreign, asked_ms=asked_ms)

    def _end_refused(self, asked_ms: int, at_ms: int) -> None:
        """Neither a refusal nor an absence ends an order; a refusal and two absences do, so that its reason is told."""
        for record in [r for r in self._orders.values() if r.is_refused_unseen(asked_ms)]:
            if record.absent_ms is None:
                record.absent_ms = asked_ms
            elif asked_ms - record.absent_ms >= PATIENCE_MS:
                self._move(record, Stage.CANCELLED, 0, at_ms)

    def _listing(self, record: Record, complete: bool) -> BrokerOrder:
        """Executions count, corrections included; the broker's own sum where it told of none.

        Without a handle no cancel reaches an order; while the connection is gone that says nothing of it.
        """
        filled = self.fills.quantity(record.reference) or record.filled
        reachable = not complete or not record.is_open or bool(self.handles_of(record.reference))
        return BrokerOrder(record.reference, open=record.is_open, filled=filled, reachable=reachable)

    def _forget(self, at_ms: int) -> None:
        """What has been over for days, or was listed once and for days no more: of that nobody tells the end."""
        since_ms = at_ms - _KEPT_MS
        gone = (r for r in self._orders.values() if r.is_open and 0 <= r.listed_ms < since_ms)
        old = [*gone, *(r for r in self._orders.values() if not r.is_open and (r.over_ms or 0) < since_ms)]
        for record in old:
            del self._orders[record.reference]
            for permanent in (record.permanent, *record.others):
                self._by_permanent.pop(permanent, None)
        handles = {handle: ref for handle, ref in self._by_handle.items() if ref in self._orders}
        self._by_handle = handles
