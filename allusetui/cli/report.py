"""`allusetui report`: a week, a month, a quarter or the LEAP ledger out of a session's journal, or an exported one."""

import re
from datetime import date
from pathlib import Path

from allusetui.cli.journals import ruled
from allusetui.cli.say import complain, tell
from allusetui.compose.reported import ladder_records, last_issue, records_of, written
from allusetui.compose.ruled import Ruled
from allusetui.domain.moment import day_of, month_of, quarter_of, week_of
from allusetui.domain.text import untrusted
from allusetui.ports import Archive
from allusetui.reports import leaps_page
from allusetui.reports.files import NAMES
from allusetui.reports.issue import page_of
from allusetui.reports.leaps import leaps
from allusetui.reports.page import Page, as_json, markdown, text
from allusetui.reports.periods import Span, span_of

_OPTIONS = {"weekly": "--week", "monthly": "--month", "quarterly": "--quarter"}
_EXAMPLES = {"weekly": "2020-W10", "monthly": "2020-03", "quarterly": "2020-Q1"}
_NAME_OF = {"weekly": week_of, "monthly": month_of, "quarterly": quarter_of}
_FORMS = {"text": text, "markdown": markdown, "json": as_json}
LEAPS = "leaps"


def report(
    period: str, names: dict[str, str | None], session: str, journal: Path | None, form: str, sessions: Path | None,
    settings: Path | None,
) -> None:  # fmt: skip
    """Print it: of the period that is named, else of the last that ended; one that has not ended is told so far."""
    name = _named(period, names)
    with ruled(session, journal, sessions, settings) as found:
        page = _page(found, period, name)
    tell(_FORMS[form](page))


def _named(period: str, names: dict[str, str | None]) -> str | None:
    """The name that was given for the period; what belongs to another period is refused."""
    if period not in (*_OPTIONS, LEAPS):
        raise complain(f"report {untrusted(period, 40)}: no such report; allowed: {', '.join((*_OPTIONS, LEAPS))}")
    for other, given in names.items():
        if given is not None and other != period:
            raise complain(f"{_OPTIONS[other]} {untrusted(given, 40)}: belongs to `report {other}`, not to {period}")
    name = names.get(period)
    if name is not None and (not re.fullmatch(NAMES[period], name, re.ASCII) or _span(period, name) is None):
        raise complain(f"{_OPTIONS[period]} {untrusted(name, 40)}: no such name; allowed: {_EXAMPLES[period]}")
    return name


def _span(period: str, name: str) -> Span | None:
    """The days of a period; None where the calendar has no such."""
    try:
        return span_of(period, name)
    except ValueError:
        return None


def _page(ruled: Ruled, period: str, name: str | None) -> Page:
    """One that was issued goes by the law that it was written under, however the session has gone on."""
    archive = ruled.archive
    first, last = _days(archive)
    if period == LEAPS:
        return leaps_page.page(leaps(ladder_records(archive), Span(first, last)))
    issued = written(archive, period)
    if name is None:
        if not issued:
            so_far = f"{_OPTIONS[period]} {_NAME_OF[period](last)} for the one so far"
            raise complain(f"no {period} report was due until {last.isoformat()}; allowed: {so_far}")
        name = max(issued)
    span = span_of(period, name)
    if span.last < first or span.first > last:
        told = f"{first.isoformat()} to {last.isoformat()}"
        raise complain(f"{_OPTIONS[period]} {name}: is not in the journal, which tells of {told}")
    is_issued = name in issued
    law = ruled.at(last_issue(archive, period, name))
    return page_of(records_of(archive, period, name, is_issued), period, name, law, so_far=not is_issued)


def _days(archive: Archive) -> tuple[date, date]:
    """The first and the last day that the journal tells of."""
    (first, *_), (last, *_) = (list(archive.select(after=seq - 1, until=seq)) for seq in (1, archive.last_seq))
    return day_of(first[1]), day_of(last[1])
