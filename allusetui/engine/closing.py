"""The end of a session and of a week: freezes end, books are compared, accounts marked, the week typed and reported."""

from collections.abc import Mapping
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.account import Account, Latch, Status
from allusetui.domain.calendar import Session
from allusetui.domain.contract import Option, Right
from allusetui.domain.effect import WriteReport
from allusetui.domain.moment import week_of
from allusetui.domain.money import ZERO, to_cent, to_price
from allusetui.engine import forks
from allusetui.engine.desk import Desk
from allusetui.engine.machine import WORKING, change, rest
from allusetui.engine.papers import WEEKLY
from allusetui.rules import stress
from allusetui.rules.breakers import CLAUSE_OF, may_reset
from allusetui.rules.situation import clause
from allusetui.rules.valuation import equity, ladder_value, price_of, short_option_value, stock_value
from allusetui.rules.week_type import week_type


@clause("6.3")
def end_freezes(desk: Desk) -> None:
    """A freeze lasts until the close of the last session on which a position was at level 2 or above."""
    for account in desk.state.accounts.values():
        levels = (account.positions[put].level for put in account.shorts(Right.PUT))
        if account.frozen and not any(level >= desk.law.protocol.freeze_level for level in levels):
            desk.emit(ev.FreezeOff(account=account.name, clauses=("6.3",), reason="level2"))


@clause("9.1")
def close_session(desk: Desk, session: Session) -> None:
    """At the close: freezes end, the week's accounts reconcile, every account is marked."""
    end_freezes(desk)
    if desk.calendar.ends_week(session.day):
        for account in desk.trading():
            resting = account.status is Status.SAFE and not account.latches
            if account.status is Status.CLOSING or resting:
                change(desk, account, Status.RECONCILING, "week_end")
            elif account.status in WORKING:
                change(desk, account, Status.CLOSING, "week_end")
                change(desk, account, Status.RECONCILING, "week_end")
        desk.ask_positions()
    mark_all(desk, at_cut=False)
    if desk.calendar.after(session.day).day.year != session.day.year:
        mark_year(desk, session)
    forks.judge_run_offs(desk)


def reconciled(desk: Desk) -> None:
    """The books agree: what has grown enough forks; back to SAFE, or to MONITORING what outlives the week."""
    for account in desk.trading():
        if account.status is Status.RECONCILING and Latch.MISMATCH not in account.latches:
            forks.fork(desk, account)
            rest(desk, account, "reconciled")


@clause("0.9", "10.3")
def mark_all(desk: Desk, at_cut: bool) -> None:
    """`account.marked` for every account; the high-water mark rises at a session's close alone."""
    for account in desk.state.accounts.values():
        worth = to_cent(equity(desk, account))
        high = account.high_water if at_cut else max(account.high_water, worth)
        desk.emit(
            ev.AccountMarked(
                account=account.name, clauses=("0.9", "10.3"), equity=worth, cash=to_price(account.cash),
                stock=to_cent(stock_value(desk, account)), short_options=to_cent(short_option_value(desk, account)),
                leaps_growth=to_cent(ladder_value(desk, account, hedges=False)),
                leaps_hedge=to_cent(ladder_value(desk, account, hedges=True)), tax_reserve=account.tax_reserve,
                leap_cash=account.leap_cash, high_water=high,
                realized=to_cent(account.realized_year), unrealized=to_cent(_unrealized(desk, account)),
                fees=to_price(account.fees_year), at_cut=at_cut, rate=to_price(desk.volatile.rate),
                longs=stress.longs(desk, account), falls=stress.falls(desk, account),
            )
        )  # fmt: skip


@clause("10.3")
def mark_year(desk: Desk, session: Session) -> None:
    """`year.marked` for every account with index options: they are taxed as if sold at the year's last close."""
    for account in desk.state.accounts.values():
        marks = tuple(_index_mark(desk, account, o) for o in account.lots if isinstance(o, Option) and o.is_index)
        if marks:
            desk.emit(ev.YearMarked(account=account.name, clauses=("10.3",), year=str(session.day.year), marks=marks))


def _index_mark(desk: Desk, account: Account, option: Option) -> ev.IndexMark:
    """Without any quote the mark stays open: what was paid is no mark."""
    quote = desk.volatile.option_quotes.get(option)
    return ev.IndexMark(option, account.quantity(option), to_price(quote.mid) if quote else None)


def _unrealized(desk: Desk, account: Account) -> Decimal:
    found = ZERO
    for contract, lots in account.lots.items():
        price = price_of(desk, account, contract)
        for lot in lots:
            found += (price - lot.price) * lot.quantity * contract.multiplier - lot.fees_usd
    return found


@clause("6.12", "12.1", "1.5")
def cut_week(desk: Desk, session: Session) -> None:
    """The report cut: the Hedged Week ends, the week is typed, the report is wanted."""
    if "hedged_week" in desk.state.breakers and may_reset(desk, "hedged_week"):
        clauses = (CLAUSE_OF["hedged_week"],)
        desk.emit(ev.BreakerCleared(clauses=clauses, tier="hedged_week", vix=desk.vix))
    mark_all(desk, at_cut=True)
    week = week_of(session.day)
    type_week(desk, week, desk.state.week_facts)
    desk.ask(WriteReport(WEEKLY, week))


@clause("12.1")
def type_week(desk: Desk, week: str, came: Mapping[str, set[str]]) -> None:
    """`week.typed` for each ALL-USE and for the user, by the facts that `came` in each group."""
    assigned = desk.state.assigned_weeks.get(week, set())
    groups = dict.fromkeys(a.group for a in desk.state.accounts.values())
    facts = {group: came.get(group, set()) | ({"Assignment"} if group in assigned else set()) for group in groups}
    for group in groups:
        _type(desk, week, group, group, facts[group])
    _type(desk, week, None, None, set().union(*facts.values()))


def _type(desk: Desk, week: str, account: str | None, group: str | None, facts: set[str]) -> None:
    kind, applied = week_type(facts)
    desk.emit(ev.WeekTyped(account=account, clauses=("12.1",), week=week, type=kind, all=applied, group=group))
