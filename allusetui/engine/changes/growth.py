"""How events of reinvestment change the state: what is set aside, released and still to be bought."""

from dataclasses import replace

from allusetui.domain import event as ev
from allusetui.domain.account import LeapSale
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO
from allusetui.domain.state import State
from allusetui.engine.changes.held import Changes, account_of


def _reinvested(state: State, e: ev.ReinvestDone) -> None:
    account = account_of(state, e)
    account.reinvested, account.reinvested_on = e.quarter, day_of(state.at_ms)
    account.move_flow(-e.tax_reserve - e.leaps)
    year = e.quarter[:4]
    account.reserves[year] = account.reserves.get(year, ZERO) + e.tax_reserve
    account.leap_cash += e.leaps
    if e.leaps > 0:
        account.leaps_due, account.leap_tries, account.leap_wait = True, 0, None
    account.to_invest += e.to_buy
    account.purchase_due = account.purchase_due or e.to_buy > 0


def _planned(state: State, e: ev.ReinvestPlanned) -> None:
    account_of(state, e).purchase_due = False


def _released(state: State, e: ev.TaxReleased) -> None:
    account = account_of(state, e)
    account.reserves[e.year] -= e.amount
    account.move_flow(e.amount)


def _leaps_planned(state: State, e: ev.LeapsPlanned) -> None:
    account = account_of(state, e)
    if e.rolls is not None:
        account.leap_sales[e.rolls] = replace(account.leap_sales[e.rolls], planned=True)
        return
    account.leap_wait = e.reason if e.tries == account.leap_tries else None
    account.leap_tries, account.leaps_due = e.tries, e.again


def _sold(state: State, e: ev.LeapSold) -> None:
    sale = LeapSale(e.quantity, e.price, e.proceeds, e.reason, day_of(state.at_ms))
    account_of(state, e).leap_sales[e.contract] = sale


def _roll_over(state: State, e: ev.LeapRolled | ev.LeapClosed) -> None:
    account_of(state, e).leap_sales.pop(e.contract, None)


CHANGES: Changes = {
    ev.ReinvestDone: _reinvested,
    ev.ReinvestPlanned: _planned,
    ev.TaxReleased: _released,
    ev.LeapsPlanned: _leaps_planned,
    ev.LeapSold: _sold,
    ev.LeapRolled: _roll_over,
    ev.LeapClosed: _roll_over,
}
