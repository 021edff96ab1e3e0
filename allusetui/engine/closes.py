"""5.3–5.5: the hedge triggers, judged once for each session by what it closed at."""

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.calendar import Session
from allusetui.domain.effect import AskBars
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.money import to_price
from allusetui.domain.volatile import Judging
from allusetui.engine.desk import Desk
from allusetui.rules import triggers
from allusetui.rules.situation import VIX, clause
from allusetui.rules.triggers import CLAUSE_OF, INDEX, Closes, Verdict

_SYMBOLS = (VIX, INDEX)


def at_close(desk: Desk, session: Session) -> None:
    """The session has just closed: its last quotes are its closes. Without those its bars tell the next morning."""
    closes = {}
    for symbol in _SYMBOLS:
        quote = desk.quote(symbol)
        if quote is None:
            continue
        if abs(quote.at_ms - session.close_ms) > desk.law.data.stale_s * SECOND_MS:
            return
        closes[symbol] = to_price(quote.mid)
    _begin(desk, Judging(session.day, closes))


def missed(desk: Desk) -> None:
    """In session: sessions whose close nobody has judged are judged by their bars."""
    last = desk.calendar.before(desk.today).day
    if desk.state.triggers.judged < last and desk.volatile.closes_asked != desk.today:
        desk.volatile.closes_asked = desk.today
        _begin(desk, Judging(last, {}))


def _begin(desk: Desk, judging: Judging) -> None:
    desk.volatile.judging = judging
    for symbol in _SYMBOLS:
        desk.ask(AskBars(symbol))


def on_bars(desk: Desk, seen: inp.BarsSeen) -> None:
    """With the bars of both indices every session up to the awaited one is judged."""
    judging = desk.volatile.judging
    if judging is None:
        return
    judging.bars[seen.symbol] = seen.bars
    if len(judging.bars) < len(_SYMBOLS):
        return
    desk.volatile.judging = None
    while (day := desk.calendar.after(desk.state.triggers.judged).day) <= judging.day:
        _judge(desk, triggers.closes_of(desk, judging, day))


@clause("5.3", "5.4", "5.5", "5.6")
def _judge(desk: Desk, closes: Closes) -> None:
    found = triggers.verdicts(desk, closes)
    vix, law = found["vix"], desk.law.hedging
    desk.emit(
        ev.TriggersJudged(
            clauses=tuple(CLAUSE_OF.values()), day=closes.day, vix=vix.value,
            index=closes.index[-1] if closes.index else None,
            high=triggers.highest(closes.index, law) if closes.index else None,
            breadth=closes.breadth.value if closes.breadth else None,
            breadth_day=closes.breadth.day if closes.breadth else None,
            calm=vix.holds is False, at_level2=_at_level2(desk), vix_run=triggers.closes_in_a_row(closes.vix, law),
        )
    )  # fmt: skip
    # What turns on comes first: where another turns off at the same close the episode goes on.
    for name, verdict in sorted(found.items(), key=lambda item: not item[1].holds):
        _turn(desk, name, verdict, closes)


def _at_level2(desk: Desk) -> tuple[str, ...]:
    """The accounts with a position that still keeps hedges."""
    least = desk.law.hedging.release_below_level
    return tuple(a.name for a in desk.trading() if any(p.level >= least for p in a.positions.values()))


def _turn(desk: Desk, name: str, verdict: Verdict, closes: Closes) -> None:
    if verdict.holds is None or verdict.holds == (name in desk.state.triggers.on):
        return
    kind = ev.TriggerOn if verdict.holds else ev.TriggerOff
    desk.emit(kind(clauses=(CLAUSE_OF[name],), trigger=name, value=verdict.value, day=closes.day))
