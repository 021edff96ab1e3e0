"""The LEAP ladder: each side's rungs by expiry along the months ahead, their deltas, values, and what rolls next."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from allusetui.domain.moment import day_of
from allusetui.rules import explain
from allusetui.rules.explain import LeapFigures, SideFigures, Situation
from allusetui.view import words
from allusetui.view.charts import marked
from allusetui.view.fit import Spec, choose, row
from allusetui.view.model import Cell, Column, Row, Seen, Table, Tone
from allusetui.view.protocol import key_of

_AXIS, _BAND = "months ahead", "band"
_MONTH_DAYS = 30.4375
_SOON = timedelta(days=7)
_TICKS = 6
_SPECS = (
    Spec(Column("account", 7), 0, 8),
    Spec(Column("side", 6), 0),
    Spec(Column("LEAP", 21), 0, 30),
    Spec(Column("qty", 3, right=True), 2),
    Spec(Column("TTE", 5, right=True), 1),
    Spec(Column(_AXIS, 19), 5, 37),
    Spec(Column("delta", 5, right=True), 3),
    Spec(Column(_BAND, 9), 6, 13),
    Spec(Column("value", 10, right=True), 0),
    Spec(Column("rung", 5, right=True), 7),
    Spec(Column("next", 15), 4),
)


def ladder(seen: Seen, width: int) -> Table:
    """A line a side of an account, then its LEAPs, the first to expire first; a row's key is `key_of` it."""
    columns = choose(_SPECS, width)
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    widths = {column.title: column.width for column in columns}
    rows = tuple(each for side in explain.ladder(s) for each in _side(side, s, columns, widths))
    scaled = tuple(
        Column(_scale(s.law.ladder.call_months.high, c.width), c.width) if c.title == _AXIS else c for c in columns
    )
    return Table(scaled, rows, "no account trades, and none holds a LEAP")


def _side(side: SideFigures, s: Situation, columns: Sequence[Column], widths: Mapping[str, int]) -> Iterator[Row]:
    """What the side is worth and has left to spend, then what it holds."""
    left = f"{'budget' if side.hedges else 'cash'} {words.usd(side.left)}"
    tone = Tone.PLAIN if side.leaps else Tone.DIM
    cells = {
        "account": Cell(side.account.name),
        "side": Cell("hedge" if side.hedges else "growth", tone),
        "LEAP": Cell(f"{len(side.leaps)} held, {left}", tone),
        "value": Cell(words.usd(side.value), tone),
        "next": _first(side, s),
    }
    yield row("", columns, cells)
    for leap in side.leaps:
        yield row(key_of(side.account.name, leap.option), columns, _leap(leap, side, s, widths))


def _first(side: SideFigures, s: Situation) -> Cell:
    """What holds the side back; else what of it ends first; else whether it has reason to buy."""
    if side.waits is not None:
        return Cell(side.waits.replace("_", " "), Tone.WARN)
    first = min((leap.ends_on for leap in side.leaps), default=None)
    if first is not None:
        return Cell("one is due" if first <= day_of(s.now_ms) else f"first {first:%d %b %y}")
    if side.hedges:
        return Cell(f"on: {', '.join(sorted(s.state.triggers.on))}" if s.state.triggers.on else words.NONE, Tone.DIM)
    return Cell("waits to buy", Tone.DIM)


def _leap(leap: LeapFigures, side: SideFigures, s: Situation, widths: Mapping[str, int]) -> dict[str, Cell]:
    today, band = day_of(s.now_ms), s.law.ladder.drift_delta
    stale = explain.is_stale(s, leap.age_s)
    tone = Tone.DIM if stale else Tone.PLAIN
    old = f" {words.age(leap.age_s)}" if stale and leap.value is not None else ""
    drift = Tone.WARN if leap.drifts else tone
    months = (leap.option.expiry - today).days / _MONTH_DAYS
    place = "" if side.hedges else words.UNKNOWN
    if leap.delta is not None and not side.hedges:
        place = marked(leap.delta, band.low, band.high, widths.get(_BAND, 0))
    share = side.shares.get((leap.option.expiry.year, leap.option.expiry.month)) if not leap.is_sold else None
    return {
        "LEAP": Cell(words.named(leap.option, today)),
        "qty": Cell(str(leap.quantity)),
        "TTE": Cell(f"{months:.1f}m"),
        _AXIS: Cell(_along(months, s, widths.get(_AXIS, 0)), Tone.DIM if side.hedges else Tone.PLAIN),
        "delta": Cell(words.UNKNOWN if leap.delta is None else f"{leap.delta:.2f}", drift),
        _BAND: Cell(place, drift),
        "value": Cell(f"{words.UNKNOWN if leap.value is None else words.usd(leap.value)}{old}", tone),
        "rung": Cell(f"{words.percent(share)}%" if share is not None else words.NONE, tone),
        "next": _next(leap, s),
    }


def _next(leap: LeapFigures, s: Situation) -> Cell:
    """What becomes of it: by its delta at the next look, or by its age from a day on."""
    verb, today = "sold" if leap.is_sold else "rolls", day_of(s.now_ms)
    if leap.ends_on <= today:
        return Cell(f"{verb} at {s.law.ladder.looks_at:%H:%M}", Tone.WARN)
    if leap.drifts:
        return Cell(f"drifted: {s.law.ladder.looks_at:%H:%M}", Tone.WARN)
    return Cell(f"{verb} {leap.ends_on:%d %b %y}", Tone.PLAIN if leap.ends_on - today <= _SOON else Tone.DIM)


def _along(months: float, s: Situation, width: int) -> str:
    """The expiry on the axis, and where the law's months for a roll begin."""
    most = s.law.ladder.call_months.high
    cells = ["·"] * width
    for place, sign in ((s.law.ladder.roll_months, "┊"), (months, "●")):
        if width:
            cells[min(max(round(place / most * (width - 1)), 0), width - 1)] = sign
    return "".join(cells)


def _scale(most: int, width: int) -> str:
    """The axis's months in its title: `0     6     12   18m`."""
    cells = [" "] * width
    for month in range(0, most + 1, _TICKS):
        label = f"{month}m" if month + _TICKS > most else str(month)
        at = min(round(month / most * (width - 1)), width - len(label))
        cells[at : at + len(label)] = label
    return "".join(cells)
