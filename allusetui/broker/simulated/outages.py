"""The scripted faults of the broker, as spans of instants."""

from collections.abc import Iterable
from typing import Final

from allusetui.domain.contract import Contract, Option, Right, Stock
from allusetui.domain.frozen import frozen
from allusetui.domain.input import ForeignOrderSeen
from allusetui.domain.moment import to_ms
from allusetui.scenario.model import Fault

BROKER_FAULTS: Final = (
    "no_fill",
    "partial_fill",
    "reject",
    "lost_ack",
    "broker_down",
    "broker_book",
    "foreign_order",
    "assign",
)
_FOREVER = 2**62


@frozen
class Outage:
    """A fault that holds in [`start_ms`, `end_ms`), for one symbol or, with None, for all."""

    kind: str
    symbol: str | None
    start_ms: int
    end_ms: int
    fault: Fault

    def holds(self, at_ms: int) -> bool:
        return self.start_ms <= at_ms < self.end_ms


class Outages:
    """The broker's faults among `faults`, by kind; what began before `first_ms` is first felt then."""

    def __init__(self, faults: Iterable[Fault], first_ms: int) -> None:
        self._by_kind: dict[str, list[Outage]] = {kind: [] for kind in BROKER_FAULTS}
        for fault in faults:
            if fault.kind in self._by_kind:
                self._by_kind[fault.kind].append(_outage(fault, first_ms))

    def active(self, kind: str, at_ms: int, symbol: str | None = None) -> Outage | None:
        """The first fault of the kind that holds at the instant for the symbol."""
        for outage in self._by_kind[kind]:
            if outage.holds(at_ms) and outage.symbol in (None, symbol):
                return outage
        return None

    def of(self, kind: str) -> tuple[Outage, ...]:
        """Every fault of the kind, in the scenario's order."""
        return tuple(self._by_kind[kind])

    def bounds(self) -> list[int]:
        """The instants at which a fault begins or ends, ascending."""
        found = {ms for outages in self._by_kind.values() for o in outages for ms in (o.start_ms, o.end_ms)}
        return sorted(found - {_FOREVER})

    def extra(self, at_ms: int) -> dict[Contract, int]:
        """What the broker's book holds at the instant beyond what was traded (`broker_book`)."""
        found: dict[Contract, int] = {}
        for outage in self._by_kind["broker_book"]:
            if outage.holds(at_ms):
                contract = contract_of(outage.fault)
                found[contract] = found.get(contract, 0) + (outage.fault.quantity or 0)
        return found


def foreign_order(outage: Outage, at_ms: int) -> ForeignOrderSeen:
    """The order of somebody else that a `foreign_order` fault shows."""
    symbol = outage.symbol or ""
    return ForeignOrderSeen(at_ms, f"F{outage.start_ms}-{symbol}", symbol, outage.fault.quantity or 1)


def contract_of(fault: Fault) -> Contract:
    """The option that a fault names, or the stock where it names a symbol alone."""
    symbol = fault.symbol or ""
    if fault.expiry is None or fault.strike is None or fault.right is None:
        return Stock(symbol)
    return Option(symbol, fault.expiry, fault.strike, Right(fault.right))


def _outage(fault: Fault, first_ms: int) -> Outage:
    begun = to_ms(fault.at)
    end = _FOREVER if fault.for_ms is None else begun + fault.for_ms
    return Outage(fault.kind, fault.symbol, max(begun, first_ms), end, fault)
