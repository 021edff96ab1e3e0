"""Executions as the broker tells them: each once, the newest version, whole combos, with their commissions. Pure."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from allusetui.broker.ibkr.evidence import FeeSeen, FillSeen
from allusetui.domain.contract import Contract, Side
from allusetui.domain.frozen import mutable
from allusetui.domain.input import Execution
from allusetui.domain.moment import DAY_MS, SECOND_MS
from allusetui.domain.money import ZERO

PATIENCE_MS = 2 * SECOND_MS
"""How long a commission, or the other leg of a combo, is waited for."""
_CORRECTION_MS = 30 * SECOND_MS
"""How long the commission of a correction is waited for, before it is what the corrected one's was."""
_KEPT_MS = 5 * DAY_MS
BookedFee = Callable[[str], Decimal | None]
"""What an execution's commission was booked as, dollars, by its root; None where it was not."""


def nothing_booked(root: str) -> None:
    """Of an empty journal."""


@mutable
class Row:
    """An execution that was heard; `told`: under which id, None while it was not."""

    fill: FillSeen
    root: str
    version: int
    heard_ms: int
    told: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Its own id, then those of the versions that it corrects, the newest first."""
        return self.fill.exec_id, *(f"{self.root}.{earlier:02}" for earlier in range(self.version - 1, 0, -1))

    @property
    def due_ms(self) -> int:
        """When it has waited for long enough."""
        return self.heard_ms + (_CORRECTION_MS if self.version > 1 else PATIENCE_MS)


class Fills:
    """The newest version of every execution that was heard, and what of it can be told.

    A row waits for its commission, a leg for the other one. What has waited for `PATIENCE_MS` is told without: an
    execution then as version 0 of itself, which the one with its commission replaces. A correction has what was booked
    for what it corrects, of an earlier day too: as version 0 it would seem to be the older of the two.
    """

    def __init__(self, booked_fee: BookedFee = nothing_booked) -> None:
        self._booked_fee = booked_fee
        self._rows: dict[str, Row] = {}
        self._of_order: dict[str, dict[str, Row]] = {}
        self._heard = 0
        self._fees: dict[str, FeeSeen] = {}
        self._combos: set[str] = set()

    def expect_combo(self, reference: str) -> None:
        """An order of two legs: neither is told alone."""
        self._combos.add(reference)

    def hear_fill(self, fill: FillSeen, at_ms: int) -> None:
        """Take note of a row; one that is known, or older than what is known, changes nothing."""
        if fill.contract is None:
            self._combos.add(fill.reference)
            return
        root, version = versioned(fill.exec_id)
        known = self._rows.get(root)
        if known is not None:
            if version <= known.version:
                return
            self._drop(known)
        self._rows[root] = self._of_order.setdefault(fill.reference, {})[root] = Row(fill, root, version, at_ms)
        self._heard += 1

    def hear_fee(self, fee: FeeSeen) -> None:
        """Take note of a commission, whichever of the two comes first."""
        self._fees.setdefault(fee.exec_id, fee)

    def take(self, at_ms: int) -> tuple[Execution, ...]:
        """What can be told now and has not been."""
        due = {row.fill.exec_id: row for row in self._due(at_ms)}
        for row in due.values():
            row.told = self._name(row)
        return tuple(self._execution(row) for row in due.values())

    def told(self, at_ms: int) -> tuple[Execution, ...]:
        """Everything that has been told; what is older than some days is forgotten."""
        self._forget(at_ms)
        return tuple(self._execution(row) for row in self._rows.values() if row.told is not None)

    def quantity(self, reference: str) -> int:
        """How many contracts, or whole combos, of an order have been told."""
        sums: dict[object, int] = {}
        for row in self._of_order.get(reference, {}).values():
            if row.told is not None:
                sums[row.fill.contract] = sums.get(row.fill.contract, 0) + row.fill.quantity
        if reference in self._combos and len(sums) < 2:
            return 0
        return min(sums.values(), default=0)

    def net(self) -> dict[Contract, int]:
        """What all that was heard of has moved, told or not: contracts bought less sold."""
        sums: dict[Contract, int] = {}
        for row in self._rows.values():
            fill = row.fill
            assert fill.contract is not None
            signed = fill.quantity if fill.side is Side.BUY else -fill.quantity
            sums[fill.contract] = sums.get(fill.contract, 0) + signed
        return sums

    def next_ms(self) -> int | None:
        """When the next one has waited for long enough."""
        return min((row.due_ms for row in self._rows.values() if row.told is None), default=None)

    @property
    def count(self) -> int:
        """Rises with every row that was not known."""
        return self._heard

    @property
    def lacks_fees(self) -> bool:
        """Whether some execution still waits for its commission: one that is told under its own id does no more."""
        waiting = (row.fill.exec_id for row in self._rows.values() if row.told != row.fill.exec_id)
        return any(exec_id not in self._fees for exec_id in waiting)

    @property
    def all_told(self) -> bool:
        return all(row.told is not None for row in self._rows.values())

    def _due(self, at_ms: int) -> Iterator[Row]:
        waiting = [row for row in self._rows.values() if row.told != self._name(row)]
        for row in waiting:
            if row.told is not None or row.due_ms <= at_ms:
                yield row
            elif row.fill.exec_id in self._fees and (row.fill.reference not in self._combos or self._is_whole(row)):
                yield row

    def _is_whole(self, row: Row) -> bool:
        """Whether both legs of the combo's order have come with their commissions, in equal parts."""
        sums: dict[object, int] = {}
        for each in self._of_order[row.fill.reference].values():
            if each.fill.exec_id in self._fees:
                sums[each.fill.contract] = sums.get(each.fill.contract, 0) + each.fill.quantity
        return len(sums) > 1 and len(set(sums.values())) == 1

    def _fee(self, row: Row) -> Decimal | None:
        """A row's commission; a correction without one of its own has that of what it corrects."""
        heard = next((self._fees[exec_id].amount for exec_id in row.names if exec_id in self._fees), None)
        return self._booked_fee(row.root) if heard is None and row.version > 1 else heard

    def _name(self, row: Row) -> str:
        """The id that a row is told under now: version 0 of itself while its commission lacks."""
        return row.fill.exec_id if self._fee(row) is not None or not row.version else f"{row.root}.00"

    def _execution(self, row: Row) -> Execution:
        fill, fee = row.fill, self._fee(row)
        assert fill.contract is not None and row.told is not None
        commission = fee if fee is not None and row.told == fill.exec_id else ZERO
        return Execution(
            row.told, fill.reference, fill.contract, fill.side, fill.quantity, fill.price, commission, fill.day
        )

    def _forget(self, at_ms: int) -> None:
        for row in [row for row in self._rows.values() if row.heard_ms < at_ms - _KEPT_MS]:
            self._drop(row)
            for exec_id in row.names:
                self._fees.pop(exec_id, None)

    def _drop(self, row: Row) -> None:
        of_order = self._of_order[row.fill.reference]
        del self._rows[row.root], of_order[row.root]
        if not of_order:
            del self._of_order[row.fill.reference]


def versioned(exec_id: str) -> tuple[str, int]:
    """What versions of one execution have in common, and which this is: `….01`, `….02`; 0 for one without versions."""
    root, _, version = exec_id.rpartition(".")
    return (root, int(version)) if root and version.isascii() and version.isdecimal() else (exec_id, 0)
