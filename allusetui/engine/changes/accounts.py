"""How events of accounts change the state: what they begin with, are worth and are latched by."""

from dataclasses import replace

from allusetui.domain import event as ev
from allusetui.domain.account import Account, AccountType, Latch, Position, Status
from allusetui.domain.contract import Stock
from allusetui.domain.lot import Lot
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO
from allusetui.domain.state import State
from allusetui.engine.changes.held import Changes, account_of
from allusetui.engine.transitions import LEGAL


def _provisioned(state: State, e: ev.AccountProvisioned) -> None:
    assert e.account is not None
    account = Account(
        e.account, AccountType(e.type), e.group, e.trading, e.base, e.cash, e.high_water, e.opened,
        realized_quarter=e.realized_quarter, last_equity=e.first_mark, week_equity=e.first_mark,
    )  # fmt: skip
    for held in e.holdings:
        lot = Lot(held.shares, held.basis, ZERO, e.opened, held.assigned)
        account.lots.setdefault(Stock(held.symbol), []).append(lot)
    for option in e.options:
        account.lots.setdefault(option.contract, []).append(Lot(option.quantity, option.price, ZERO, option.opened))
        if option.quantity < 0:
            sold = Position(first_credit=option.price, sold_on=option.opened)
            position = account.positions.setdefault(option.contract, sold)
            # Of several sales the least credit bounds the rolls (6.10), and the first day counts (6.5).
            position.first_credit = min(position.first_credit, option.price)
            position.sold_on = min(position.sold_on, option.opened)
    state.accounts[e.account] = account
    # What is rejected for every account is so for one that comes later.
    state.rejecting |= {(e.account, symbol) for _, symbol in state.rejecting}


def _forked(state: State, e: ev.AccountForked) -> None:
    account_of(state, e).move_flow(-e.amount)


def _run_off(state: State, e: ev.RunOffBegun) -> None:
    account_of(state, e).run_off_on = day_of(state.at_ms)


def _merged(state: State, e: ev.AccountMerged) -> None:
    ended, heir = account_of(state, e), state.accounts[e.to]
    ended.move_flow(-e.amount)
    heir.move_flow(e.amount)
    heir.base += e.amount
    ended.leap_cash -= e.leap_cash
    heir.leap_cash += e.leap_cash
    ended.merged, ended.trading = True, False
    for id_, dividend in state.dividends.items():
        if dividend.account == ended.name:
            state.dividends[id_] = replace(dividend, account=heir.name)


def _marked(state: State, e: ev.AccountMarked) -> None:
    account = account_of(state, e)
    state.marked_ms = state.at_ms
    account.high_water, account.last_equity = e.high_water, e.equity
    account.ladder.mark(e.leaps_growth)
    if e.at_cut:
        account.week_equity, account.week_premium = e.equity, ZERO


def _state_changed(state: State, e: ev.StateChanged) -> None:
    account = account_of(state, e)
    found, to = Status(e.from_), Status(e.to)
    if found is not account.status or (found, to) not in LEGAL:
        raise ValueError(f"{account.name} is {account.status}; from {found} to {to} is no change of §9")
    account.status = to


def _latched(state: State, e: ev.LatchSet) -> None:
    account_of(state, e).latches.add(Latch(e.latch))


def _released(state: State, e: ev.LatchReleased) -> None:
    account = account_of(state, e)
    account.latches.discard(Latch(e.latch))
    if e.latch == Latch.PAUSED:
        account.hedges.refused = False
        for position in account.positions.values():
            position.refused.clear()


def _audited(state: State, e: ev.AuditDone) -> None:
    account_of(state, e).audited_ms = state.at_ms


def _pivot(state: State, e: ev.PivotEntered | ev.PivotLeft) -> None:
    account_of(state, e).pivoted = isinstance(e, ev.PivotEntered)


def _freeze(state: State, e: ev.FreezeOn | ev.FreezeOff) -> None:
    on = isinstance(e, ev.FreezeOn)
    if e.account is None:
        state.vix_stale = on
    else:
        account_of(state, e).frozen = on


def _margin_found(state: State, e: ev.MarginFound) -> None:
    account_of(state, e).over_margin = e.over


CHANGES: Changes = {
    ev.AccountProvisioned: _provisioned,
    ev.AccountForked: _forked,
    ev.RunOffBegun: _run_off,
    ev.AccountMerged: _merged,
    ev.AccountMarked: _marked,
    ev.StateChanged: _state_changed,
    ev.LatchSet: _latched,
    ev.LatchReleased: _released,
    ev.AuditDone: _audited,
    ev.PivotEntered: _pivot,
    ev.PivotLeft: _pivot,
    ev.FreezeOn: _freeze,
    ev.FreezeOff: _freeze,
    ev.MarginFound: _margin_found,
}
