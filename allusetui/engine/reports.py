"""What the broker reports of our orders: acknowledgements, fills, deaths, and answers to our questions."""

from collections.abc import Iterable

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Latch
from allusetui.domain.effect import AskOrders
from allusetui.domain.lot import take
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.order import Intent, OrderStatus, Working
from allusetui.domain.text import untrusted
from allusetui.engine.desk import Desk, lots_closed
from allusetui.engine.machine import latch
from allusetui.engine.orders import REASON_CLAUSES, cancelled, end, finish, to_unknown
from allusetui.rules.situation import clause


def find(desk: Desk, client_order_id: str) -> tuple[Intent, Working] | None:
    """The open intent whose order of now carries the id."""
    for intent in desk.state.intents.values():
        if intent.order is not None and intent.order.client_order_id == client_order_id:
            return intent, intent.order
    return None


def on_acked(desk: Desk, report: inp.OrderAcked) -> None:
    desk.volatile.acked.add(report.client_order_id)


@clause("0.6")
def on_executed(desk: Desk, executions: Iterable[inp.Execution]) -> None:
    """Book each fill once; the leg that the intent counts comes last."""
    fresh = {e.exec_id: e for e in executions if e.exec_id not in desk.state.seen_ids}
    rows = list(fresh.values())
    rows.sort(key=lambda e: _is_counted_leg(desk, e))
    for execution in rows:
        desk.volatile.acked.add(execution.client_order_id)
        _book(desk, execution)


def _is_counted_leg(desk: Desk, execution: inp.Execution) -> bool:
    intent = desk.state.intents.get(intent_id_of(execution.client_order_id))
    return intent is not None and intent.contract == execution.contract


def intent_id_of(client_order_id: str) -> str:
    """The intent that an order id names: `AU-<session>-<account>-<intent>-<clip>.v<n>`."""
    return client_order_id.rsplit(".v", 1)[0].rsplit("-", 2)[-2]


def account_of(client_order_id: str) -> str:
    """The account that an order id names; an account's own name may hold a hyphen."""
    return client_order_id.rsplit("-", 2)[0].split("-", 2)[-1]


def _book(desk: Desk, execution: inp.Execution) -> None:
    name = account_of(execution.client_order_id)
    account = desk.state.accounts.get(name)
    intent_id = intent_id_of(execution.client_order_id)
    if account is None or not intent_id.isdigit() or int(intent_id) > desk.state.intent_count:
        _never_sent(desk, execution)
        return
    intent = desk.state.intents.get(intent_id)
    signed = execution.side.sign * execution.quantity
    held = account.quantity(execution.contract)
    closes = held != 0 and (held > 0) != (signed > 0)
    closed = (
        lots_closed(
            account, execution.contract, take(account.lots[execution.contract], -signed)[0], execution.price,
            execution.commission, ("10.3",),
        )
        if closes
        else []
    )  # fmt: skip
    clauses = intent.clauses if intent else ("0.6",)
    desk.emit(
        ev.OrderFilled(
            account=name, clauses=clauses, client_order_id=execution.client_order_id, contract=execution.contract,
            side=execution.side, quantity=execution.quantity, price=execution.price,
            commission=execution.commission, exec_id=execution.exec_id, intent=intent_id,
        )
    )  # fmt: skip
    for row in closed:
        desk.emit(row)
    if intent is not None:
        _after_fill(desk, intent)


def _after_fill(desk: Desk, intent: Intent) -> None:
    if intent.id not in desk.state.intents:
        desk.volatile.walks.pop(intent.id, None)
        finish(desk, intent)
    elif intent.order is None and intent.clip_open <= 0:
        desk.volatile.walks.pop(intent.id, None)


def _never_sent(desk: Desk, execution: inp.Execution) -> None:
    """A fill for an order that we never sent halts every account it could belong to."""
    for account in desk.trading():
        latch(desk, account, Latch.MISMATCH, ("9.5",))
    text = untrusted(f"A fill for an order we never sent: {execution.client_order_id}.")
    desk.alert("critical", text, None, ("9.5",))


def on_cancelled(desk: Desk, report: inp.OrderCancelled) -> None:
    """Dead, if what the broker says had filled is what we have booked; else the missing fills are asked for."""
    found = find(desk, report.client_order_id)
    if found is None:
        return
    intent, order = found
    if report.filled != order.filled:
        to_unknown(desk, intent, order)
        return
    cancelled(desk, intent, order)


@clause("0.6")
def on_rejected(desk: Desk, report: inp.OrderRejected) -> None:
    """A rejected order is dead. Only stops try again; five in a row stop the symbol's entries."""
    found = find(desk, report.client_order_id)
    if found is None:
        return
    intent, order = found
    desk.emit(
        ev.OrderRejected(
            account=intent.account, clauses=("0.6",), client_order_id=order.client_order_id,
            reason=untrusted(report.reason), intent=intent.id,
        )
    )  # fmt: skip
    symbol = intent.contract.symbol
    count = desk.state.rejections.get(symbol, 0)
    if count >= desk.law.rejections and symbol not in desk.state.rejecting:
        desk.emit(ev.SymbolRejecting(clauses=("0.6",), symbol=symbol, rejections=count))
        desk.alert("critical", f"{symbol}: {count} orders rejected in a row; entries wait for a reset.", None, ("0.6",))
    if intent.purpose.value != "stop":
        end(desk, intent, "rejected")


@clause("0.6")
def on_orders(desk: Desk, answer: inp.OrdersSeen) -> None:
    """Resolve what is unknown: filled is booked, open adopted, absent from two complete answers dead."""
    on_executed(desk, answer.executions)
    listed = {o.client_order_id: o for o in answer.orders}
    for intent in list(desk.state.intents.values()):
        order = intent.order
        if order is not None and order.status is OrderStatus.UNKNOWN:
            _resolve(desk, intent, order, listed.get(order.client_order_id), answer)
    if not any(i.order and i.order.status is OrderStatus.UNKNOWN for i in desk.state.intents.values()):
        desk.volatile.query_ms = None
    elif desk.volatile.query_ms is not None and desk.volatile.query_ms <= desk.now_ms:
        desk.volatile.query_ms = desk.now_ms + desk.law.walk.absence_gap_s * SECOND_MS


def _resolve(
    desk: Desk, intent: Intent, order: Working, seen: inp.BrokerOrder | None, answer: inp.OrdersSeen
) -> None:
    if seen is not None and seen.open:
        _adopt(desk, intent, order)
    elif seen is not None and seen.filled == order.filled:
        _say(desk, intent, order, "dead")
        cancelled(desk, intent, order, resolved=True)
    elif seen is None and answer.complete:
        first = desk.volatile.absent_ms.setdefault(order.client_order_id, desk.now_ms)
        if desk.now_ms - first >= desk.law.walk.absence_gap_s * SECOND_MS:
            _say(desk, intent, order, "dead")
            cancelled(desk, intent, order, resolved=True)


def _adopt(desk: Desk, intent: Intent, order: Working) -> None:
    """Found open: the walk goes on from here, or the cancel that was asked for is asked for again."""
    reason = order.cancel_reason
    _say(desk, intent, order, "open")
    desk.volatile.acked.add(order.client_order_id)
    desk.volatile.walks.pop(intent.id, None)
    if reason in REASON_CLAUSES:
        end(desk, intent, reason)


def _say(desk: Desk, intent: Intent, order: Working, outcome: str) -> None:
    desk.emit(
        ev.OrderResolved(
            account=intent.account, clauses=("0.6",), client_order_id=order.client_order_id, outcome=outcome,
            intent=intent.id,
        )
    )  # fmt: skip


def ask_again(desk: Desk) -> None:
    """Ask for what is still unknown when its time has come."""
    due = desk.volatile.query_ms
    if due is not None and desk.now_ms >= due:
        desk.ask(AskOrders())
