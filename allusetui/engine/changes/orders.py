"""How events of entries and orders change the state."""

from allusetui.domain import event as ev
from allusetui.domain.account import Account, WindowLog
from allusetui.domain.contract import Option
from allusetui.domain.moment import day_of
from allusetui.domain.order import Intent, OrderStatus, Purpose, Working
from allusetui.domain.state import State
from allusetui.engine.changes.fills import drop_filled, filled
from allusetui.engine.changes.held import Changes, account_of


def _window(state: State, account: Account, window: str) -> WindowLog:
    day = day_of(state.at_ms)
    log = account.windows.get(window)
    if log is None or log.day != day:
        log = account.windows[window] = WindowLog(day)
    return log


def _planned(state: State, e: ev.EntryPlanned) -> None:
    account = account_of(state, e)
    _window(state, account, e.window).outcome[e.contract.symbol] = "planned"
    account.called_away.discard(e.contract.symbol)


def _skipped(state: State, e: ev.EntrySkipped) -> None:
    account = account_of(state, e)
    log = _window(state, account, e.window)
    log.outcome[e.symbol] = e.reason
    log.told.add((e.symbol, e.reason))
    if e.reason == "earnings":
        state.week_facts.setdefault(account.group, set()).add("Earnings-Filter")


def _intended(state: State, e: ev.OrderIntended) -> None:
    assert e.account is not None
    looked = state.accounts[e.account].positions.get(e.contract) if isinstance(e.contract, Option) else None
    if looked is not None and "6.5" in e.clauses and e.purpose is Purpose.CLOSE:
        looked.expiry_looked = True
    state.intent_count = int(e.intent)
    intent = state.intents[e.intent] = Intent(
        e.intent, e.account, e.purpose, e.contract, e.side, e.quantity, e.candidate, e.clauses, e.approved, e.chain,
        [e.quantity], leap=e.leap,
    )  # fmt: skip
    opened = e.candidate or (e.contract if intent.adds and isinstance(e.contract, Option) else None)
    if opened is not None:
        today = day_of(state.at_ms)
        if state.planned_day != today:
            state.planned_day, state.planned_today = today, {}
        state.planned_today[opened] = state.planned_today.get(opened, 0) + e.quantity


def _split(state: State, e: ev.IntentSplit) -> None:
    intent = state.intents[e.intent]
    if e.clip:
        intent.halvings += 1
        intent.clip_open = 0
        intent.clips[:0] = e.sizes
    else:
        intent.clips = list(e.sizes)


def _sent(state: State, e: ev.OrderSent | ev.OrderReplaced) -> None:
    intent = state.intents[e.intent]
    if e.clip != intent.clip:
        del intent.clips[0]
        intent.clip, intent.clip_open = e.clip, e.quantity
    intent.version = e.version
    intent.last_order_id = e.client_order_id
    intent.order = Working(e.client_order_id, e.version, e.step, e.limit, e.quantity, state.at_ms)


def _cancel_requested(state: State, e: ev.CancelRequested) -> None:
    order = state.intents[e.intent].order
    assert order is not None
    order.status, order.cancel_reason = OrderStatus.CANCELLING, e.reason


def _dead(state: State, e: ev.OrderCancelled | ev.OrderRejected) -> None:
    intent = state.intents.get(e.intent)
    if intent is not None and intent.order is not None and intent.order.client_order_id == e.client_order_id:
        intent.order = None
        drop_filled(state, intent)
    if isinstance(e, ev.OrderRejected) and intent is not None:
        symbol = intent.contract.symbol
        if e.fits is None:
            state.rejections[symbol] = state.rejections.get(symbol, 0) + 1
        elif e.fits:
            intent.quantity, intent.clip_open, intent.clips = intent.filled + e.fits, e.fits, []


def _unknown(state: State, e: ev.OrderUnknown) -> None:
    order = state.intents[e.intent].order
    assert order is not None
    order.status = OrderStatus.UNKNOWN


def _resolved(state: State, e: ev.OrderResolved) -> None:
    intent = state.intents.get(e.intent)
    if intent is None or intent.order is None or intent.order.client_order_id != e.client_order_id:
        return
    if e.outcome == "open":
        intent.order.status = OrderStatus.SENT
    else:
        intent.order = None
        drop_filled(state, intent)


def _abandoned(state: State, e: ev.OrderAbandoned) -> None:
    intent = state.intents.pop(e.intent, None)
    if intent is None:
        return
    account = state.accounts[intent.account]
    for log in account.windows.values():
        symbol, today = intent.contract.symbol, day_of(state.at_ms)
        if e.reason == "paused" and log.day == today and log.outcome.get(symbol) == "planned":
            log.outcome[symbol] = "abandoned"


def _rejecting(state: State, e: ev.SymbolRejecting) -> None:
    state.rejecting |= {(name, e.symbol) for name in state.accounts}


def _accepted(state: State, e: ev.RejectingEnded) -> None:
    assert e.account is not None
    state.rejecting.discard((e.account, e.symbol))
    state.rejections.pop(e.symbol, None)


CHANGES: Changes = {
    ev.EntryPlanned: _planned,
    ev.EntrySkipped: _skipped,
    ev.OrderIntended: _intended,
    ev.IntentSplit: _split,
    ev.OrderSent: _sent,
    ev.OrderReplaced: _sent,
    ev.CancelRequested: _cancel_requested,
    ev.OrderFilled: filled,
    ev.OrderCancelled: _dead,
    ev.OrderRejected: _dead,
    ev.OrderUnknown: _unknown,
    ev.OrderResolved: _resolved,
    ev.OrderAbandoned: _abandoned,
    ev.SymbolRejecting: _rejecting,
    ev.RejectingEnded: _accepted,
}
