"""When reports are due, and when they are issued again: weekly at the cut, monthly and quarterly at that hour too.

A month is reported at the cut's hour of its last session, a quarter at that of the first session after it, on which its
gains were reinvested. What comes later and counts for a period that was reported has its report written again; it is
told only where its text has changed.
"""

from collections.abc import Iterator
from datetime import date

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.calendar import Session, months_later
from allusetui.domain.contract import Side, Stock
from allusetui.domain.effect import WriteReport
from allusetui.domain.moment import day_of, month_of, quarter_before, quarter_of, week_of
from allusetui.domain.order import Pocket
from allusetui.domain.text import untrusted
from allusetui.engine.desk import Desk
from allusetui.engine.since import Since
from allusetui.rules.cadence import expiry_clock
from allusetui.rules.situation import clause

WEEKLY, MONTHLY, QUARTERLY = "weekly", "monthly", "quarterly"
_CLAUSES = {WEEKLY: ("1.5", "11.1", "12.2"), MONTHLY: ("11.2", "12.2"), QUARTERLY: ("11.3", "17.7")}
_RESUMED = "resumed"


@clause("11.2", "11.3")
def look(desk: Desk, since: Since) -> None:
    """At the hour of the cut, and on the first look of a day: what has ended and is not written."""
    session = desk.session
    cut = session is not None and since.passed(_cut_ms(desk, session))
    if cut or day_of(since.after_ms) != desk.today:
        for period, name in _unwritten(desk, desk.now_ms):
            desk.ask(WriteReport(period, name))


def owes_a_report(desk: Desk, at_ms: int) -> bool:
    """Whether at an instant of today something will have ended that is not written yet."""
    return any(_unwritten(desk, at_ms))


def _unwritten(desk: Desk, at_ms: int) -> Iterator[tuple[str, str]]:
    return (ended for ended in _ended(desk, at_ms) if _key(*ended) not in desk.state.reports)


@clause("11.1")
def on_failed(desk: Desk, failed: inp.ReportFailed) -> None:
    """Told, and tried again on the next day."""
    text = f"The {failed.period} report {failed.name} could not be written ({failed.reason}); it is tried again."
    desk.alert("warning", untrusted(text), None, _CLAUSES[failed.period])


def _ended(desk: Desk, at_ms: int) -> Iterator[tuple[str, str]]:
    """The last week that was typed; the last month and quarter that are over, had their hour, and saw the session."""
    if desk.state.week_typed:
        yield WEEKLY, desk.state.week_typed
    month = desk.today.replace(day=1)
    if at_ms >= _cut_ms(desk, desk.calendar.before(months_later(month, 1))):
        month = months_later(month, 1)
    if (last := _seen_before(desk, month)) is not None:
        yield MONTHLY, month_of(last)
    quarter = _begin(desk.today)
    if at_ms < _cut_ms(desk, desk.calendar.from_day(quarter)):
        quarter = months_later(quarter, -3)
    if (last := _seen_before(desk, quarter)) is not None:
        yield QUARTERLY, quarter_of(last)


def _seen_before(desk: Desk, day: date) -> date | None:
    """The last session before a day, where the engine had begun by then; the calendar need reach back no further."""
    if not date.min < desk.state.began < day:
        return None
    last = desk.calendar.before(day).day
    return last if desk.state.began <= last else None


def _begin(day: date) -> date:
    """The first day of a quarter."""
    return day.replace(month=day.month - (day.month - 1) % 3, day=1)


def _cut_ms(desk: Desk, session: Session) -> int:
    return expiry_clock(desk.law.cadence, session).report_cut_ms


@clause("11.1", "11.2", "11.3", "12.1")
def issue_again(desk: Desk) -> None:
    """What this batch tells of a period that was reported."""
    reasons: dict[tuple[str, str], set[str]] = {}
    for event in desk.events:
        for period, name in _concerned(desk, event):
            if _key(period, name) in desk.state.reports:
                reasons.setdefault((period, name), set()).add(_reason(event))
    for (period, name), told in reasons.items():
        desk.ask(WriteReport(period, name, ", ".join(sorted(told))))


def _concerned(desk: Desk, event: ev.Event) -> Iterator[tuple[str, str]]:
    """The periods that an event counts for: a week that was cut only where the event names a day of it."""
    if isinstance(event, ev.ReinvestDone):
        yield QUARTERLY, event.quarter
    if _may_wash(desk, event):
        yield QUARTERLY, quarter_before(quarter_of(desk.today))
    if isinstance(event, ev.FACTS):
        own = ev.own_day(event, desk.today)
        yield MONTHLY, month_of(own or desk.today)
        yield QUARTERLY, quarter_of(own or desk.today)
        if own is not None:
            yield WEEKLY, week_of(own)


def _may_wash(desk: Desk, event: ev.Event) -> bool:
    """Whether it brings shares, or calls on them, within a month after the last quarter lost on the name (10.3)."""
    match event:
        case ev.AssignmentReceived():
            symbol = event.contract.symbol
        case ev.OrderFilled(side=Side.BUY) if isinstance(event.contract, Stock) or event.pocket is Pocket.LEAP_CASH:
            symbol = event.contract.symbol
        case _:
            return False
    began = _begin(desk.today)
    lost = desk.state.losses.get(month_of(months_later(began, -1)), set())
    return desk.today < months_later(began, 1) and not lost.isdisjoint(desk.same_issuer(symbol))


def _reason(event: ev.Event) -> str:
    """What came late, in a word: `dividend`, `order.filled`, `assignment.received`."""
    return event.reason if isinstance(event, ev.CashBooked) else event.kind


def on_resumed(desk: Desk) -> None:
    """What was asked for and not written any more is written now, and the newest of each are looked at again."""
    for period, name in _ended(desk, desk.now_ms):
        desk.ask(WriteReport(period, name, _RESUMED))


@clause("11.1", "11.2", "11.3", "12.2", "S.4", "S.5")
def on_done(desk: Desk, done: inp.ReportDone) -> None:
    """Told where it is new, or says something else than it did."""
    key = _key(done.period, done.name)
    if desk.state.reports.get(key) == done.sha256:
        return
    reason = done.reason if key in desk.state.reports else None
    desk.emit(
        ev.ReportWritten(
            clauses=_CLAUSES[done.period], period=done.period, name=done.name, sha256=done.sha256, reason=reason
        )
    )


def _key(period: str, name: str) -> str:
    return f"{period} {name}"
