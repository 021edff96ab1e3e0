"""What the broker reports of our orders: acknowledgements, fills, deaths, and answers to our questions."""

from collections.abc import Iterable
from datetime import date

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Account, Latch
from allusetui.domain.contract import Option
from allusetui.domain.lot import closing_part, take
from allusetui.domain.moment import SECOND_MS, day_of
from allusetui.domain.money import share_of
from allusetui.domain.order import Intent, OrderStatus, Pocket, Purpose, Working
from allusetui.domain.state import Booked
from allusetui.domain.text import untrusted
from allusetui.engine.corrections import earlier_of, is_of_another, is_older, lots_corrected, taking_back
from allusetui.engine.desk import Desk, lots_closed
from allusetui.engine.machine import latch
from allusetui.engine.orders import cancelled, end
from allusetui.engine.outcome import finish
from allusetui.engine.sending import REASON_CLAUSES, to_unknown
from allusetui.engine.strangers import (
    account_of,
    cancel_risen,
    intent_id_of,
    is_known,
    never_sent,
    on_foreign,
    tell_orphans,
)
from allusetui.rules.situation import clause


def find(desk: Desk, client_order_id: str) -> tuple[Intent, Working] | None:
    """The open intent whose order of now carries the id."""
    for intent in desk.state.intents.values():
        if intent.order is not None and intent.order.client_order_id == client_order_id:
            return intent, intent.order
    return None


def on_acked(desk: Desk, report: inp.OrderAcked) -> None:
    """The broker works it; where that is no order of now, all of them are asked for: it may have been found dead."""
    desk.volatile.acked.add(report.client_order_id)
    if find(desk, report.client_order_id) is None:
        desk.ask_orders()


@clause("0.6")
def on_executed(desk: Desk, executions: Iterable[inp.Execution]) -> None:
    """Book each fill once; the leg that the intent counts comes last."""
    seen = desk.state.seen_ids
    fresh = {e.exec_id: e for e in executions if not {e.exec_id, name_of_unseen(e.client_order_id)} & seen}
    rows = list(fresh.values())
    rows.sort(key=lambda e: _is_counted_leg(desk, e))
    for execution in rows:
        desk.volatile.acked.add(execution.client_order_id)
        if not is_older(desk, execution):
            _book(desk, execution)
            desk.volatile.traded_ms = desk.now_ms


def name_of_unseen(client_order_id: str) -> str:
    """Under which name a fill is booked that the broker's book alone shows: what of the order is told later is it."""
    return f"seen-{client_order_id}"


def _is_counted_leg(desk: Desk, execution: inp.Execution) -> bool:
    intent = desk.state.intents.get(intent_id_of(execution.client_order_id))
    return intent is not None and intent.contract == execution.contract


def _book(desk: Desk, execution: inp.Execution) -> None:
    name = account_of(execution.client_order_id)
    account = desk.state.accounts.get(name)
    intent_id = intent_id_of(execution.client_order_id)
    if account is None or not is_known(desk, execution.client_order_id):
        never_sent(desk, account, execution)
        return
    if is_of_another(desk, execution):
        _of_another(desk, account, execution)
        return
    intent = desk.state.intents.get(intent_id)
    earlier = earlier_of(desk, execution)
    unknown = intent.order if intent and intent.order and intent.order.status is OrderStatus.UNKNOWN else None
    filled = ev.OrderFilled(
        account=name, clauses=intent.clauses if intent else ("0.6",), client_order_id=execution.client_order_id,
        contract=execution.contract, side=execution.side, quantity=execution.quantity, price=execution.price,
        commission=execution.commission, exec_id=execution.exec_id, intent=intent_id,
        pocket=_pocket(account, execution, intent) if earlier is None else earlier.pocket,
        day=_day(desk, execution, earlier),
    )  # fmt: skip
    closed = _closed_by(account, filled) if earlier is None else lots_corrected(account, earlier, filled)
    if earlier is not None:
        desk.emit(taking_back(earlier, filled))
    for event in (filled, *closed):
        desk.emit(event)
    if intent is not None:
        if unknown is not None and intent.order is None:
            _say(desk, intent, unknown, "filled")
        _after_fill(desk, intent)


@clause("17.4")
def _pocket(account: Account, execution: inp.Execution, intent: Intent | None) -> Pocket:
    """Growth LEAPs are paid out of their own cash and bring theirs back to it; so does a roll of the ladder's puts."""
    option = execution.contract
    if not isinstance(option, Option) or not account.trades_long(option, execution.side):
        return Pocket.CASH
    rolls = intent is not None and intent.purpose is Purpose.LEAP
    return Pocket.LEAP_CASH if rolls or not option.is_index else Pocket.CASH


def _closed_by(account: Account, fill: ev.OrderFilled) -> list[ev.LotClosed]:
    """The lots that a fill closes. One that crossed with an assignment may be larger: the rest of it opens."""
    contract = fill.contract
    closes = closing_part(account.quantity(contract), fill.signed)
    taken, _ = take(account.lots.get(contract, []), -closes)
    fees = share_of(fill.commission, abs(closes), fill.quantity)
    return lots_closed(account, contract, taken, fill.price, fees, ("10.3",))


def _day(desk: Desk, execution: inp.Execution, earlier: Booked | None) -> date | None:
    """The earlier day that a fill is of: by the broker's word, or of what it corrects; None for today."""
    day = execution.day or (earlier.execution.day if earlier else None)
    return day if day is not None and day < desk.today else None


@clause("9.5")
def _of_another(desk: Desk, account: Account, execution: inp.Execution) -> None:
    """Nothing is booked: what the broker means by it its own book will tell."""
    latch(desk, account, Latch.MISMATCH, ("9.5",))
    text = untrusted(f"A correction of a fill names another order or contract: {execution.exec_id}.")
    desk.alert("critical", text, account.name, ("9.5",))


def _after_fill(desk: Desk, intent: Intent) -> None:
    if intent.order is None:
        desk.volatile.over_ms = desk.now_ms
    if intent.id not in desk.state.intents:
        desk.volatile.walks.pop(intent.id, None)
        finish(desk, intent)
    elif intent.order is None and intent.clip_open <= 0:
        desk.volatile.walks.pop(intent.id, None)


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


@clause("0.6", "0.10")
def on_rejected(desk: Desk, report: inp.OrderRejected) -> None:
    """A rejected order is dead. Only stops try again, and what the broker's margin carries of an order that opens.

    Five in a row stop the symbol's entries; what the margin does not carry is cut as a plan is, and is no rejection.
    """
    found = find(desk, report.client_order_id)
    if found is None:
        return
    intent, order = found
    desk.volatile.over_ms = desk.now_ms
    desk.emit(
        ev.OrderRejected(
            account=intent.account, clauses=("0.6",) if report.fits is None else ("0.10",),
            client_order_id=order.client_order_id, reason=untrusted(report.reason), intent=intent.id,
            fits=report.fits,
        )
    )  # fmt: skip
    if report.fits is None:
        _count_rejection(desk, intent)
    if report.fits and intent.id in desk.state.intents:
        desk.volatile.walks.pop(intent.id, None)  # nothing has been at the broker: the walk begins
    elif intent.purpose is not Purpose.STOP and intent.id in desk.state.intents:
        end(desk, intent, "rejected")


def _count_rejection(desk: Desk, intent: Intent) -> None:
    symbol = intent.contract.symbol
    count = desk.state.rejections.get(symbol, 0)
    told = all((name, symbol) in desk.state.rejecting for name in desk.state.accounts)
    if count >= desk.law.rejections and not told:
        desk.emit(ev.SymbolRejecting(clauses=("0.6",), symbol=symbol, rejections=count))
        desk.alert("critical", f"{symbol}: {count} orders rejected in a row; entries wait for a reset.", None, ("0.6",))


@clause("0.6")
def on_orders(desk: Desk, answer: inp.OrdersSeen) -> None:
    """Resolve what is unknown: filled is booked, open adopted, absent from two complete answers dead.

    An answer may be overtaken on its way: it proves nothing of an order that became unknown after it was asked for.
    """
    newest = desk.volatile.orders_asked.hear(answer.since_ms)
    on_executed(desk, answer.executions)
    tell_orphans(desk, answer)
    for foreign in answer.foreign:
        on_foreign(desk, foreign)
    listed = {o.client_order_id: o for o in answer.orders}
    for intent in list(desk.state.intents.values()):
        order = intent.order
        if order is None or order.status is not OrderStatus.UNKNOWN:
            continue
        if answer.since_ms >= desk.volatile.doubted_ms.get(order.client_order_id, 0):
            _resolve(desk, intent, order, listed.get(order.client_order_id), answer)
    if cancel_risen(desk, answer):
        desk.volatile.query_ms = desk.now_ms + desk.law.walk.absence_gap_s * SECOND_MS
    elif newest:
        _plan_query(desk, answer)


def _plan_query(desk: Desk, answer: inp.OrdersSeen) -> None:
    """When to ask next: for what is unknown, and in a resume for what did not come whole."""
    query_ms = desk.volatile.query_ms
    if not any_unknown(desk) and (answer.complete or not desk.volatile.resuming):
        desk.volatile.query_ms = None
    elif query_ms is None or query_ms <= desk.now_ms:
        desk.volatile.query_ms = desk.now_ms + desk.law.walk.absence_gap_s * SECOND_MS


def _resolve(desk: Desk, intent: Intent, order: Working, seen: inp.BrokerOrder | None, answer: inp.OrdersSeen) -> None:
    if seen is not None and seen.open:
        _adopt(desk, intent, order)
    elif seen is not None and seen.filled == order.filled:
        found_dead(desk, intent, order)
    elif answer.complete and (seen is None or _is_of_earlier_day(desk, order)):
        first = desk.volatile.absent_ms.setdefault(order.client_order_id, answer.since_ms)
        if answer.since_ms - first >= desk.law.walk.absence_gap_s * SECOND_MS:
            _on_absent(desk, intent, order)


@clause("0.6", "9.5")
def _on_absent(desk: Desk, intent: Intent, order: Working) -> None:
    """Over; of an order of today nothing had filled, what of an earlier one had stands in the book alone."""
    if _is_of_earlier_day(desk, order):
        desk.volatile.unseen.add(order.client_order_id)
        desk.volatile.positions_wanted = True
    else:
        found_dead(desk, intent, order)


def _is_of_earlier_day(desk: Desk, order: Working) -> bool:
    """Whether it was for a day of which the broker tells nothing any more: neither executions nor ended orders."""
    return day_of(order.sent_ms) < desk.today


def _adopt(desk: Desk, intent: Intent, order: Working) -> None:
    """Found open: the walk goes on from here, or the cancel that was asked for is asked for again."""
    reason = order.cancel_reason
    desk.volatile.unseen.discard(order.client_order_id)
    _say(desk, intent, order, "open")
    desk.volatile.acked.add(order.client_order_id)
    desk.volatile.walks.pop(intent.id, None)
    if reason in REASON_CLAUSES:
        end(desk, intent, reason)


def found_dead(desk: Desk, intent: Intent, order: Working) -> None:
    """An unknown order is over: nothing but what is booked of it has filled."""
    _say(desk, intent, order, "dead")
    cancelled(desk, intent, order, resolved=True)


def _say(desk: Desk, intent: Intent, order: Working, outcome: str) -> None:
    """What an unknown order has turned out to be: open, filled or dead."""
    desk.emit(
        ev.OrderResolved(
            account=intent.account, clauses=("0.6",), client_order_id=order.client_order_id, outcome=outcome,
            intent=intent.id,
        )
    )  # fmt: skip


def ask_again(desk: Desk) -> None:
    """Ask for what is still unknown when its time has come, and no answer is on its way."""
    due = desk.volatile.query_ms
    if due is not None and desk.now_ms >= due and desk.volatile.orders_asked.until_ms is None:
        desk.ask_orders()


def any_unknown(desk: Desk) -> bool:
    """Whether there is an order that may still do something, and nobody knows what (0.6)."""
    unknown = (i.order for i in desk.state.intents.values() if i.order and i.order.status is OrderStatus.UNKNOWN)
    return any(order.client_order_id not in desk.volatile.unseen for order in unknown)


def are_in_doubt(desk: Desk) -> bool:
    """Whether the books can't be compared yet: an order is unknown, or what the broker says of all is on its way."""
    return any_unknown(desk) or desk.volatile.query_ms is not None or desk.volatile.orders_asked.until_ms is not None
