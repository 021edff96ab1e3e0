"""A dividend of which no broker tells: it is expected of the shares held as they go ex, and read off the cash."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import chain, combinations
from typing import Final

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Account
from allusetui.domain.calendar import Session
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.money import ZERO, to_cent, to_price
from allusetui.domain.quote import Chain
from allusetui.domain.state import COMES_WITHIN, Dividend
from allusetui.engine.desk import Desk
from allusetui.engine.reconcile import differences, missing_cash
from allusetui.engine.since import Since
from allusetui.rules.situation import clause

_MOST_AWAITED: Final = 14
"""Of which there are 16,384 choices."""


@clause("9.5")
def on_chain(desk: Desk, symbol: str, told: Chain | None) -> None:
    """Keep what a chain tells of dividends: a restart may come before the ex-date, and no chain tells of it then."""
    if not desk.state.linked or told is None:
        return
    desk.volatile.payouts_due_ms[symbol] = _next_open_ms(desk)
    known = desk.state.announced.get(symbol, {})
    for row in told.payouts:
        a_share = to_price(row.amount)
        if row.ex >= desk.today and known.get(row.ex) != a_share:
            desk.emit(ev.DividendAnnounced(clauses=("9.5",), symbol=symbol, ex=row.ex, a_share=a_share))


@clause("9.5")
def look(desk: Desk, since: Since) -> None:
    """At a session's open: what is known to go ex is to come on the shares held, where no broker will tell of it.

    At each open that has passed: a process that was down over one holds what it held then.
    """
    if not desk.state.linked:
        return
    opened = list(_opened(desk, since))
    for account in desk.state.accounts.values():
        for symbol in account.stocks():
            for session in opened:
                _expect(desk, account, symbol, session.day)
            _ask(desk, symbol)


def _ask(desk: Desk, symbol: str) -> None:
    """Chains tell of the next dividends of what is held: at each open, and where one does not come, again.

    Once there is a price: without one nobody can look at a chain.
    """
    if desk.quote(symbol) is not None and desk.now_ms >= desk.volatile.payouts_due_ms.get(symbol, desk.now_ms):
        desk.volatile.payouts_due_ms[symbol] = desk.now_ms + desk.law.monitoring.period_s[0] * SECOND_MS
        desk.ask_chain(symbol)


def _next_open_ms(desk: Desk) -> int:
    session = desk.calendar.from_day(desk.today)
    return session.open_ms if desk.now_ms < session.open_ms else desk.calendar.after(session.day).open_ms


def _opened(desk: Desk, since: Since) -> Iterator[Session]:
    """The sessions that have opened since the last look, as far back as a dividend may be awaited; newest first."""
    session = desk.calendar.up_to(desk.today)
    while since.after_ms < session.open_ms and desk.today - session.day <= COMES_WITHIN:
        if since.passed(session.open_ms):
            yield session
        session = desk.calendar.before(session.day)


def _expect(desk: Desk, account: Account, symbol: str, day: date) -> None:
    before, known = desk.calendar.before(day).day, desk.state.announced.get(symbol, {})
    a_share = sum((known[ex] for ex in known if before < ex <= day), ZERO)
    shares = account.shares(symbol)
    amount, settlement = to_cent(a_share * shares), f"dividend-{day}-{account.name}-{symbol}"
    if amount <= 0 or settlement in desk.state.dividends:
        return
    desk.emit(
        ev.DividendExpected(
            account=account.name, clauses=("9.5", "10.3"), symbol=symbol, ex=day, shares=shares, a_share=a_share,
            amount=amount, settlement=settlement,
        )
    )  # fmt: skip


@clause("9.5", "10.3")
def paid(desk: Desk, seen: inp.PositionsSeen) -> inp.Settled:
    """The expected dividends that alone make up what the broker has more; nothing where two choices of them do.

    Where a contract differs too, what else has moved cash is not known.
    """
    missing = missing_cash(desk, seen)
    awaited = {id_: each for id_, each in desk.state.dividends.items() if each.is_awaited(desk.today)}
    if missing <= 0 or len(awaited) > _MOST_AWAITED or differences(desk, seen):
        return inp.Settled(desk.now_ms)
    fitting = [each for each in _choices(awaited) if _sum(awaited, each) == missing]
    told = fitting[0] if len(fitting) == 1 else ()
    return inp.Settled(desk.now_ms, bookings=tuple(_booking(id_, awaited[id_]) for id_ in told))


def _choices(awaited: dict[str, Dividend]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(awaited, count) for count in range(1, len(awaited) + 1))


def _sum(awaited: dict[str, Dividend], chosen: tuple[str, ...]) -> Decimal:
    return sum((awaited[id_].amount for id_ in chosen), ZERO)


def _booking(settlement: str, dividend: Dividend) -> inp.CashBooking:
    return inp.CashBooking(settlement, dividend.account, "dividend", dividend.amount, dividend.symbol)
