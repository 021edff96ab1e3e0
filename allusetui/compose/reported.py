"""What a report reads of a journal: the records of its period, what came late, and where it started from."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from itertools import takewhile

from allusetui.domain.contract import CASH_SETTLED
from allusetui.domain.event import (
    AccountProvisioned,
    Event,
    LotClosed,
    OrderFilled,
    OrderIntended,
    ReportWritten,
)
from allusetui.domain.moment import at_clock, day_of
from allusetui.domain.order import Pocket
from allusetui.ports import Archive
from allusetui.reports import kinds
from allusetui.reports.periods import Span, span_of
from allusetui.reports.weekly import cuts_of

Record = tuple[int, int, Event]
_MIDNIGHT = time(0)
_OF_LADDER = (f'"pocket":"{Pocket.LEAP_CASH}"', *(f'"symbol":"{symbol}"' for symbol in sorted(CASH_SETTLED)))
"""How the lines of the ladder's trades are known: by the pocket, or by what settles in cash."""
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


def records_of(archive: Archive, period: str, name: str, issued: bool = False) -> list[Record]:
    """The records that a report is made from, in order; from all of the journal it is the same.

    `issued`: no further than it was last written. It has been written again for all that came late until then.
    """
    until = last_issue(archive, period, name) if issued else None
    if period == "weekly":
        found = _weekly(archive, name, until)
    elif period == "monthly":
        found = _monthly(archive, span_of(period, name), until)
    else:
        found = _quarterly(archive, span_of(period, name), until)
    return sorted({record[0]: record for record in found}.values(), key=lambda record: record[0])


def ladder_records(archive: Archive) -> list[Record]:
    """What the LEAP ledger is made from: of fills and closed lots the ladder's alone, which are few among many."""
    found = list(archive.select(kinds.ACCOUNTS | kinds.MARKS | kinds.LADDER_MOVES))
    trades = list(archive.select(kinds.LADDER_TRADES, holding=_OF_LADDER))
    for seq, _, event in trades:
        if isinstance(event, OrderFilled) and not event.is_premium:
            trades += _lots_after(archive, seq)
    return sorted({record[0]: record for record in (*found, *trades)}.values(), key=lambda record: record[0])


def _lots_after(archive: Archive, seq: int) -> Iterable[Record]:
    """The lots that a fill closed, which stand right behind it."""
    return takewhile(lambda record: isinstance(record[2], LotClosed), archive.select(after=seq))


def tax_records(archive: Archive) -> list[Record]:
    """What the tax ledger is made from: of the marks each account's last of every year, which are few among many."""
    found = list(archive.select(kinds.TAXES - kinds.MARKS))
    accounts = list(archive.select({AccountProvisioned.kind}))
    for year in range(day_of(accounts[0][1]).year, _last_year(archive) + 1) if accounts else ():
        found += _last_marks(archive, accounts, year)
    return sorted(found, key=lambda record: record[0])


def year_end(archive: Archive, year: int) -> int:
    """The last record of a calendar year."""
    return _before(archive, date(year + 1, 1, 1))


def _last_year(archive: Archive) -> int:
    return next(day_of(at_ms).year for _, at_ms, _ in archive.select(backwards=True))


def _last_marks(archive: Archive, accounts: Iterable[Record], year: int) -> Iterable[Record]:
    """Read from the year's end back, until all that were there in it are known."""
    after, until = _before(archive, date(year, 1, 1)), _before(archive, date(year + 1, 1, 1))
    awaited = {event.account for seq, _, event in accounts if seq <= until}
    for record in archive.select(kinds.MARKS, after, until, backwards=True):
        if not awaited:
            return
        if record[2].account in awaited:
            awaited.discard(record[2].account)
            yield record


def written(archive: Archive, period: str) -> set[str]:
    """The names of a period's reports that were written."""
    told = archive.select({ReportWritten.kind})
    return {event.name for _, _, event in told if isinstance(event, ReportWritten) and event.period == period}


def last_issue(archive: Archive, period: str, name: str) -> int | None:
    """The record of a report's last writing; None where it was not written yet."""
    written = archive.select({ReportWritten.kind}, backwards=True)
    named = (seq for seq, _, e in written if isinstance(e, ReportWritten) and (e.period, e.name) == (period, name))
    return next(named, None)


def _weekly(archive: Archive, week: str, until: int | None) -> Iterable[Record]:
    """The week between its cuts, the accounts as they stood at the cut before, and what came late."""
    weeks = list(archive.select(kinds.WEEKS))
    cuts = cuts_of(weeks, week)
    before = max((seq for seq in cuts.seqs.values() if seq < cuts.start), default=0)
    during = list(archive.select(kinds.WEEKLY, cuts.start, cuts.end))
    intended = {event.intent for _, _, event in during if isinstance(event, OrderIntended)}
    filled = {event.intent for _, _, event in during if isinstance(event, OrderFilled)}
    yield from weeks
    yield from during
    yield from archive.select(kinds.ACCOUNTS, 0, cuts.end)
    yield from archive.select(kinds.MARKS, before, cuts.start)
    if cuts.end is not None:
        yield from archive.select(kinds.LATE, cuts.end, until)
    if filled - intended:
        yield from archive.select({OrderIntended.kind}, 0, cuts.start)


def _monthly(archive: Archive, span: Span, until: int | None) -> Iterable[Record]:
    """The month, the year as far as it by marks and flows from the last mark of the year before, what came late."""
    year = date(span.last.year, 1, 1)
    began, end = _before(archive, span.first), _before(archive, span.last + _DAY)
    yield from archive.select(kinds.ACCOUNTS, 0, end)
    yield from archive.select(kinds.MARKS | kinds.FLOWS, _base(archive, year), end)
    yield from archive.select(kinds.MONTHLY, began, end)
    yield from archive.select(kinds.LATE, end, until)
    yield from archive.select(kinds.WEEKS, _before(archive, span.first - _WEEK), until)


def _quarterly(archive: Archive, span: Span, until: int | None) -> Iterable[Record]:
    """The quarter from the last mark before it, every trade until the month after it, and what came late."""
    end = _before(archive, span.last + _DAY)
    yield from archive.select(kinds.ACCOUNTS, 0, end)
    yield from archive.select(kinds.QUARTERLY, _base(archive, span.first), end)
    yield from archive.select(kinds.TAXES - kinds.MARKS, 0, end)
    yield from archive.select((kinds.TAXES - kinds.MARKS) | kinds.REINVESTED, end, until)


def _base(archive: Archive, first: date) -> int:
    """The record before the day of the last mark before a day; 0 without one."""
    marks = archive.select(kinds.MARKS, 0, _before(archive, first), backwards=True)
    last = next((at_ms for _, at_ms, _ in marks), None)
    return 0 if last is None else _before(archive, day_of(last))


def _before(archive: Archive, day: date) -> int:
    """The last record before a day began."""
    return archive.seq_at(at_clock(day, _MIDNIGHT) - 1)
