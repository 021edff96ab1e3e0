"""What a run went through: changes of §9's states, and of each order's life."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from allusetui.domain import event as ev
from allusetui.domain.account import Status
from allusetui.domain.order import OrderStatus
from allusetui.engine.transitions import LEGAL
from allusetui.torture.disk import Rows

Change = tuple[str, str]
_NEW: Final = "new"
_SENT, _CANCELLING, _UNKNOWN = (each.value for each in (OrderStatus.SENT, OrderStatus.CANCELLING, OrderStatus.UNKNOWN))
_FILLED, _CANCELLED, _REJECTED, _DEAD = (
    each.value for each in (OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.DEAD)
)
OF_STATES: Final[frozenset[Change]] = frozenset((one.value, other.value) for one, other in LEGAL)
PASSED_OVER: Final[Change] = (Status.ANALYZING.value, Status.EMERGENCY.value)
"""Legal, and never taken: what is analyzed is decided in the same batch, so that nothing can come in between."""
OF_ORDERS: Final[frozenset[Change]] = frozenset(
    {
        (_NEW, _SENT),
        (_SENT, _FILLED),
        (_SENT, _CANCELLING),
        (_SENT, _CANCELLED),  # at the broker's own wish
        (_SENT, _REJECTED),
        (_SENT, _UNKNOWN),
        (_CANCELLING, _CANCELLED),
        (_CANCELLING, _FILLED),  # they crossed
        (_CANCELLING, _UNKNOWN),
        (_CANCELLING, _REJECTED),
        (_UNKNOWN, _SENT),  # found open
        (_UNKNOWN, _FILLED),
        (_UNKNOWN, _DEAD),
        (_UNKNOWN, _CANCELLED),  # the broker tells of it before it is found
        (_UNKNOWN, _REJECTED),
    }
)
"""Every change in the life of an order: the journal tells them."""


class Tally:
    """Counts what the journal's records tell."""

    def __init__(self) -> None:
        self.states: Counter[Change] = Counter()
        self.orders: Counter[Change] = Counter()
        self._stand: dict[str, str] = {}
        self._left: dict[str, int] = {}

    def take(self, rows: Rows) -> None:
        """A batch that was stored."""
        for _, _, event in rows:
            if isinstance(event, ev.StateChanged):
                self.states[event.from_, event.to] += 1
            else:
                self._of_an_order(event)

    def _of_an_order(self, event: ev.Event) -> None:
        match event:
            case ev.OrderSent() | ev.OrderReplaced():
                if isinstance(event, ev.OrderReplaced):
                    self._move(event.replaces, _CANCELLED)
                self._left[event.client_order_id] = event.quantity
                self._move(event.client_order_id, _SENT)
            case ev.CancelRequested():
                self._move(event.client_order_id, _CANCELLING)
            case ev.OrderUnknown():
                self._move(event.client_order_id, _UNKNOWN)
            case ev.OrderCancelled():
                self._move(event.client_order_id, _CANCELLED)
            case ev.OrderRejected():
                self._move(event.client_order_id, _REJECTED)
            case ev.OrderResolved():
                self._move(event.client_order_id, {"open": _SENT, "dead": _DEAD, "filled": _FILLED}[event.outcome])
            case ev.OrderFilled():
                self._fill(event)
            case _:
                pass

    def _fill(self, event: ev.OrderFilled) -> None:
        self._left[event.client_order_id] = self._left.get(event.client_order_id, 0) - event.quantity
        if self._left[event.client_order_id] == 0:
            self._move(event.client_order_id, _FILLED)

    def _move(self, order: str, to: str) -> None:
        came = self._stand.get(order, _NEW)
        if came != to:
            self._stand[order] = to
            self.orders[came, to] += 1


def missing(taken: Iterable[Change], every: frozenset[Change]) -> list[str]:
    """The changes that nobody went through, for people."""
    return [f"{one} → {other}" for one, other in sorted(every - set(taken))]
