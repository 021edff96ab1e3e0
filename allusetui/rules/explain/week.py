"""What the calendar pane shows: everything of this week and the next that the clock or a company brings."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from allusetui.domain.account import Account
from allusetui.domain.calendar import Session
from allusetui.domain.contract import Option, Right
from allusetui.domain.frozen import frozen
from allusetui.rules import cadence, entry
from allusetui.rules.situation import Situation

_WEEK = timedelta(days=7)
_WORKDAYS = 5


class Kind(StrEnum):
    SHUT = "shut"
    EARLY = "early close"
    WINDOW = "window"
    EARNINGS = "earnings"
    EX_DIVIDEND = "ex-dividend"
    EXPIRY = "expiry"
    CUT = "report cut"


@frozen
class Happening:
    """What happens on a day: from `at_ms` to `to_ms` where it has an hour, else all day.

    `what`: a kind of sleeve, or a symbol; `accounts`: whom it concerns; `count` options, `amount` dollars a share.
    """

    day: date
    kind: Kind
    clauses: tuple[str, ...]
    what: str = ""
    accounts: tuple[str, ...] = ()
    at_ms: int | None = None
    to_ms: int | None = None
    count: int = 0
    amount: Decimal | None = None


def weeks_ahead(s: Situation) -> list[Happening]:
    """This calendar week and the next, by day and hour; shorter where the calendar ends."""
    monday = s.today - timedelta(days=s.today.weekday())
    until = min(monday + 2 * _WEEK, s.calendar.sessions[-1].day + timedelta(days=1))
    found = [*_companies(s, monday, until), *_expiries(s, monday, until)]
    for day in (monday + timedelta(days=number) for number in range((until - monday).days)):
        session = s.calendar.on(day)
        if session is not None:
            found += _of_session(s, session)
        elif day.weekday() < _WORKDAYS:
            found.append(Happening(day, Kind.SHUT, ("1.1", "1.2", "1.3")))
    return sorted(found, key=lambda happening: (happening.day, happening.at_ms or 0))


def _of_session(s: Situation, session: Session) -> Iterator[Happening]:
    day, law = session.day, s.law.cadence
    if session.early:
        yield Happening(day, Kind.EARLY, ("1.7",), at_ms=session.close_ms)
    for kind, names in _windows(s).items():
        span = cadence.entry_window(s.calendar, law, kind, session)
        if span is not None:
            clauses = (cadence.WINDOW_CLAUSE[kind],)
            yield Happening(day, Kind.WINDOW, clauses, kind, names, span.opens_ms, span.closes_ms)
    if s.calendar.ends_week(day):
        cut_ms = cadence.expiry_clock(law, session).report_cut_ms
        yield Happening(day, Kind.CUT, ("1.5",), at_ms=cut_ms)


def _windows(s: Situation) -> dict[str, tuple[str, ...]]:
    """Kind of window → the trading accounts that have something to look at in it."""
    found: dict[str, tuple[str, ...]] = {}
    for account in s.trading():
        for window in cadence.windows_of(account):
            if s.symbols_in(account, window):
                found[window] = (*found.get(window, ()), account.name)
    return found


def _companies(s: Situation, first: date, until: date) -> Iterator[Happening]:
    """Reports and dividends that chains have told of, of symbols that an account trades or holds."""
    for symbol in _symbols(s):
        concerned = tuple(account.name for account in s.trading() if symbol in _own(s, account))
        for day in entry.told_reports(s, symbol):
            if first <= day < until:
                yield Happening(day, Kind.EARNINGS, ("1.6", "4.3"), symbol, concerned)
        for payout in s.volatile.payouts.get(symbol, ()):
            if first <= payout.ex < until:
                calls = sum(account.open_calls(symbol) for account in s.trading())
                yield Happening(
                    payout.ex, Kind.EX_DIVIDEND, ("6.6",), symbol, concerned, count=calls, amount=payout.amount
                )


def _expiries(s: Situation, first: date, until: date) -> Iterator[Happening]:
    """Options held that expire, an account and a day together."""
    for account in s.state.accounts.values():
        days: Counter[date] = Counter()
        for contract in account.lots:
            if isinstance(contract, Option) and first <= contract.expiry < until:
                days[contract.expiry] += abs(account.quantity(contract))
        for day, count in days.items():
            session = s.calendar.on(day)
            looks = cadence.expiry_clock(s.law.cadence, session).looks if session is not None else None
            opens_ms, closes_ms = (looks.opens_ms, looks.closes_ms) if looks else (None, None)
            of_day = {each.symbol for each in account.lots if isinstance(each, Option) and each.expiry == day}
            symbols = " ".join(sorted(of_day))
            yield Happening(day, Kind.EXPIRY, ("1.4", "7.1"), symbols, (account.name,), opens_ms, closes_ms, count)


def reports_unknown(s: Situation) -> tuple[str, ...]:
    """Symbols that are traded and of whose reports nothing is known: no put is sold on one without a calendar (1.6)."""
    stocks = (symbol for symbol in _symbols(s) if symbol not in s.law.etfs)
    return tuple(symbol for symbol in stocks if s.volatile.reports.get(symbol) is None)


def _symbols(s: Situation) -> tuple[str, ...]:
    """Everything that is traded or held, each once."""
    return tuple(dict.fromkeys(symbol for account in s.trading() for symbol in _own(s, account)))


def _own(s: Situation, account: Account) -> tuple[str, ...]:
    shorts = (option.symbol for right in Right for option in account.shorts(right))
    return tuple(dict.fromkeys((*s.universe(account), *account.stocks(), *shorts)))
