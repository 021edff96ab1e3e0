"""`apply`: the one place where the durable state changes. A restart is a fold of the journal through here."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from allusetui.domain import event as ev
from allusetui.domain.account import Account, AccountType, Latch, Position, Status, WindowLog
from allusetui.domain.contract import Contract, Option, Side, Stock
from allusetui.domain.input import Execution
from allusetui.domain.lot import Lot, closing_part, take
from allusetui.domain.moment import day_of, week_of
from allusetui.domain.money import ZERO, share_of
from allusetui.domain.order import Intent, OrderStatus, Purpose, Working
from allusetui.domain.state import Approval, Atr, State


def fold(records: Iterable[tuple[int, int, ev.Event]]) -> State:
    """The state that a journal tells."""
    state = State()
    for _, at_ms, event in records:
        apply(state, at_ms, event)
    return state


def apply(state: State, at_ms: int, event: ev.Event) -> None:
    """Change the state by one event. Deterministic, and blind to everything but its arguments."""
    state.at_ms = at_ms
    _turn_of_the_year(state, day_of(at_ms))
    change = _CHANGES.get(type(event))
    if change is not None:
        change(state, event)


def _turn_of_the_year(state: State, today: date) -> None:
    """Realized P&L and fees are counted by calendar year and quarter."""
    quarter = (today.year, (today.month - 1) // 3)
    if quarter == state.quarter:
        return
    for account in state.accounts.values():
        account.realized_quarter = ZERO
        if today.year != state.quarter[0]:
            account.realized_year = account.fees_year = ZERO
    state.quarter = quarter


def _account(state: State, event: ev.Event) -> Account:
    assert event.account is not None
    return state.accounts[event.account]


def _started(state: State, e: ev.SessionStarted) -> None:
    state.session, state.mode, state.seed = e.session, e.mode, e.seed
    state.constitution, state.constitution_hash = e.constitution, e.constitution_hash
    state.margin_rate, state.commission = e.margin_rate, e.commission


def _provisioned(state: State, e: ev.AccountProvisioned) -> None:
    assert e.account is not None
    account = Account(
        e.account, AccountType(e.type), e.group, e.trading, e.base, e.cash, e.high_water, e.opened,
        realized_quarter=e.realized_quarter, last_equity=e.equity,
    )  # fmt: skip
    for held in e.holdings:
        lot = Lot(held.shares, held.basis, ZERO, e.opened, held.assigned)
        account.lots.setdefault(Stock(held.symbol), []).append(lot)
    for option in e.options:
        account.lots.setdefault(option.contract, []).append(Lot(option.quantity, option.price, ZERO, option.opened))
        if option.quantity < 0:
            account.positions[option.contract] = Position(first_credit=option.price, sold_on=option.opened)
    state.accounts[e.account] = account


def _marked(state: State, e: ev.AccountMarked) -> None:
    account = _account(state, e)
    account.high_water, account.last_equity = e.high_water, e.equity
    if not e.at_cut:
        account.last_marked = day_of(state.at_ms)


def _state_changed(state: State, e: ev.StateChanged) -> None:
    _account(state, e).status = Status(e.to)


def _latched(state: State, e: ev.LatchSet) -> None:
    _account(state, e).latches.add(Latch(e.latch))


def _released(state: State, e: ev.LatchReleased) -> None:
    account = _account(state, e)
    account.latches.discard(Latch(e.latch))
    if e.latch == Latch.PAUSED:
        for position in account.positions.values():
            position.refused.clear()


def _window(state: State, account: Account, window: str) -> WindowLog:
    day = day_of(state.at_ms)
    log = account.windows.get(window)
    if log is None or log.day != day:
        log = account.windows[window] = WindowLog(day)
    return log


def _planned(state: State, e: ev.EntryPlanned) -> None:
    account = _account(state, e)
    _window(state, account, e.window).outcome[e.contract.symbol] = "planned"
    account.called_away.discard(e.contract.symbol)


def _skipped(state: State, e: ev.EntrySkipped) -> None:
    account = _account(state, e)
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
    state.intents[e.intent] = Intent(
        e.intent, e.account, e.purpose, e.contract, e.side, e.quantity, e.candidate, e.clauses, e.approved, e.chain,
        [e.quantity],
    )
    opened = e.candidate or (e.contract if e.purpose.opens and isinstance(e.contract, Option) else None)
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
    account = _account(state, e)
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
    execution = Execution(e.exec_id, e.client_order_id, e.contract, e.side, e.quantity, e.price, e.commission)
    if execution.root is not None:
        state.fills[execution.root[0]] = execution


def _trade(state: State, account: Account, e: ev.OrderFilled) -> None:
    """Cash, fees and lots of one fill; what is held the other way round is closed first, from the oldest."""
    signed = e.side.sign * e.quantity
    account.cash -= signed * e.price * e.contract.multiplier + e.commission
    account.fees_year += e.commission
    held = account.quantity(e.contract)
    closes = closing_part(held, signed)
    if closes:
        _, rest = take(account.lots[e.contract], -closes)
        _keep(account, e.contract, rest)
    if closes != signed:
        _open(state, account, e, signed - closes, max(-held, 0))


def _open(state: State, account: Account, e: ev.OrderFilled, signed: int, short: int) -> None:
    """The part of a fill that adds a lot, with its share of the commission; `short`: contracts sold before."""
    fees = e.commission - share_of(e.commission, e.quantity - abs(signed), e.quantity)
    if isinstance(e.contract, Option) and e.side is Side.SELL:
        position = account.positions.setdefault(e.contract, Position(sold_on=day_of(state.at_ms)))
        position.first_credit = (position.first_credit * short - e.price * signed) / (short - signed)
    account.lots.setdefault(e.contract, []).append(Lot(signed, e.price, fees, day_of(state.at_ms)))


def _keep(account: Account, contract: Contract, lots: list[Lot]) -> None:
    if lots:
        account.lots[contract] = lots
        return
    account.lots.pop(contract, None)
    if isinstance(contract, Option):
        account.positions.pop(contract, None)


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


def _atr_fixed(state: State, e: ev.AtrFixed) -> None:
    atr = Atr(e.atr, e.atr_source, e.day)
    state.atr[e.symbol] = atr
    if e.atr_source == "bars":
        state.last_bars_atr[e.symbol] = atr


# What the owner puts in or takes out is no gain and no drawdown (0.1, 0.9).
_FLOWS = frozenset({"deposit", "withdrawal"})


def _cash_booked(state: State, e: ev.CashBooked) -> None:
    if e.settlement in state.seen_ids:
        return
    state.seen_ids.add(e.settlement)
    account = _account(state, e)
    account.cash += e.amount
    if e.reason in _FLOWS:
        account.base += e.amount
        account.high_water += e.amount
    elif e.reason != "tax":
        account.realized_year += e.amount
        account.realized_quarter += e.amount


def _adjusted(state: State, e: ev.PositionAdjusted) -> None:
    if e.settlement in state.seen_ids:
        return
    state.seen_ids.add(e.settlement)
    account = _account(state, e)
    if e.reason == "accepted":
        _accept(state, account, e.contract, e.to - e.from_)
        return
    lots = account.lots.pop(e.contract)
    ratio = Decimal(e.to) / Decimal(e.from_)
    before = after = 0
    into = account.lots.setdefault(e.into, [])
    for lot in lots:
        before += lot.quantity
        quantity = int(before * ratio) - after
        after += quantity
        into.append(replace(lot, quantity=quantity, price=lot.price * lot.quantity / quantity))
    if isinstance(e.contract, Option) and isinstance(e.into, Option) and e.contract in account.positions:
        position = account.positions.pop(e.contract)
        position.first_credit /= ratio
        position.chain_cost /= ratio
        account.positions[e.into] = position


def _accept(state: State, account: Account, contract: Contract, signed: int) -> None:
    """What the operator accepts from the broker: gone from the oldest lot on, or more at no known price."""
    held = account.quantity(contract)
    gone = min(abs(held), abs(signed)) if held and (held > 0) != (signed > 0) else 0
    gone = gone if held > 0 else -gone
    _, rest = take(account.lots.get(contract, []), gone)
    more = signed + gone
    if more:
        rest.append(Lot(more, ZERO, ZERO, day_of(state.at_ms)))
        if isinstance(contract, Option) and more < 0:
            account.positions.setdefault(contract, Position(sold_on=day_of(state.at_ms)))
    _keep(account, contract, rest)


def _level(state: State, e: ev.LevelChanged) -> None:
    account = _account(state, e)
    position = account.positions[e.contract]
    position.level, position.level_from_buffer = e.to, e.stale
    position.escalated = e.to == 3 and "6.10" in e.clauses
    if e.to < e.from_:
        position.refused.clear()
    if e.to == 0:
        position.roll_prepared = False
    if e.to == 3:
        state.week_facts.setdefault(account.group, set()).add("Preservation")


def _roll_prepared(state: State, e: ev.RollPrepared) -> None:
    _account(state, e).positions[e.contract].roll_prepared = True


def _roll_done(state: State, e: ev.RollDone) -> None:
    account = _account(state, e)
    state.week_facts.setdefault(account.group, set()).add("Roll")
    position = account.positions.get(e.candidate)
    if position is None:
        return
    alone = -account.quantity(e.candidate) == e.quantity
    position.first_credit = e.first_credit if alone else min(position.first_credit, e.first_credit)
    position.chain_cost = e.chain_cost if alone else max(position.chain_cost, e.chain_cost)


def _call_held(state: State, e: ev.CallHeld) -> None:
    _account(state, e).positions[e.contract].expiry_looked = True


def _assignment_prepared(state: State, e: ev.AssignmentPrepared) -> None:
    _account(state, e).positions[e.contract].assignment_prepared = True


def _assigned(state: State, e: ev.AssignmentReceived) -> None:
    if e.settlement in state.seen_ids:
        return
    state.seen_ids.add(e.settlement)
    account = _account(state, e)
    taken, rest = take(account.lots[e.contract], -e.quantity)
    _keep(account, e.contract, rest)
    account.cash -= e.contract.notional * e.quantity
    for lot in taken:
        shares = -lot.quantity * e.contract.multiplier
        stock = Lot(shares, e.contract.strike - lot.price, lot.fees_usd, day_of(state.at_ms), assigned=True)
        account.lots.setdefault(Stock(e.contract.symbol), []).append(stock)
    _counts_for_its_week(state, account, e.contract)


def _called_away(state: State, e: ev.CalledAwayReceived) -> None:
    if e.settlement in state.seen_ids:
        return
    state.seen_ids.add(e.settlement)
    account = _account(state, e)
    _, rest = take(account.lots[e.contract], -e.quantity)
    _keep(account, e.contract, rest)
    account.cash += e.contract.notional * e.quantity
    stock = Stock(e.contract.symbol)
    _, shares = take(account.lots[stock], e.shares)
    _keep(account, stock, shares)
    account.called_away.add(e.contract.symbol)
    _counts_for_its_week(state, account, e.contract)


def _counts_for_its_week(state: State, account: Account, option: Option) -> None:
    state.assigned_weeks.setdefault(week_of(option.expiry), set()).add(account.group)


def _exercised(state: State, e: ev.ExercisedReceived) -> None:
    if e.settlement in state.seen_ids:
        return
    state.seen_ids.add(e.settlement)
    account = _account(state, e)
    taken, rest = take(account.lots[e.contract], e.quantity)
    _keep(account, e.contract, rest)
    stock = Stock(e.contract.symbol)
    if e.contract.is_put:
        account.cash += e.contract.notional * e.quantity
        _, shares = take(account.lots[stock], e.shares)
        _keep(account, stock, shares)
        return
    account.cash -= e.contract.notional * e.quantity
    for lot in taken:
        bought = Lot(
            lot.quantity * e.contract.multiplier, e.contract.strike + lot.price, lot.fees_usd, day_of(state.at_ms)
        )
        account.lots.setdefault(stock, []).append(bought)


def _mismatched(state: State, e: ev.ReconcileMismatch) -> None:
    if e.settlement is not None:
        state.seen_ids.add(e.settlement)


def _expired(state: State, e: ev.ExpiredReceived) -> None:
    if e.settlement in state.seen_ids:
        return
    state.seen_ids.add(e.settlement)
    account = _account(state, e)
    held = account.quantity(e.contract)
    quantity = e.quantity if held > 0 else -e.quantity
    _, rest = take(account.lots[e.contract], quantity)
    _keep(account, e.contract, rest)
    account.cash += quantity * e.price * e.contract.multiplier


def _lot_closed(state: State, e: ev.LotClosed) -> None:
    account = _account(state, e)
    account.realized_year += e.realized
    account.realized_quarter += e.realized


def _pivot(state: State, e: ev.PivotEntered | ev.PivotLeft) -> None:
    _account(state, e).pivoted = isinstance(e, ev.PivotEntered)


def _freeze(state: State, e: ev.FreezeOn | ev.FreezeOff) -> None:
    on = isinstance(e, ev.FreezeOn)
    if e.account is None:
        state.vix_stale = on
    else:
        _account(state, e).frozen = on


def _margin_found(state: State, e: ev.MarginFound) -> None:
    _account(state, e).over_margin = e.over


def _tripped(state: State, e: ev.BreakerTripped) -> None:
    state.breakers.add(e.tier)
    fact = {"hedged_week": "Hedged", "safe": "Preservation"}.get(e.tier)
    if fact:
        for group in {a.group for a in state.accounts.values()}:
            state.week_facts.setdefault(group, set()).add(fact)


def _cleared(state: State, e: ev.BreakerCleared) -> None:
    state.breakers.discard(e.tier)


def _requested(state: State, e: ev.ApprovalRequested) -> None:
    assert e.account is not None
    state.approval_count = int(e.id)
    state.approvals[e.id] = Approval(e.id, e.account, e.purpose, e.contract, e.quantity, e.candidate)


def _decided(state: State, e: ev.ApprovalDecided) -> None:
    prompt = state.approvals.pop(e.id)
    position = state.accounts[prompt.account].positions.get(prompt.contract)
    if e.decision == "refused" and position is not None:
        position.refused.add(prompt.purpose)


def _week_typed(state: State, e: ev.WeekTyped) -> None:
    if e.group is None and e.week != state.week_typed:
        state.week_typed, state.typed_facts = e.week, state.week_facts
        state.assigned_weeks = {week: groups for week, groups in state.assigned_weeks.items() if week >= e.week}
        hedged = "hedged_week" in state.breakers
        state.week_facts = {a.group: {"Hedged"} for a in state.accounts.values()} if hedged else {}


def _report_written(state: State, e: ev.ReportWritten) -> None:
    state.report_week = e.name


def _operator(state: State, e: ev.OperatorKey) -> None:
    if e.account is None:
        return
    account = _account(state, e)
    if e.action == "no_entries":
        account.no_entries = True
    elif e.action == "resume" and account.status is not Status.EMERGENCY:
        account.no_entries = False


def _rejecting(state: State, e: ev.SymbolRejecting) -> None:
    state.rejecting |= {(name, e.symbol) for name in state.accounts}


def _accepted(state: State, e: ev.RejectingEnded) -> None:
    assert e.account is not None
    state.rejecting.discard((e.account, e.symbol))
    state.rejections.pop(e.symbol, None)


_CHANGES: dict[type[ev.Event], Callable[[State, Any], None]] = {
    ev.SessionStarted: _started,
    ev.AccountProvisioned: _provisioned,
    ev.AccountMarked: _marked,
    ev.StateChanged: _state_changed,
    ev.LatchSet: _latched,
    ev.LatchReleased: _released,
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
    ev.AtrFixed: _atr_fixed,
    ev.CashBooked: _cash_booked,
    ev.PositionAdjusted: _adjusted,
    ev.LevelChanged: _level,
    ev.RollPrepared: _roll_prepared,
    ev.RollDone: _roll_done,
    ev.CallHeld: _call_held,
    ev.AssignmentPrepared: _assignment_prepared,
    ev.AssignmentReceived: _assigned,
    ev.CalledAwayReceived: _called_away,
    ev.ExercisedReceived: _exercised,
    ev.ExpiredReceived: _expired,
    ev.LotClosed: _lot_closed,
    ev.PivotEntered: _pivot,
    ev.PivotLeft: _pivot,
    ev.FreezeOn: _freeze,
    ev.FreezeOff: _freeze,
    ev.MarginFound: _margin_found,
    ev.BreakerTripped: _tripped,
    ev.BreakerCleared: _cleared,
    ev.ApprovalRequested: _requested,
    ev.ApprovalDecided: _decided,
    ev.ReconcileMismatch: _mismatched,
    ev.WeekTyped: _week_typed,
    ev.ReportWritten: _report_written,
    ev.OperatorKey: _operator,
    ev.SymbolRejecting: _rejecting,
    ev.RejectingEnded: _accepted,
}
