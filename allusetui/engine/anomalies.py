"""13.2: the adviser looks at each session's closes and at headlines. What it finds is told; nothing is decided on it.

Nothing waits for it: no answer, or one that can't be read, is told once and harms nothing.
"""

from datetime import date
from operator import attrgetter

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.advice import Anomalies, Anomaly, Closes, HeadlineQuestion, MarketQuestion
from allusetui.domain.calendar import Session
from allusetui.domain.contract import CASH_SETTLED
from allusetui.domain.effect import AskAdvice, AskBars
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.text import untrusted
from allusetui.engine.desk import Desk
from allusetui.engine.market import watched_symbols
from allusetui.rules.situation import clause
from allusetui.rules.suggestion import is_sound

CLAUSES = ("13.2",)
HEADLINE = "headline"
_OF_MARKET = frozenset({"volatility", "turbulence", "correlation"})
_WAIT_S = 60
_DAY, _CLOSE = attrgetter("day"), attrgetter("close")
_MOST_HEADLINES = 8
"""Waited for at one time; a flood of them starves no other question."""
_LONGEST_HEADLINE = 160


@clause("13.2")
def at_close(desk: Desk, session: Session) -> None:
    """The session has just closed: its closes are asked about once the bars before them are known."""
    desk.volatile.closed = session.day
    desk.volatile.bars_missing.clear()
    for symbol in _watched(desk):
        if desk.quote(symbol) is not None and not _is_known(desk, symbol):
            desk.volatile.bars_missing.add(symbol)
            desk.ask(AskBars(symbol))
    _ask_if_whole(desk)


def on_bars(desk: Desk, seen: inp.BarsSeen) -> None:
    """What was told of the past is kept for the close; with the last that was missing the adviser is asked."""
    desk.volatile.bars[seen.symbol] = seen.bars
    desk.volatile.bars_missing.discard(seen.symbol)
    _ask_if_whole(desk)


def _watched(desk: Desk) -> list[str]:
    return [symbol for symbol in watched_symbols(desk) if symbol not in CASH_SETTLED]


def _is_known(desk: Desk, symbol: str) -> bool:
    """Whether its bars reach up to the session before today's."""
    bars = desk.volatile.bars.get(symbol, ())
    return bool(bars) and bars[-1].day == desk.calendar.before(desk.today).day


def _ask_if_whole(desk: Desk) -> None:
    session = desk.session
    if session is None or desk.volatile.closed != session.day or desk.volatile.bars_missing:
        return
    desk.volatile.closed = date.min
    series = tuple(found for symbol in _watched(desk) if (found := _closes(desk, symbol, session)) is not None)
    if series:
        _ask(desk, MarketQuestion(session.day, series))


def _closes(desk: Desk, symbol: str, session: Session) -> Closes | None:
    """The closes of the bars, and of the session its last quote; None where either is not known for certain."""
    quote = desk.quote(symbol)
    if quote is None or desk.is_doubted(symbol) or not _is_known(desk, symbol):
        return None
    if abs(quote.at_ms - session.close_ms) > desk.law.data.stale_s * SECOND_MS:
        return None
    bars = desk.volatile.bars[symbol]
    days, closes = (*map(_DAY, bars), session.day), (*map(_CLOSE, bars), float(quote.mid))
    return Closes(symbol, days, closes)


@clause("13.2")
def on_headline(desk: Desk, seen: inp.HeadlineSeen) -> None:
    """A headline on what is watched is put to the adviser, unless one of it was told today, or too many wait."""
    symbol = next((each for each in _watched(desk) if each == seen.symbol), None)
    waiting = sum(isinstance(question, HeadlineQuestion) for question in desk.volatile.advice_awaited)
    if symbol is None or waiting >= _MOST_HEADLINES or _is_told(desk, HEADLINE, symbol):
        return
    text = untrusted(seen.text, _LONGEST_HEADLINE)
    if text:
        _ask(desk, HeadlineQuestion(desk.today, symbol, text))


def _ask(desk: Desk, question: MarketQuestion | HeadlineQuestion) -> None:
    desk.volatile.advice_awaited[question] = desk.now_ms + _WAIT_S * SECOND_MS
    desk.ask(AskAdvice(question))


def _is_told(desk: Desk, topic: str, symbol: str) -> bool:
    """Once a day of a symbol and kind."""
    return desk.state.anomalies.get((topic, symbol)) == desk.today


@clause("13.2")
def on_answer(desk: Desk, asked: MarketQuestion | HeadlineQuestion, seen: inp.AdviceSeen) -> None:
    """What it found is told, each kind once a day of a symbol; what it was not asked for is not heard."""
    if seen.trouble or not _is_answer(asked, seen.advice):
        fail(desk, seen.trouble or "gave an answer that can't be read")
        return
    desk.volatile.adviser_failed = False
    for anomaly in seen.advice.found if isinstance(seen.advice, Anomalies) else ():
        if not _is_told(desk, anomaly.kind, anomaly.symbol):
            _tell(desk, asked, anomaly)


def _is_answer(asked: MarketQuestion | HeadlineQuestion, advice: object) -> bool:
    """Whether it is nothing, or found of the kinds and symbols that were asked about, each once."""
    if advice is None:
        return True
    if not isinstance(advice, Anomalies) or not is_sound(advice, Anomalies):
        return False
    names = [(found.kind, found.symbol) for found in advice.found]
    return len(set(names)) == len(names) and all(_is_asked(asked, *name) for name in names)


def _is_asked(asked: MarketQuestion | HeadlineQuestion, kind: str, symbol: str) -> bool:
    if isinstance(asked, HeadlineQuestion):
        return (kind, symbol) == (HEADLINE, asked.symbol)
    return kind in _OF_MARKET and symbol in ("", *(series.symbol for series in asked.series))


def fail(desk: Desk, told: str) -> None:
    """That nobody looks is told once, until somebody does."""
    if not desk.volatile.adviser_failed:
        desk.volatile.adviser_failed = True
        text = untrusted(f"The adviser {told}: market and headlines are not looked at for what is out of the ordinary.")
        desk.alert("info", text, None, CLAUSES)


def _tell(desk: Desk, asked: MarketQuestion | HeadlineQuestion, found: Anomaly) -> None:
    """What concerns all that is watched, or something held, is a warning."""
    held = any(c.symbol == found.symbol for account in desk.state.accounts.values() for c in account.lots)
    text = _headline(asked, found) if isinstance(asked, HeadlineQuestion) else _worded(found)
    desk.emit(
        ev.AlertRaised(
            clauses=CLAUSES, severity="warning" if held or not found.symbol else "info", text=text,
            topic=found.kind, symbol=found.symbol,
        )
    )  # fmt: skip


def _headline(asked: HeadlineQuestion, found: Anomaly) -> str:
    """The headline stands in quotes: it is somebody else's."""
    return f"{asked.symbol}: a headline reads badly ({found.score:g}, limit {found.limit:g}): “{asked.text}”"


def _worded(found: Anomaly) -> str:
    score = f"{abs(found.score):.1f}"
    match found.kind:
        case "volatility":
            fell = f"{'fell' if found.now < 0 else 'rose'} {abs(found.now):.1%} in a day"
            return f"{found.symbol or 'What is watched'} {fell}: {score} of its deviations (limit {found.limit:g})."
        case "turbulence":
            return f"Symbols moved as they seldom do together: turbulence {score} (limit {found.limit:g})."
        case _:
            share = f"mean correlation {found.now:.2f} over a month, {found.usual:.2f} over the year before"
            return f"Symbols move as one: {share} (z {score}, limit {found.limit:g})."
