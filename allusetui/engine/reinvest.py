"""3.5, 4.4, 10.2: after a quarter's end its gain is booked, and COM's part of it buys shares."""

from allusetui.domain import event as ev
from allusetui.domain.account import Account
from allusetui.domain.contract import Side, Stock
from allusetui.domain.money import ZERO, to_cent, to_price
from allusetui.domain.order import Purpose
from allusetui.engine.desk import Desk
from allusetui.engine.machine import open_cycle
from allusetui.engine.orders import intend
from allusetui.engine.since import Since
from allusetui.rules import reinvest
from allusetui.rules.latches import may_begin
from allusetui.rules.reinvest import CLAUSE_OF, Purchase
from allusetui.rules.situation import clause


def look(desk: Desk, since: Since) -> None:
    """On a session: book what has ended, then, from 10:00, open the day's cycle and buy."""
    if desk.now_ms < desk.clock(desk.law.reinvest.books_at):
        return
    opens = since.passed(desk.clock(desk.law.reinvest.buys_at))
    for account in desk.trading():
        if reinvest.reinvests(account):
            _book(desk, account)
            _release(desk, account)
            if account.purchase_due:
                _buy(desk, account)
            elif opens and account.reinvested_on == desk.today and not account.leaps_due and _is_able(desk, account):
                _cycle(desk, account)


@clause("3.5", "4.4", "10.2")
def _book(desk: Desk, account: Account) -> None:
    for quarter, gain in reinvest.due(desk, account):
        whole = reinvest.share_out(gain, desk.law.reinvest)
        parts = reinvest.carried(whole, account.cash)
        desk.emit(
            ev.ReinvestDone(
                account=account.name, clauses=(CLAUSE_OF[account.type], "10.2"), quarter=quarter, gain=gain,
                tax_reserve=parts.tax, contracts=parts.contracts, leaps=parts.leaps,
                to_buy=parts.contracts if CLAUSE_OF[account.type] == "4.4" else ZERO,
            )
        )  # fmt: skip
        if parts != whole:
            asked, done = whole.tax + whole.leaps, parts.tax + parts.leaps
            text = f"{account.name}: of {asked} for taxes and LEAPs its cash carries {done}; the rest is not set aside."
            desk.alert("warning", text, account.name, ("10.2", "17.4"))
        if account.cash < account.strike_cash:
            short = to_cent(account.strike_cash - account.cash)
            text = f"{account.name}: with taxes set aside its puts lack {short} of cash."
            desk.alert("warning", text, account.name, ("0.2", "10.2"))


@clause("10.2")
def _release(desk: Desk, account: Account) -> None:
    """After a year's end the reserve comes down to the tax on the whole year's gain."""
    for year in [each for each in account.reserves if int(each) < desk.today.year]:
        gain, excess = reinvest.excess_reserve(desk, account, year)
        if excess:
            desk.emit(
                ev.TaxReleased(
                    account=account.name, clauses=("10.2",), year=year, gain=gain, amount=excess,
                    tax_reserve=account.tax_reserve - excess,
                )
            )  # fmt: skip


def _is_able(desk: Desk, account: Account) -> bool:
    return may_begin(desk, account) and not account.latches


@clause("4.4", "6.12")
def _buy(desk: Desk, account: Account) -> None:
    """Decided once; it waits where nothing may be bought or the price is not known."""
    if not _is_able(desk, account) or not reinvest.may_buy(desk, account):
        return
    found = reinvest.purchase(desk, account)
    if found is not None:
        _cycle(desk, account, found)


@clause("9.1")
def _cycle(desk: Desk, account: Account, found: Purchase | None = None) -> None:
    """SCANNING, ANALYZING, and ORDERING where something is bought; an account that orders already goes on."""
    buys = found is not None and found.quantity > 0
    open_cycle(desk, account, (CLAUSE_OF[account.type],), orders=buys)
    if found is not None:
        _plan(desk, account, found)


def _plan(desk: Desk, account: Account, found: Purchase) -> None:
    desk.emit(
        ev.ReinvestPlanned(
            account=account.name, clauses=("4.4", "10.2", "0.3"), symbol=found.symbol, quantity=found.quantity,
            price=None if found.price is None else to_price(found.price), budget=to_cent(account.to_invest),
            reason=found.reason,
        )
    )  # fmt: skip
    if found.symbol is not None and found.quantity:
        stock = Stock(found.symbol)
        intend(desk, account, Purpose.STOCK, stock, Side.BUY, found.quantity, ("4.4", "10.2", "0.3"))
