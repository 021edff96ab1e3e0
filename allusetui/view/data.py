"""The data: each number of the market that decisions stand on, where it comes from, how old it is, what is wrong."""

from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Final

from allusetui.domain.link import Mode
from allusetui.domain.moment import SECOND_MS, at_clock, day_of
from allusetui.domain.quote import Feed, Payout
from allusetui.domain.snapshot import Source
from allusetui.domain.text import untrusted
from allusetui.rules import explain
from allusetui.view import words
from allusetui.view.fit import Spec, choose, row
from allusetui.view.model import Cell, Column, Row, Seen, Table, Tone

_SPECS = (
    Spec(Column("of", 6), 0),
    Spec(Column("what", 9), 0),
    Spec(Column("value", 16), 1, 24),
    Spec(Column("source", 16), 2, 42),
    Spec(Column("age", 5, right=True), 0),
    Spec(Column("trouble", 20), 3, 70),
)
_FEEDS: Final[Mapping[Feed, str]] = {
    Feed.LIVE: "live",
    Feed.DELAYED: "delayed 15 min",
    Feed.FROZEN: "frozen at the close",
    Feed.DELAYED_FROZEN: "delayed, frozen",
}
_ATR_SOURCES: Final = {
    "bars": "daily bars", "last_valid": "last valid ATR, raised", "price": "a share of the price",
}  # fmt: skip
_SIMULATED: Final = "the simulated market"
_OPEN: Final = time(9, 30)
_OF_MARKET: Final = ("breadth", "rate")
_Told = Mapping[tuple[str, str], Source]
"""By what they are and of which symbol."""


def data(seen: Seen, width: int) -> Table:
    """A row each of a symbol's quote, ATR, bars, chain, reports and dividends; of the market breadth and rate."""
    columns, told = choose(_SPECS, width), {(each.what, each.of): each for each in seen.snapshot.sources}
    symbols = sorted({*seen.snapshot.volatile.quotes, *(of for _, of in told if of)})
    found = [cells for symbol in symbols for cells in _of_symbol(seen, symbol, told)]
    found += [cells for what in _OF_MARKET for cells in _general(seen, what, told.get((what, "")))]
    rows = [row(f"{cells['of'].text}|{cells['what'].text}", columns, cells) for cells in found]
    return Table(columns, tuple(_once_a_symbol(rows)), "nothing of the market is known yet")


def _once_a_symbol(rows: list[Row]) -> Iterator[Row]:
    """The symbol stands at its first row."""
    last = None
    for each in rows:
        of = each.cells[0].text
        yield Row(each.key, (Cell(""), *each.cells[1:])) if of == last else each
        last = of


def _of_symbol(seen: Seen, symbol: str, told: _Told) -> Iterator[dict[str, Cell]]:
    snapshot, today = seen.snapshot, day_of(seen.snapshot.now_ms)
    yield _quote(seen, symbol, told.get(("quote", symbol)))
    if (atr := snapshot.state.atr.get(symbol)) is not None:
        source = Cell(_ATR_SOURCES[atr.source], Tone.PLAIN if atr.source == "bars" else Tone.WARN)
        yield _cells(symbol, "ATR", words.price(atr.value), source, _age_s(seen, at_clock(atr.day, _OPEN)))
    for what in ("bars", "chain"):
        if (told_of := told.get((what, symbol))) is not None:
            yield _sourced(seen, symbol, what, told_of.value, told_of)
    if symbol in snapshot.volatile.reports:
        dates = snapshot.volatile.reports[symbol]
        text = words.UNKNOWN if dates is None else _next(dates, today)
        yield _sourced(seen, symbol, "earnings", text, told.get(("earnings", symbol)))
        text = _paid(snapshot.volatile.payouts.get(symbol, ()), today)
        yield _sourced(seen, symbol, "dividends", text, told.get(("dividends", symbol)))


def _quote(seen: Seen, symbol: str, source: Source | None) -> dict[str, Cell]:
    quote, trouble = seen.snapshot.volatile.quotes.get(symbol), source.trouble if source is not None else ""
    if quote is None:
        return _cells(symbol, "quote", words.UNKNOWN, Cell(words.UNKNOWN, Tone.WARN), None, trouble)
    feed = _SIMULATED if _is_simulated(seen) else _FEEDS[quote.feed]
    age_s = _age_s(seen, quote.at_ms)
    is_stale = explain.is_stale(explain.situation_of(seen.law, seen.calendar, seen.snapshot), age_s)
    found = Cell(feed, Tone.PLAIN if quote.feed is Feed.LIVE else Tone.WARN)
    return _cells(symbol, "quote", words.price(quote.mid), found, age_s, trouble, is_stale)


def _general(seen: Seen, what: str, source: Source | None) -> Iterator[dict[str, Cell]]:
    """Of the whole market; breadth as it was last judged where nobody tells of its source."""
    judged = seen.snapshot.state.triggers.breadth
    if source is not None:
        yield _sourced(seen, "", what, source.value, source)
    elif what == "breadth" and judged is not None:
        yield _sourced(seen, "", what, f"{words.plain(judged.value)} %, {judged.day.isoformat()}", None)


def _sourced(seen: Seen, of: str, what: str, text: str, source: Source | None) -> dict[str, Cell]:
    """With the source that is told; without one it is the simulated market, or nobody knows."""
    if source is None:
        return _cells(of, what, text, _source(_SIMULATED if _is_simulated(seen) else ""), None)
    age_s = None if source.at_ms is None else _age_s(seen, source.at_ms)
    return _cells(of, what, text or words.UNKNOWN, _source(source.source), age_s, source.trouble)


def _is_simulated(seen: Seen) -> bool:
    return seen.snapshot.mode == Mode.SIM


def _age_s(seen: Seen, at_ms: int) -> float:
    return max(seen.snapshot.now_ms - at_ms, 0) / SECOND_MS


def _source(text: str) -> Cell:
    return Cell(untrusted(text)) if text else Cell(words.UNKNOWN, Tone.WARN)


def _cells(
    of: str, what: str, value: str, source: Cell, age_s: float | None, trouble: str = "", is_stale: bool = False
) -> dict[str, Cell]:
    """What is unknown is marked, what is old is dim with its age."""
    tone = Tone.WARN if value == words.UNKNOWN else Tone.DIM if is_stale else Tone.PLAIN
    age = words.NONE if age_s is None else words.age(age_s)
    return {
        "of": Cell(of), "what": Cell(what), "value": Cell(value, tone), "source": source,
        "age": Cell(age, Tone.DIM if is_stale or age_s is None else Tone.PLAIN),
        "trouble": Cell(untrusted(trouble), Tone.WARN),
    }  # fmt: skip


def _next(dates: tuple[date, ...], today: date) -> str:
    ahead = [day for day in dates if day >= today]
    return f"{ahead[0]:%d %b %Y}" if ahead else "none to come"


def _paid(payouts: tuple[Payout, ...], today: date) -> str:
    ahead = [each for each in payouts if each.ex >= today]
    return f"{ahead[0].ex:%d %b} {words.price(ahead[0].amount)}" if ahead else "none known"
