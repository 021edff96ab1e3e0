"""0.12: a look at the market: everything that has come due since the last, each position at the pace of its level."""

from allusetui.domain import input as inp
from allusetui.domain.account import Account, Latch, Status
from allusetui.domain.calendar import Session
from allusetui.domain.contract import Option, Right
from allusetui.engine import (
    advice,
    anomalies,
    audit,
    calls,
    closes,
    closing,
    defend,
    dividends,
    entries,
    forget,
    forks,
    hedges,
    ladder,
    market,
    papers,
    reinvest,
    resume,
)
from allusetui.engine.desk import Desk
from allusetui.engine.machine import change, latch
from allusetui.engine.schedule import is_closing_time, missed_close, missed_cut
from allusetui.engine.since import Since
from allusetui.rules.cadence import expiry_clock, period_s
from allusetui.rules.situation import clause


def look_at_market(desk: Desk, seen: inp.MarketSeen) -> None:
    """The market as it stands now, and everything that has come due since the last look."""
    since = Since(desk.volatile.seen_ms, desk.now_ms)
    desk.volatile.seen_ms = desk.now_ms
    market.take_quotes(desk, seen)
    _watch_breakers(desk)
    resume.after_disk(desk)
    if missed_close(desk, since):
        closing.end_freezes(desk)
    ladder.lapse(desk)
    missed = missed_cut(desk, since)
    if missed is not None:
        closing.cut_week(desk, missed)
    dividends.look(desk, since)
    session = desk.session
    if session is None:
        return
    if desk.open_session:
        _in_session(desk, session, since)
    if since.passed(session.close_ms):
        _at_close(desk, session)
    if desk.calendar.ends_week(session.day) and since.passed(expiry_clock(desk.law.cadence, session).report_cut_ms):
        closing.cut_week(desk, session)
    if since.passed(desk.clock(desk.law.cadence.audit_at)):
        audit.begin_daily(desk)
    papers.look(desk, since)


def _watch_breakers(desk: Desk) -> None:
    """Failing to evaluate a breaker counts as tripped."""
    try:
        market.watch_breakers(desk)
    except (ArithmeticError, ValueError) as error:
        before = len(desk.events)
        for account in desk.state.accounts.values():
            latch(desk, account, Latch.BREAKER, ("6.13",))
        if len(desk.events) > before:
            desk.alert("critical", f"Breakers could not be evaluated: {type(error).__name__}.", None, ("6.13",))


def _in_session(desk: Desk, session: Session, since: Since) -> None:
    on_grid = since.passed_grid(session, desk.law.monitoring.period_s[0])
    desk.volatile.calm |= on_grid
    market.ask_bars(desk)
    reinvest.look(desk, since)
    closes.missed(desk)
    _evaluate_due(desk, session, since)
    hedges.look(desk, since)
    advice.look(desk)
    ladder.look(desk, opens=since.passed(desk.clock(desk.law.ladder.looks_at)), on_grid=on_grid)
    _close_out(desk, session, since)
    entries.look(desk, relook_due=since.passed_grid(session, desk.law.cadence.relook_s))


def _at_close(desk: Desk, session: Session) -> None:
    closing.close_session(desk, session)
    hedges.give_up(desk)
    closes.at_close(desk, session)
    anomalies.at_close(desk, session)
    forget.at_close(desk)


@clause("0.12")
def _evaluate_due(desk: Desk, session: Session, since: Since) -> None:
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


def _close_out(desk: Desk, session: Session, since: Since) -> None:
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
    is_due = clock.looks.holds(desk.now_ms) and since.passed_grid(session, desk.law.cadence.closing_look_s)
    if is_due or (base and desk.now_ms >= clock.looks.opens_ms):
        for account in desk.trading():
            calls.look_at_expiring(desk, account, clock)
