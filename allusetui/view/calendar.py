"""The calendar: this week and the next, day by day. What is over is dim, what is on now says so."""

from allusetui.domain.moment import day_of, local
from allusetui.rules import explain
from allusetui.rules.explain import Happening, Kind
from allusetui.view import words
from allusetui.view.fit import Spec, choose, row
from allusetui.view.model import Cell, Column, Row, Seen, Table, Tone

_SPECS = (
    Spec(Column("day", 10), 0),
    Spec(Column("hours", 12), 0),
    Spec(Column("what", 12), 0),
    Spec(Column("of", 18), 1, 34),
    Spec(Column("accounts", 12), 2, 26),
    Spec(Column("clauses", 9), 4, 12),
    Spec(Column("when", 6), 3),
)
_FEW = 5
_TONES = {Kind.SHUT: Tone.WARN, Kind.EARLY: Tone.WARN, Kind.WINDOW: Tone.GOOD}


def calendar(seen: Seen, width: int) -> Table:
    """Windows, early closes, days without a session, expiries, known earnings and ex-dividends."""
    columns = choose(_SPECS, width)
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    now_ms, today = seen.snapshot.now_ms, day_of(seen.snapshot.now_ms)
    rows, last = [], None
    for happening in explain.weeks_ahead(s):
        if last is not None and happening.day.isocalendar()[1] != last.isocalendar()[1]:
            rows.append(row("", columns, {"day": Cell("next week", Tone.DIM)}))
        first, last = happening.day != last, happening.day
        cells = _cells(happening, now_ms)
        if first:
            cells["day"] = Cell(f"{happening.day:%a %d %b}", Tone.PLAIN if happening.day >= today else Tone.DIM)
        rows.append(row("", columns, cells))
    return Table(columns, (*rows, *_unknown(explain.reports_unknown(s), columns)), "nothing is known of these weeks")


def _cells(happening: Happening, now_ms: int) -> dict[str, Cell]:
    when, tone = _when(happening, now_ms)
    over = tone is Tone.DIM
    kind = Tone.DIM if over else _TONES.get(happening.kind, Tone.PLAIN)
    told = Tone.DIM if over else Tone.PLAIN
    return {
        "hours": Cell(_hours(happening), told),
        "what": Cell(happening.kind.value, kind),
        "of": Cell(_of(happening), told),
        "accounts": Cell(" ".join(happening.accounts), told),
        "clauses": Cell(" ".join(happening.clauses), Tone.DIM),
        "when": Cell(when, tone),
    }


def _when(happening: Happening, now_ms: int) -> tuple[str, Tone]:
    """Whether it is over, on now, or how far away."""
    today = day_of(now_ms)
    ends_ms = happening.to_ms or happening.at_ms
    if happening.day < today or (ends_ms is not None and ends_ms <= now_ms):
        return "over", Tone.DIM
    if happening.at_ms is not None and happening.at_ms <= now_ms:
        return "now", Tone.GOOD
    days = (happening.day - today).days
    return ("today" if not days else f"in {days}d"), Tone.PLAIN


def _hours(happening: Happening) -> str:
    if happening.at_ms is None:
        return words.NONE
    first = f"{local(happening.at_ms):%H:%M}"
    return first if happening.to_ms is None else f"{first}–{local(happening.to_ms):%H:%M}"


def _of(happening: Happening) -> str:
    match happening.kind:
        case Kind.WINDOW:
            return f"{happening.what.upper()} entries"
        case Kind.EXPIRY:
            return f"{happening.count} × {happening.what}"
        case Kind.EX_DIVIDEND:
            calls = f", {words.count(happening.count, 'call')} short" if happening.count else ""
            return f"{happening.what} {words.price(happening.amount)}{calls}"
        case Kind.EARNINGS:
            return f"{happening.what}: no put past it"
        case Kind.SHUT:
            return "no session"
        case _:
            return happening.what


def _unknown(symbols: tuple[str, ...], columns: tuple[Column, ...]) -> list[Row]:
    """That not knowing of a report is not knowing that there is none."""
    if not symbols:
        return []
    more = f" and {len(symbols) - _FEW} more" if len(symbols) > _FEW else ""
    text = f"{' '.join(symbols[:_FEW])}{more}"
    return [row("", columns, {"day": Cell("?"), "what": Cell(Kind.EARNINGS.value), "of": Cell(text, Tone.DIM)})]
