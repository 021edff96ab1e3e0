"""Accounts that come and go at run time: forks at the week's reconciling, minis that run off and merge."""

from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.account import Account, AccountType, Status
from allusetui.domain.contract import Side, Stock
from allusetui.domain.money import ZERO, to_cent, to_price
from allusetui.domain.order import Purpose
from allusetui.engine.desk import Desk
from allusetui.engine.machine import holds
from allusetui.engine.orders import intend
from allusetui.rules import forks
from allusetui.rules.cadence import expiry_clock
from allusetui.rules.latches import may_leave
from allusetui.rules.situation import clause
from allusetui.rules.sizing import split
from allusetui.rules.valuation import equity, free_cash


@clause("2.6", "3.6")
def fork(desk: Desk, account: Account) -> None:
    """While the excess over the base is there and free, it moves to a new MINI or ALL-USE; else it waits, told once."""
    amount = forks.birth_cash(desk, account)
    if amount is None or not _in_time(desk) or account.no_entries:
        return
    clauses = ("2.6",) if account.type is AccountType.GEN else ("3.6",)
    while forks.fork_is_due(desk, account, amount):
        reason = forks.obstacle(desk, account, amount)
        if reason is not None:
            desk.emit(
                ev.ForkWaiting(
                    account=account.name, clauses=(*clauses, "S.7") if reason == "limit" else clauses, reason=reason,
                    amount=amount, free_cash=to_price(free_cash(desk, account)), alive=forks.alive(desk),
                )
            )  # fmt: skip
            return
        _give_birth(desk, account, amount, clauses)


def _in_time(desk: Desk) -> bool:
    """From the close of the week's last session to its report cut, while nothing is in doubt at the broker."""
    session = desk.session
    if session is None or not desk.calendar.ends_week(session.day) or desk.volatile.positions_wanted:
        return False
    return session.close_ms <= desk.now_ms <= expiry_clock(desk.law.cadence, session).report_cut_ms


def _give_birth(desk: Desk, parent: Account, amount: Decimal, clauses: tuple[str, ...]) -> None:
    mini = parent.type is AccountType.GEN
    to = forks.mini_name(desk, parent) if mini else forks.group_name(desk)
    desk.emit(ev.AccountForked(account=parent.name, clauses=clauses, from_=parent.name, to=to, amount=amount))
    if mini:
        _provision(desk, parent, to, AccountType.MINI, parent.group, amount, clauses)
        return
    for kind, part in split(amount, desk.law.sizing).items():
        _provision(desk, parent, f"{to}.{kind.value.upper()}", kind, to, part, (*clauses, "0.1"))


def _provision(
    desk: Desk, parent: Account, name: str, kind: AccountType, group: str, cash: Decimal, clauses: tuple[str, ...]
) -> None:
    desk.emit(
        ev.AccountProvisioned(
            account=name, clauses=clauses, equity=cash, base=cash, type=kind.value, group=group,
            trading=parent.trading, cash=cash, high_water=cash, opened=desk.today, realized_quarter=ZERO,
            holdings=(), options=(), parent=parent.name,
        )
    )  # fmt: skip


@clause("2.7")
def judge_run_offs(desk: Desk) -> None:
    """At a session's close: a MINI that has lived its years or grown to its multiple enters nothing more."""
    for account in desk.trading():
        reason = forks.run_off_reason(desk, account) if account.run_off_on is None else None
        if reason is not None:
            worth = to_cent(equity(desk, account))
            desk.emit(
                ev.RunOffBegun(account=account.name, clauses=("2.7",), reason=reason, equity=worth, base=account.base)
            )


@clause("2.7")
def sell_stock(desk: Desk, account: Account) -> None:
    """What has waited long enough to be called away is sold; shares under an open call stay."""
    if not may_leave(account, Purpose.CLOSE):
        return
    for symbol, quantity in _overdue(desk, account).items():
        if desk.is_fresh(symbol) and not desk.state.intents_of(account, Stock(symbol)):
            intend(desk, account, Purpose.CLOSE, Stock(symbol), Side.SELL, quantity, ("2.7",))


def owes_a_sale(desk: Desk) -> bool:
    """Whether stock of a run-off still has to be sold."""
    return any(_overdue(desk, account) for account in desk.trading())


def _overdue(desk: Desk, account: Account) -> dict[str, int]:
    if not forks.may_sell_stock(desk, account):
        return {}
    lot = desk.law.sizing.lot_shares
    free = {symbol: account.shares(symbol) - lot * account.open_calls(symbol) for symbol in account.stocks()}
    return {symbol: quantity for symbol, quantity in free.items() if quantity > 0}


@clause("2.7", "16.5")
def merge_flat(desk: Desk) -> None:
    """A run-off MINI that holds and works nothing gives its cash to its parent's COM, and what comes to it later.

    Leap cash stays that: it waits for what COM's own waits for.
    """
    for account in list(desk.state.accounts.values()):
        if account.run_off_on is None:
            continue
        cash, leap_cash = to_price(account.cash), to_price(account.leap_cash)
        if account.merged and not (cash or leap_cash):
            continue
        heir = forks.heir_of(desk, account)
        if heir is not None and _is_flat(desk, account):
            desk.emit(
                ev.AccountMerged(
                    account=account.name, clauses=("2.7",), from_=account.name, to=heir.name, amount=cash,
                    leap_cash=leap_cash,
                )
            )  # fmt: skip


def _is_flat(desk: Desk, account: Account) -> bool:
    resting = account.status is Status.SAFE and not account.latches and account.name not in desk.volatile.resuming
    return resting and not account.leap_sales and not holds(desk, account)
