"""How events of entries and orders change the state."""

from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.account import Account, Position, WindowLog
from allusetui.domain.contract import Option, Side
from allusetui.domain.input import Execution
from allusetui.domain.lot import Lot, closing_part, take
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO, share_of
from allusetui.domain.order import Intent, OrderStatus, Pocket, Purpose, Working
from allusetui.domain.state import State
from allusetui.engine.changes.held import Changes, account_of, keep


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
    )
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
        intent.clip, intent.clip_open = e.clip, intent.clips.pop(0)
    intent.version = e.version
    intent.last_order_id = e.client_order_id
    intent.order = Working(e.client_order_id, e.version, e.step, e.limit, e.quantity, state.at_ms)


def _cancel_requested(state: State, e: ev.CancelRequested) -> None:
    order = state.intents[e.intent].order
    assert order is not None
    order.status, order.cancel_reason = OrderStatus.CANCELLING, e.reason


def _filled(state: State, e: ev.OrderFilled) -> None:
    if e.exec_id in state.seen_ids:
        return
    state.seen_ids.add(e.exec_id)
    account = account_of(state, e)
    gained = _gained(account, e)
    _trade(state, account, e)
    _remember(state, e)
    state.rejections.pop(e.contract.symbol, None)
    intent = state.intents.get(e.intent)
    if intent is None:
        return
    if e.contract != intent.contract:
        intent.received += e.price * e.quantity * (1 if e.side is Side.SELL else -1)
        return
    # What takes back a fill that the broker corrects goes the other way.
    filled = e.quantity if e.side is intent.side else -e.quantity
    intent.paid += e.price * filled
    intent.filled += filled
    intent.gained += gained
    if intent.purpose is Purpose.HEDGE:
        account.hedges.spent += e.price * filled * e.contract.multiplier
    if intent.purpose is Purpose.STOCK and intent.side is Side.BUY:
        account.to_invest -= e.price * filled + e.commission
    intent.clip_open -= filled
    order = intent.order
    if order is not None and order.client_order_id == e.client_order_id:
        order.filled += filled
        if order.open_quantity == 0:
            intent.order = None
    _drop_filled(state, intent)


def _drop_filled(state: State, intent: Intent) -> None:
    """An intent is over when all is filled and nothing of it lives: a late fill may leave a version too many."""
    if intent.open_quantity <= 0 and intent.order is None:
        del state.intents[intent.id]


def _remember(state: State, e: ev.OrderFilled) -> None:
    day = e.day or day_of(state.at_ms)
    execution = Execution(e.exec_id, e.client_order_id, e.contract, e.side, e.quantity, e.price, e.commission, day)
    if execution.root is not None:
        state.fills[execution.root[0]] = execution


def _gained(account: Account, e: ev.OrderFilled) -> Decimal:
    """What a sale out of a long option realizes, dollars net of the fees on both sides."""
    held = account.quantity(e.contract)
    if not isinstance(e.contract, Option) or e.side is not Side.SELL or held <= 0:
        return ZERO
    taken, _ = take(account.lots[e.contract], min(e.quantity, held))
    cost = sum((lot.price * lot.quantity for lot in taken), ZERO) * e.contract.multiplier
    fees = sum((lot.fees_usd for lot in taken), ZERO)
    return e.price * e.quantity * e.contract.multiplier - cost - fees - e.commission


def _trade(state: State, account: Account, e: ev.OrderFilled) -> None:
    """Cash, fees and lots of one fill; what is held the other way round is closed first, from the oldest."""
    signed = e.side.sign * e.quantity
    account.fees_year += e.commission
    held = account.quantity(e.contract)
    if isinstance(e.contract, Option) and not e.contract.is_index and account.trades_long(e.contract, e.side):
        account.ladder.trade(e.paid_usd)
    if e.pocket is Pocket.LEAP_CASH:
        account.leap_cash -= e.paid_usd
    elif isinstance(e.contract, Option) and account.trades_long(e.contract, e.side):
        account.move_flow(-e.paid_usd)
    else:
        account.cash -= e.paid_usd
        if isinstance(e.contract, Option):
            account.week_premium -= signed * e.price * e.contract.multiplier
    closes = closing_part(held, signed)
    if closes:
        _, rest = take(account.lots[e.contract], -closes)
        keep(account, e.contract, rest)
    if closes != signed:
        _open(state, account, e, signed - closes, max(-held, 0))


def _open(state: State, account: Account, e: ev.OrderFilled, signed: int, short: int) -> None:
    """The part of a fill that adds a lot, with its share of the commission; `short`: contracts sold before."""
    fees = e.commission - share_of(e.commission, e.quantity - abs(signed), e.quantity)
    if isinstance(e.contract, Option) and e.side is Side.SELL:
        position = account.positions.setdefault(e.contract, Position(sold_on=day_of(state.at_ms)))
        position.first_credit = (position.first_credit * short - e.price * signed) / (short - signed)
    account.lots.setdefault(e.contract, []).append(Lot(signed, e.price, fees, day_of(state.at_ms)))


def _dead(state: State, e: ev.OrderCancelled | ev.OrderRejected) -> None:
    intent = state.intents.get(e.intent)
    if intent is not None and intent.order is not None and intent.order.client_order_id == e.client_order_id:
        intent.order = None
        _drop_filled(state, intent)
    if isinstance(e, ev.OrderRejected) and intent is not None:
        symbol = intent.contract.symbol
        state.rejections[symbol] = state.rejections.get(symbol, 0) + 1


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
        _drop_filled(state, intent)


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
    ev.OrderFilled: _filled,
    ev.OrderCancelled: _dead,
    ev.OrderRejected: _dead,
    ev.OrderUnknown: _unknown,
    ev.OrderResolved: _resolved,
    ev.OrderAbandoned: _abandoned,
    ev.SymbolRejecting: _rejecting,
    ev.RejectingEnded: _accepted,
}
