"""The instants at which something may be decided whatever the market does: of what works, and of the day's clock."""

from collections.abc import Callable, Iterator
from functools import partial

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

_Hour = tuple[int, Callable[[], bool]]
"""An instant, ms, and whether something is owed at it: asked of the first ones alone."""


@clause("0.12", "S.3")
def appointment(desk: Desk, told: bool = False) -> int:
    """The next instant at which something may be decided whatever the market does.

    `told`: what the quotes of the hour decide at the ladder's is left to who is told them ahead.
    """
    later = (at_ms for at_ms in _order_times(desk) if at_ms > desk.now_ms)
    first = min([*later, desk.calendar.after(desk.today).open_ms])
    session = desk.session
    if session is None:
        return first
    hours = sorted(_hours(desk, session, told), key=lambda hour: hour[0])
    return next((at_ms for at_ms, is_owed in hours if desk.now_ms < at_ms < first and is_owed()), first)


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


def _hours(desk: Desk, session: Session, told: bool) -> Iterator[_Hour]:
    """Of the session's clock what somebody waits for: an hour at which nothing is owed is none."""
    clock = expiry_clock(desk.law.cadence, session)
    yield session.open_ms, _always
    yield session.close_ms, _always
    yield desk.clock(desk.law.cadence.audit_at), _always
    yield clock.report_cut_ms, lambda: _is_cut(desk, session, clock)
    if not session.open_ms <= desk.now_ms < session.close_ms:
        return
    accounts = desk.trading()
    yield from _windows(desk, accounts)
    yield from _morning(desk, accounts, told)
    yield from _afternoon(desk, session, clock)


def _always() -> bool:
    return True


def _is_cut(desk: Desk, session: Session, clock: ExpiryClock) -> bool:
    """Whether something is to be written at the report cut; before the close that is no question yet."""
    if desk.now_ms < session.close_ms <= clock.report_cut_ms:
        return False
    return desk.calendar.ends_week(session.day) or papers.owes_a_report(desk, clock.report_cut_ms)


def _windows(desk: Desk, accounts: list[Account]) -> Iterator[_Hour]:
    """Where a window begins, and where one ends in which something works or is looked for again."""
    for window in dict.fromkeys(window for account in accounts for window in windows_of(account)):
        span = window_of(desk, window)
        if span is not None:
            yield span.opens_ms, _always
            yield span.closes_ms, partial(_is_busy, desk, accounts, window)


def _is_busy(desk: Desk, accounts: list[Account], window: str) -> bool:
    if desk.state.intents or desk.volatile.scans:
        return True
    return any(found == window for account in accounts for found, _ in relooked(desk, account))


def _morning(desk: Desk, accounts: list[Account], told: bool) -> Iterator[_Hour]:
    """The hours of calls and of what runs off, of reinvested gains, of the ladder, of hedges."""
    law = desk.law

    def calls() -> bool:
        held = ((a, call) for a in accounts for call in a.shorts(Right.CALL))
        return any(a.run_off_on is not None for a in accounts) or any(is_last_look(desk, *each) for each in held)

    def gains() -> bool:
        return any(a.purchase_due or a.reinvested_on == desk.today or is_due_today(desk, a) for a in accounts)

    def leaps() -> bool:
        longs = (option for a in accounts for option in a.longs())
        return any(a.leaps_due for a in accounts) or any(not told or is_mature(desk, option) for option in longs)

    def hedges() -> bool:
        longs = ((a, option) for a in accounts for option in a.longs())
        return any(triggers.is_due(desk, a) for a in accounts) or any(_ends(desk, *each) for each in longs)

    yield desk.clock(law.cadence.call_look_at), calls
    yield desk.clock(law.reinvest.buys_at), gains
    yield desk.clock(law.ladder.looks_at), leaps
    yield desk.clock(law.hedging.buys_at), hedges


def _ends(desk: Desk, account: Account, option: Option) -> bool:
    """Whether it is a hedge that is sold today."""
    return option.is_index and (
        triggers.ends_soon(desk, option) or triggers.has_reverted(desk, account, option, desk.today)
    )


def _afternoon(desk: Desk, session: Session, clock: ExpiryClock) -> Iterator[_Hour]:
    """The clock of what expires today, and of the week's last session; what is looked at has a grid of its own."""
    yield clock.looks.opens_ms, lambda: expires(desk, session) or desk.calendar.ends_week(session.day)
    yield clock.relentless_ms, lambda: bool(desk.state.intents) and expires(desk, session)
