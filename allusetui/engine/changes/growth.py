"""How events of reinvestment change the state: what is set aside, released and still to be bought."""

from allusetui.domain import event as ev
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
    account.to_invest += e.to_buy
    account.purchase_due = account.purchase_due or e.to_buy > 0


def _planned(state: State, e: ev.ReinvestPlanned) -> None:
    account_of(state, e).purchase_due = False


def _released(state: State, e: ev.TaxReleased) -> None:
    account = account_of(state, e)
    account.reserves[e.year] -= e.amount
    account.move_flow(e.amount)


CHANGES: Changes = {
    ev.ReinvestDone: _reinvested,
    ev.ReinvestPlanned: _planned,
    ev.TaxReleased: _released,
}
