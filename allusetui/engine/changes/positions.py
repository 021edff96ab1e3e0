"""How events of what is held change the state: levels, settlements, lots, cash."""

from datetime import date
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.account import Account, Position
from allusetui.domain.calendar import months_later
from allusetui.domain.contract import Contract, Option, Stock
from allusetui.domain.lot import Lot, adjusted, delivered_on, take
from allusetui.domain.moment import day_of, month_of, quarter_of, week_of
from allusetui.domain.money import ZERO
from allusetui.domain.state import Dividend, State
from allusetui.engine.changes.held import Changes, account_of, keep

# Longer than any loss may still be flagged: what is older is forgotten.
_LOSS_MONTHS = 3


def _cash_booked(state: State, e: ev.CashBooked) -> None:
    if e.settlement in state.seen_ids:
        return
    state.seen_ids.add(e.settlement)
    state.dividends.pop(e.settlement, None)
    if e.reason == "accepted":
        state.dividends.clear()  # any of them may be part of it
    account = account_of(state, e)
    if e.is_capital:  # no gain and no drawdown (0.1, 0.9)
        account.base += e.amount
        account.move_flow(e.amount)
    elif e.reason == "tax":
        _pay_tax(account, -e.amount)
    else:
        account.cash += e.amount
        _realize(state, account, e.amount, e.day)


def _realize(state: State, account: Account, amount: Decimal, day: date | None) -> None:
    """Count a gain or loss in its own quarter; in this one where that has been shared out already (3.5)."""
    own = state.quarter if day is None else quarter_of(day)
    if own == state.quarter or own <= account.reinvested:
        account.realized_quarter += amount
    else:
        account.gains[own] = account.gains.get(own, ZERO) + amount
    if day is None or own[:4] == state.quarter[:4]:
        account.realized_year += amount


def _dividend_announced(state: State, e: ev.DividendAnnounced) -> None:
    today, known = day_of(state.at_ms), state.announced.get(e.symbol, {})
    state.announced[e.symbol] = {ex: a_share for ex, a_share in known.items() if ex >= today} | {e.ex: e.a_share}


def _dividend_expected(state: State, e: ev.DividendExpected) -> None:
    today = day_of(state.at_ms)
    state.dividends = {id_: each for id_, each in state.dividends.items() if each.is_awaited(today)}
    state.dividends[e.settlement] = Dividend(account_of(state, e).name, e.symbol, e.ex, e.amount)


def _pay_tax(account: Account, amount: Decimal) -> None:
    """Out of the reserve, the oldest year's first."""
    for year in sorted(account.reserves):
        part = min(amount, account.reserves[year])
        account.reserves[year] -= part
        amount -= part


def _adjusted(state: State, e: ev.PositionAdjusted) -> None:
    if e.settlement in state.seen_ids:
        return
    state.seen_ids.add(e.settlement)
    account = account_of(state, e)
    if e.reason == "accepted":
        _accept(state, account, e.contract, e.to - e.from_)
        return
    lots = account.lots.pop(e.contract)
    position = account.positions.pop(e.contract, None) if isinstance(e.contract, Option) else None
    if not e.to:
        return  # less than one of the new kind: it lapses
    ratio = Decimal(e.to) / Decimal(e.from_)
    account.lots.setdefault(e.into, []).extend(adjusted(lots, ratio))
    if position is not None and isinstance(e.into, Option):
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
    keep(account, contract, rest)


def _level(state: State, e: ev.LevelChanged) -> None:
    account = account_of(state, e)
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
    account_of(state, e).positions[e.contract].roll_prepared = True


def _roll_done(state: State, e: ev.RollDone) -> None:
    account = account_of(state, e)
    state.week_facts.setdefault(account.group, set()).add("Roll")
    position = account.positions.get(e.candidate)
    if position is None:
        return
    alone = -account.quantity(e.candidate) == e.quantity
    position.first_credit = e.first_credit if alone else min(position.first_credit, e.first_credit)
    position.chain_cost = e.chain_cost if alone else max(position.chain_cost, e.chain_cost)


def _call_held(state: State, e: ev.CallHeld) -> None:
    account_of(state, e).positions[e.contract].expiry_looked = True


def _assignment_feared(state: State, e: ev.AssignmentFeared) -> None:
    account_of(state, e).positions[e.contract].assignment_feared = True


def _assignment_prepared(state: State, e: ev.AssignmentPrepared) -> None:
    account_of(state, e).positions[e.contract].assignment_prepared = True


def _assigned(state: State, e: ev.AssignmentReceived) -> None:
    if e.settlement in state.seen_ids:
        return
    state.seen_ids.add(e.settlement)
    account = account_of(state, e)
    taken, rest = take(account.lots[e.contract], -e.quantity)
    keep(account, e.contract, rest)
    account.cash -= e.contract.notional * e.quantity
    opened = delivered_on(e.contract, day_of(state.at_ms))
    for lot in taken:
        shares = -lot.quantity * e.contract.multiplier
        stock = Lot(shares, e.contract.strike - lot.price, lot.fees_usd, opened, assigned=True)
        account.lots.setdefault(Stock(e.contract.symbol), []).append(stock)
    _counts_for_its_week(state, account, e.contract)


def _called_away(state: State, e: ev.CalledAwayReceived) -> None:
    if e.settlement in state.seen_ids:
        return
    state.seen_ids.add(e.settlement)
    account = account_of(state, e)
    _, rest = take(account.lots[e.contract], -e.quantity)
    keep(account, e.contract, rest)
    account.cash += e.contract.notional * e.quantity
    stock = Stock(e.contract.symbol)
    _, shares = take(account.lots[stock], e.shares)
    keep(account, stock, shares)
    account.called_away.add(e.contract.symbol)
    _counts_for_its_week(state, account, e.contract)


def _counts_for_its_week(state: State, account: Account, option: Option) -> None:
    state.assigned_weeks.setdefault(week_of(option.expiry), set()).add(account.group)


def _exercised(state: State, e: ev.ExercisedReceived) -> None:
    if e.settlement in state.seen_ids:
        return
    state.seen_ids.add(e.settlement)
    account = account_of(state, e)
    taken, rest = take(account.lots[e.contract], e.quantity)
    keep(account, e.contract, rest)
    stock = Stock(e.contract.symbol)
    if e.contract.is_put:
        account.cash += e.contract.notional * e.quantity
        _, shares = take(account.lots[stock], e.shares)
        keep(account, stock, shares)
        return
    account.cash -= e.contract.notional * e.quantity
    opened = delivered_on(e.contract, day_of(state.at_ms))
    for lot in taken:
        bought = Lot(lot.quantity * e.contract.multiplier, e.contract.strike + lot.price, lot.fees_usd, opened)
        account.lots.setdefault(stock, []).append(bought)


def _expired(state: State, e: ev.ExpiredReceived) -> None:
    if e.settlement in state.seen_ids:
        return
    state.seen_ids.add(e.settlement)
    account = account_of(state, e)
    held = account.quantity(e.contract)
    quantity = e.quantity if held > 0 else -e.quantity
    _, rest = take(account.lots[e.contract], quantity)
    keep(account, e.contract, rest)
    paid = quantity * e.price * e.contract.multiplier
    if held > 0:
        account.move_flow(paid)
    else:
        account.cash += paid


def _lot_closed(state: State, e: ev.LotClosed) -> None:
    account = account_of(state, e)
    _realize(state, account, e.realized, e.day)
    if e.realized < 0:
        day = day_of(state.at_ms)
        oldest = month_of(months_later(day, -_LOSS_MONTHS))
        state.losses.setdefault(month_of(day), set()).add(e.contract.symbol)
        state.losses = {month: symbols for month, symbols in state.losses.items() if month >= oldest}


CHANGES: Changes = {
    ev.CashBooked: _cash_booked,
    ev.DividendAnnounced: _dividend_announced,
    ev.DividendExpected: _dividend_expected,
    ev.PositionAdjusted: _adjusted,
    ev.LevelChanged: _level,
    ev.RollPrepared: _roll_prepared,
    ev.RollDone: _roll_done,
    ev.CallHeld: _call_held,
    ev.AssignmentFeared: _assignment_feared,
    ev.AssignmentPrepared: _assignment_prepared,
    ev.AssignmentReceived: _assigned,
    ev.CalledAwayReceived: _called_away,
    ev.ExercisedReceived: _exercised,
    ev.ExpiredReceived: _expired,
    ev.LotClosed: _lot_closed,
}
