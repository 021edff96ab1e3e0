"""What is said to the broker of an order, each word with its record: a version is sent, cancelled, looked for (0.6)."""

from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.effect import CancelOrder, PlaceOrder
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.order import Intent, Order, Working
from allusetui.domain.volatile import Walk
from allusetui.engine.desk import Desk

STEP, TIMEOUT, UNASKED = "step", "timeout", "unasked"
"""Why a version ends of which another may follow: its price moves on, or was the last, or the broker has ended it."""
REASON_CLAUSES = {
    "window_closed": ("1.1",),
    "slippage_cap": ("0.5",),
    "frozen": ("6.3",),
    "pivot": ("0.9",),
    "safe": ("9.1",),
    "paused": ("0.7",),
    "no_entries": ("0.7",),
    "stale": ("8.3",),
    "rejected": ("0.6",),
    "halt": ("0.8", "6.14"),
}
"""Why an intent is abandoned → by which clauses."""


def send(desk: Desk, intent: Intent, step: int, limit: Decimal, replaces: str | None) -> None:
    """Send the clip that is next, or the next version of the clip at hand, in the place of the one it `replaces`."""
    fresh = intent.clip_open <= 0
    clip = intent.clip + 1 if fresh else intent.clip
    version = 1 if fresh else intent.version + 1
    # What of an earlier version was told too late has come out of the clips that are still to begin.
    quantity = min(intent.clips[0], intent.open_quantity) if fresh else intent.clip_open
    order_id = f"AU-{desk.state.session}-{intent.account}-{intent.id}-{clip}.v{version}"
    common = {
        "account": intent.account,
        "clauses": intent.clauses,
        "client_order_id": order_id,
        "purpose": intent.purpose,
        "contract": intent.contract,
        "candidate": intent.candidate,
        "side": intent.side,
        "quantity": quantity,
        "limit": limit,
        "intent": intent.id,
        "clip": clip,
        "version": version,
        "step": step,
    }
    if replaces is None:
        desk.emit(ev.OrderSent(**common))  # type: ignore[arg-type]  # one set of fields for both events
    else:
        desk.emit(ev.OrderReplaced(replaces=replaces, **common))  # type: ignore[arg-type]  # as above
    order = intent.order
    assert order is not None
    placed = Order(order_id, intent.account, intent.contract, intent.candidate, intent.side, quantity, order.limit)
    desk.effects.append(PlaceOrder(placed))
    rest_step(desk, intent, step)


def cancel(desk: Desk, intent: Intent, order: Working, reason: str) -> None:
    """Ask the broker to end the order, which lives on until that is proven."""
    request_cancel(desk, intent, order, reason)
    desk.effects.append(CancelOrder(order.client_order_id))
    rest_step(desk, intent, order.step if reason != STEP else desk.volatile.walks[intent.id].step)


def request_cancel(desk: Desk, intent: Intent, order: Working, reason: str) -> None:
    """Record why an order is to end."""
    clauses = REASON_CLAUSES.get(reason, ("0.6",))
    desk.emit(
        ev.CancelRequested(
            account=intent.account, clauses=clauses, client_order_id=order.client_order_id, intent=intent.id,
            reason=reason,
        )
    )  # fmt: skip


def rest_step(desk: Desk, intent: Intent, step: int) -> None:
    """The walk stands at a step for the 3 s of a price."""
    due = desk.now_ms + desk.law.walk.timeout_s * SECOND_MS
    desk.volatile.walks[intent.id] = Walk(step, due)


def say_cancelled(desk: Desk, intent: Intent, order: Working, reason: str) -> None:
    """Record that the order is proven dead."""
    desk.emit(
        ev.OrderCancelled(
            account=intent.account, clauses=REASON_CLAUSES.get(reason, ("0.5",)),
            client_order_id=order.client_order_id, reason=reason, intent=intent.id,
        )
    )  # fmt: skip


def to_unknown(desk: Desk, intent: Intent, order: Working) -> None:
    """Silence is not evidence: the order counts as live and is looked for (0.6)."""
    desk.emit(
        ev.OrderUnknown(
            account=intent.account, clauses=("0.6",), client_order_id=order.client_order_id, intent=intent.id
        )
    )
    desk.volatile.doubted_ms[order.client_order_id] = desk.now_ms
    desk.volatile.absent_ms.pop(order.client_order_id, None)
    desk.volatile.query_ms = desk.now_ms
    desk.ask_orders()
