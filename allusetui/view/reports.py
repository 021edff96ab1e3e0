"""Reports: which there are, the curves of equity and drawdown, the books in short, and a written one."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256

from allusetui.domain import worth
from allusetui.domain.account import Account
from allusetui.domain.event import Event, ReportWritten
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO
from allusetui.domain.snapshot import Mark
from allusetui.domain.text import untrusted
from allusetui.rules import explain
from allusetui.view import words
from allusetui.view.charts import chart
from allusetui.view.fit import Spec, choose, cut, pieces, row, trim, width_of_line
from allusetui.view.model import Cell, Column, Line, Row, Seen, Table, Tone
from allusetui.view.shelf import Shelf

CURVES, BOOKS, LEAPS, WEEKS, LAW, QUESTIONS = "curves", "books", "LEAPs", "weeks", "constitution", "questions"
_LONGEST_LINE = 500

_SHELF = (Spec(Column("report", 14)), Spec(Column("written", 12), 1))
_ALWAYS = (CURVES, BOOKS, LEAPS, WEEKS, LAW, QUESTIONS)
_LABEL, _SUM = 12, 13
_HEIGHT = 6


def shelf(seen: Seen, width: int) -> Table:
    """What can be read: what there always is, then the written reports, the newest first."""
    columns, now_ms = choose(_SHELF, width), seen.snapshot.now_ms
    now = Cell("now", Tone.DIM)
    rows = [row(name, columns, {"report": Cell(name), "written": now}) for name in _ALWAYS]
    for told in reversed(seen.snapshot.reports):
        if isinstance(told.event, ReportWritten):
            when = words.moment(told.at_ms, now_ms)
            named = {"report": Cell(untrusted(told.event.name)), "written": Cell(when, Tone.DIM)}
            rows.append(row(_key(told.event), columns, named))
    newest: dict[str, Row] = {}
    for each in rows:
        newest.setdefault(each.key, each)
    return Table(columns, tuple(newest.values()))


def written(seen: Seen, key: str, read: Shelf, width: int) -> tuple[Line, ...]:
    """A written report as it stands in its file, a long line on more than one; a file that was changed says so."""
    event = next((e for told in reversed(seen.snapshot.reports) if _key(e := told.event) == key), None)
    text = read(event.period, event.name) if isinstance(event, ReportWritten) else None
    if not isinstance(event, ReportWritten) or text is None:
        return (trim((Cell(f"{untrusted(key)} can't be read: the session's folder has it not", Tone.WARN),), width),)
    lines = _lines(text, width)
    if sha256(text.encode(errors="replace")).hexdigest() != event.sha256:
        lines.insert(0, trim((Cell(" this file is not what was written ", Tone.LOUD),), width))
    return tuple(lines)


def weeks(seen: Seen, read: Shelf, width: int) -> tuple[Line, ...]:
    """The week types so far and the chances of the next one, as they are worked out aside (12.2, 12.3)."""
    names = [e.name for told in seen.snapshot.reports if isinstance(e := told.event, ReportWritten)]
    text = read(WEEKS, names[-1] if names else "")
    if text is None:
        return (trim((Cell("the weeks are being counted", Tone.DIM),), width),)
    return tuple(_lines(text, width))


def _lines(text: str, width: int) -> list[Line]:
    """A text from a file or from elsewhere, no line wider than there is room."""
    return [trim((Cell(piece),), width) for line in text.splitlines() for piece in pieces(_printable(line), width)]


def _key(event: Event) -> str:
    return f"{event.period} {event.name}" if isinstance(event, ReportWritten) else ""


def _printable(line: str) -> str:
    """A file is text from outside: no control and no format character of it is shown; its columns stay."""
    return "".join(character for character in line[:_LONGEST_LINE] if character.isprintable())


def curves(seen: Seen, width: int) -> tuple[Line, ...]:
    """Of each account equity and drawdown, a point a session and the last one now."""
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    lines: list[Line] = []
    for account in seen.snapshot.state.accounts.values():
        marks = _history(seen, account)
        left = width * 3 // 5
        fall = [-float(_drawdown(mark, account)) * 100 for mark in marks]
        limit = f"drawdown %, at most {words.percent(explain.sleeve(s, account).drawdown_limit)}:"
        equities = [float(mark.equity) for mark in marks]
        ours = chart(f"{account.name} equity:", equities, left, _HEIGHT, _whole)
        lines += _beside(ours, chart(limit, fall, width - left - 1, _HEIGHT, _hundredths), left + 1)
        lines += [trim((Cell(_span(marks), Tone.DIM),), width), ()]
    return tuple(trim(line, width) for line in lines)


def _history(seen: Seen, account: Account) -> tuple[Mark, ...]:
    """The account's marks of the sessions before today, and what it is worth now."""
    today = day_of(seen.snapshot.now_ms)
    before = (mark for mark in seen.snapshot.marks.get(account.name, ()) if mark.day < today)
    equity = worth.equity(seen.snapshot.volatile, account)
    return (*before, Mark(today, equity, max(account.high_water, equity)))


def _drawdown(mark: Mark, account: Account) -> Decimal:
    """What was merged with another account is not lost."""
    if mark.high_water <= 0 or (account.merged and not mark.equity):
        return ZERO
    return max(mark.high_water - mark.equity, ZERO) / mark.high_water


def _span(marks: tuple[Mark, ...]) -> str:
    return f"{marks[0].day:%d %b %y} to {marks[-1].day:%d %b %y}, {words.count(len(marks), 'session')}"


def _whole(value: float) -> str:
    return words.minus(f"{value:,.0f}")


def _hundredths(value: float) -> str:
    return words.minus(f"{round(value, 2) + 0.0:.2f}")


def _beside(left: tuple[Line, ...], right: tuple[Line, ...], start: int) -> Iterator[Line]:
    """Two pictures of one height; the right one begins at a column of its own."""
    for ours, theirs in zip(left, right, strict=True):
        yield (*ours, Cell(" " * (start - width_of_line(ours))), *theirs)


def books(seen: Seen, width: int) -> tuple[Line, ...]:
    """Each account's books in dollars, and all together, as many beside each other as fit; the others stand below.

    Growth and hedges stand apart (17.7).
    """
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    accounts = seen.snapshot.state.accounts
    sums = {name: _sums(seen, account) for name, account in accounts.items()}
    stale = {name for name in accounts if explain.is_stale(s, explain.sleeve(s, accounts[name]).age_s)}
    titles = list(next(iter(sums.values()), {}))
    sums["all"] = {title: sum((each[title] for each in sums.values()), ZERO) for title in titles}
    beside, names = max((width - _LABEL) // _SUM, 1), list(sums)
    lines: list[Line] = []
    for block in (names[first : first + beside] for first in range(0, len(names), beside)):
        lines += _block(block, titles, sums, stale)
    return tuple(trim(line, width) for line in lines)


def _block(
    names: Sequence[str], titles: Sequence[str], sums: Mapping[str, dict[str, Decimal]], stale: set[str]
) -> Iterator[Line]:
    """Accounts beside each other, a figure a line."""
    yield (Cell(" " * _LABEL), *(Cell(f"{cut(name, _SUM - 1):>{_SUM}}", Tone.GOOD) for name in names))
    for title in titles:
        told = ((words.usd(sums[name][title]), Tone.DIM if name in stale else Tone.PLAIN) for name in names)
        yield (Cell(f"{title:<{_LABEL}}", Tone.DIM), *(Cell(f"{text:>{_SUM}}", tone) for text, tone in told))
    yield ()


def _sums(seen: Seen, account: Account) -> dict[str, Decimal]:
    volatile = seen.snapshot.volatile
    return {
        "equity": worth.equity(volatile, account),
        "cash": account.cash,
        "stock": worth.stock_value(volatile, account),
        "options": worth.short_option_value(volatile, account),
        "quarter": account.realized_quarter,
        "year": account.realized_year,
        "year's fees": account.fees_year,
        "tax reserve": account.tax_reserve,
        "leap cash": account.leap_cash,
        "growth": worth.ladder_value(volatile, account, hedges=False),
        "hedges": worth.ladder_value(volatile, account, hedges=True),
    }
