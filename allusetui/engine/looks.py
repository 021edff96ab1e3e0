"""0.12: which positions a look evaluates: each at the pace of its level, and in the afternoon what expires."""

from allusetui.domain.account import Account, Status
from allusetui.domain.calendar import Session
from allusetui.domain.contract import Option, Right
from allusetui.engine import calls, defend, forks, market
from allusetui.engine.desk import Desk
from allusetui.engine.machine import change
from allusetui.engine.schedule import is_closing_time
from allusetui.engine.since import Since
from allusetui.rules.cadence import expiry_clock, period_s
from allusetui.rules.situation import clause


@clause("0.12")
def evaluate_due(desk: Desk, session: Session, since: Since) -> None:
    """Every account and position whose grid has come (0.12)."""
    base = since.passed_grid(session, desk.law.monitoring.period_s[0])
    for account in desk.trading():
        if account.status is Status.EMERGENCY:
            continue
        due = [put for put in account.shorts(Right.PUT) if _is_due(desk, account, put, session, since)]
        if base or due:
            market.judge_account(desk, account)
        for put in due:
            defend.evaluate(desk, account, put)
        if base:
            calls.take_profits(desk, account)


def _is_due(desk: Desk, account: Account, put: Option, session: Session, since: Since) -> bool:
    """The grid of its level has come, at level 3 a tick, or the first fresh quote after a stale span."""
    level, quote = account.positions[put].level, desk.quote(put.symbol)
    if not desk.law.monitoring.period_s[level] and quote is not None and since.passed(quote.at_ms):
        return True
    fresh_again = (account.name, put) in desk.volatile.buffered and desk.is_fresh(put.symbol)
    return fresh_again or since.passed_grid(session, period_s(desk.law.monitoring, level))


def evaluate_symbol(desk: Desk, symbol: str) -> None:
    """A symbol's first evaluation of the session, at its first fresh tick."""
    for account in desk.trading():
        for put in account.shorts(Right.PUT):
            if put.symbol == symbol and account.status is not Status.EMERGENCY:
                defend.evaluate(desk, account, put)


def close_out(desk: Desk, session: Session, since: Since) -> None:
    """From 10:00 the calls and what runs off, in the afternoon what expires, CLOSING on the week's last session."""
    base = since.passed_grid(session, desk.law.monitoring.period_s[0])
    if base and desk.now_ms >= desk.clock(desk.law.cadence.call_look_at):
        for account in desk.trading():
            calls.look_at_last_day(desk, account)
            calls.ask_earnings(desk, account)
            forks.sell_stock(desk, account)
    clock = expiry_clock(desk.law.cadence, session)
    if is_closing_time(desk, session):
        for account in desk.trading():
            if account.status is Status.MONITORING:
                change(desk, account, Status.CLOSING, "week_end", ("1.4", "9.1"))
    closing = clock.looks.holds(desk.now_ms) and since.passed_grid(session, desk.law.cadence.closing_look_s)
    if closing or (base and desk.now_ms >= clock.looks.opens_ms):
        for account in desk.trading():
            calls.look_at_expiring(desk, account, clock)
