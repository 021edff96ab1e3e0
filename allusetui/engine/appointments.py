"""The instants at which something may be decided whatever the market does: of what works, and of the day's clock."""

from collections.abc import Iterator

from allusetui.domain.account import Account, Status
from allusetui.domain.calendar import Session
from allusetui.domain.contract import Option, Right
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.order import OrderStatus
from allusetui.engine import papers
from allusetui.engine.desk import Desk
from allusetui.engine.entries import window_of
from allusetui.rules import triggers
from allusetui.rules.cadence import ExpiryClock, expiry_clock, windows_of
from allusetui.rules.covered_call import is_last_look
from allusetui.rules.ladder import is_mature
from allusetui.rules.relook import relooked
from allusetui.rules.situation import clause
from allusetui.rules.suggestion import is_due_today


@clause("0.12", "S.3")
def appointment(desk: Desk, told: bool = False) -> int:
    """The next instant at which something may be decided whatever the market does.

    `told`: what the quotes of the hour decide at the ladder's is left to who is told them ahead.
    """
    times = [t for t in _order_times(desk) if t > desk.now_ms]
    session = desk.session
    if session is not None:
        times += [t for t in _session_times(desk, session, told) if t > desk.now_ms]
    times.append(desk.calendar.after(desk.today).open_ms)
    return min(times)


def expires(desk: Desk, session: Session) -> bool:
    """Whether a short option has its last session."""
    return any(option.expiry == session.day for account in desk.trading() for option in account.positions)


def _order_times(desk: Desk) -> Iterator[int]:
    for intent in desk.state.intents.values():
        if desk.state.accounts[intent.account].status is Status.AUDIT:
            continue  # until the broker's book has come
        walk = desk.volatile.walks.get(intent.id)
        status = intent.order.status if intent.order else None
        if walk is not None and status is not OrderStatus.UNKNOWN:
            yield max(walk.due_ms, desk.now_ms + 1)
        elif intent.order is None:
            yield desk.now_ms + SECOND_MS
    for due_ms in (desk.volatile.sync_ms, desk.volatile.orders_asked.until_ms, desk.volatile.positions_asked.until_ms):
        if due_ms is not None:
            yield due_ms
    if desk.volatile.query_ms is not None:
        yield max(desk.volatile.query_ms, desk.now_ms + SECOND_MS)
    for scan in (*desk.volatile.scans.values(), *desk.volatile.leap_scans.values()):
        yield scan.due_ms
    yield from desk.volatile.advice_awaited.values()


def _session_times(desk: Desk, session: Session, told: bool) -> Iterator[int]:
    """Of the session's clock what somebody waits for: an hour at which nothing is owed is none."""
    clock = expiry_clock(desk.law.cadence, session)
    yield session.open_ms
    yield session.close_ms
    yield desk.clock(desk.law.cadence.audit_at)
    if _is_cut(desk, session, clock):
        yield clock.report_cut_ms
    if not session.open_ms <= desk.now_ms < session.close_ms:
        return
    accounts = desk.trading()
    yield from _windows(desk, accounts)
    yield from _hours(desk, accounts, told)
    yield from _afternoon(desk, session, clock)


def _is_cut(desk: Desk, session: Session, clock: ExpiryClock) -> bool:
    """Whether something is to be written at the report cut; before the close that is no question yet."""
    if desk.now_ms < session.close_ms <= clock.report_cut_ms:
        return False
    return desk.calendar.ends_week(session.day) or papers.owes_a_report(desk, clock.report_cut_ms)


def _windows(desk: Desk, accounts: list[Account]) -> Iterator[int]:
    """Where a window begins, and where one ends in which something works or is looked for again."""
    for window in dict.fromkeys(window for account in accounts for window in windows_of(account)):
        span = window_of(desk, window)
        if span is not None:
            yield span.opens_ms
            busy = desk.state.intents or desk.volatile.scans
            if busy or any(found == window for account in accounts for found, _ in relooked(desk, account)):
                yield span.closes_ms


def _hours(desk: Desk, accounts: list[Account], told: bool) -> Iterator[int]:
    """The hours of the morning: of calls and of what runs off, of reinvested gains, of the ladder, of hedges."""
    law = desk.law
    calls = [(a, call) for a in accounts for call in a.shorts(Right.CALL)]
    if any(a.run_off_on is not None for a in accounts) or any(is_last_look(desk, a, call) for a, call in calls):
        yield desk.clock(law.cadence.call_look_at)
    if any(a.purchase_due or a.reinvested_on == desk.today or is_due_today(desk, a) for a in accounts):
        yield desk.clock(law.reinvest.buys_at)
    longs = [(a, option) for a in accounts for option in a.longs()]
    if any(a.leaps_due for a in accounts) or any(not told or is_mature(desk, option) for _, option in longs):
        yield desk.clock(law.ladder.looks_at)
    if any(triggers.is_due(desk, a) for a in accounts) or any(_ends(desk, a, option) for a, option in longs):
        yield desk.clock(law.hedging.buys_at)


def _ends(desk: Desk, account: Account, option: Option) -> bool:
    """Whether it is a hedge that is sold today."""
    return option.is_index and (
        triggers.ends_soon(desk, option) or triggers.has_reverted(desk, account, option, desk.today)
    )


def _afternoon(desk: Desk, session: Session, clock: ExpiryClock) -> Iterator[int]:
    """The clock of what expires today, and of the week's last session; what is looked at has a grid of its own."""
    ends = expires(desk, session)
    if ends or desk.calendar.ends_week(session.day):
        yield clock.looks.opens_ms
    if ends and desk.state.intents:
        yield clock.relentless_ms
