"""The header: whose session this is, what time it is there, and whether everything that must live is alive."""

from collections.abc import Mapping
from typing import Final

from allusetui.domain.account import Status
from allusetui.domain.link import Mode
from allusetui.domain.moment import SECOND_MS, local
from allusetui.domain.quote import Feed
from allusetui.rules import explain
from allusetui.view import words
from allusetui.view.alerts import unread
from allusetui.view.fit import cut, trim, width_of_line
from allusetui.view.model import Cell, Line, Seen, Tone
from allusetui.view.silence import SILENT_MS

ONE_LINE = 150
"""From this width on everything stands in one line, below it in two."""
LATE_MS = 2_000.0
_LAG_MS, _NAME, _TROUBLE = 20.0, 16, 34
_MODE_TONES: Final[Mapping[str, Tone]] = {Mode.SIM: Tone.PLAIN, Mode.PAPER: Tone.GOOD, Mode.LIVE: Tone.BAD}


def header(seen: Seen, width: int, heard_ms: float, read_seq: int = 0) -> tuple[Line, ...]:
    """One line from 150 cells on, else two.

    `heard_ms`: age of the newest snapshot, wall time; `read_seq`: the newest alert that a person has looked at.
    """
    session = (_mode(seen), _clock(seen), _phase(seen), _window(seen))
    health = (_vix(seen), *_link(seen), _engine(seen, heard_ms), _alerts(seen, read_seq))
    if width >= ONE_LINE:
        return (_joined((*session, *health), width),)
    return _joined(session, width), _joined(health, width)


def _joined(parts: tuple[Line, ...], width: int) -> Line:
    """As many of the parts as fit, two cells between them; the first one is cut rather than left out."""
    line = trim((Cell(" "), *parts[0]), width)
    for part in parts[1:]:
        longer = (*line, Cell("  "), *part)
        if width_of_line(longer) <= width:
            line = longer
    return line


def _mode(seen: Seen) -> Line:
    snapshot = seen.snapshot
    speed = f" ×{snapshot.speed:g}" if snapshot.speed != 1 else ""
    tone = _MODE_TONES.get(snapshot.mode, Tone.WARN)
    return Cell(snapshot.mode.upper(), tone), Cell(f" {cut(snapshot.session, _NAME)}"), Cell(speed, Tone.DIM)


def _clock(seen: Seen) -> Line:
    return (Cell(f"{local(seen.snapshot.now_ms):%a %d %b %H:%M:%S} ET"),)


def _phase(seen: Seen) -> Line:
    """Whether the market is open, and until or from when."""
    now_ms = seen.snapshot.now_ms
    session = explain.next_session(explain.situation_of(seen.law, seen.calendar, seen.snapshot))
    if session is None:
        return (Cell("market shut, no session known", Tone.WARN),)
    if session.open_ms <= now_ms:
        early = " early" if session.early else ""
        return Cell("open"), Cell(f" to {words.moment(session.close_ms, now_ms)}{early}", Tone.DIM)
    return Cell("shut"), Cell(f" to {words.moment(session.open_ms, now_ms)}", Tone.DIM)


def _window(seen: Seen) -> Line:
    """The entry window that is open, or the next one of a trading account."""
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    kinds = dict.fromkeys(a.type.value for a in seen.snapshot.state.accounts.values() if a.trading)
    spans = [(span, kind) for kind in kinds if (span := explain.next_window(s, kind)) is not None]
    if not spans:
        return (Cell("no window", Tone.DIM),)
    first, now_ms = min(span.opens_ms for span, _ in spans), seen.snapshot.now_ms
    names = "/".join(kind.upper() for span, kind in spans if span.opens_ms == first)
    closes = min(span.closes_ms for span, _ in spans if span.opens_ms == first)
    if first <= now_ms:
        return (Cell(f"{names} window, {words.span((closes - now_ms) / SECOND_MS)} left"),)
    return (Cell(f"{names} window in {words.span((first - now_ms) / SECOND_MS)}", Tone.DIM),)


def _vix(seen: Seen) -> Line:
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    tier = explain.tier(s)
    value = words.UNKNOWN if s.vix is None else format(s.vix, ".1f")
    shown = Cell(f"VIX {value}", Tone.WARN if s.vix is None else Tone.PLAIN)
    return (shown, Cell(" ·", Tone.DIM)) if tier is None else (shown, Cell(f" {words.TIERS[tier]}", Tone.BAD))


def _link(seen: Seen) -> tuple[Line, Line]:
    """The broker's link and how old its last message is."""
    link = seen.snapshot.link
    if not link.up:
        why = (Cell(f" {cut(link.trouble, _TROUBLE)}", Tone.WARN),) if link.trouble else ()
        # A session that has not begun waits for its link, and nothing is lost yet.
        down = Cell("link ✖ DOWN", Tone.BAD) if seen.snapshot.state.session else Cell("linking …", Tone.WARN)
        return (down, *why), (Cell("data ?", Tone.DIM),)
    trip = words.UNKNOWN if link.round_trip_ms is None else f"{link.round_trip_ms:.1f}ms"
    heard = words.UNKNOWN if link.message_age_ms is None else words.age(link.message_age_ms / SECOND_MS)
    late = link.message_age_ms is not None and link.message_age_ms > seen.law.data.stale_s * SECOND_MS
    data = (Cell(f"data {heard}", Tone.WARN if late else Tone.DIM), *_feed(seen))
    return (Cell("link ● "), Cell(trip, Tone.DIM)), data


def _feed(seen: Seen) -> Line:
    """That some underlying's data are not live, and nothing new is opened on them."""
    feeds = {quote.feed for quote in seen.snapshot.volatile.quotes.values()}
    worst = next((feed for feed in (Feed.DELAYED_FROZEN, Feed.DELAYED, Feed.FROZEN) if feed in feeds), None)
    return () if worst is None else (Cell(f" {worst.value.upper()}", Tone.WARN),)


def _engine(seen: Seen, heard_ms: float) -> Line:
    """The heartbeat. A halt is told here too: it is the engine that stands."""
    if seen.snapshot.ended:
        return (Cell("eng ■ ended", Tone.WARN),)
    if heard_ms >= LATE_MS:
        tone = Tone.LOUD if heard_ms >= SILENT_MS else Tone.BAD
        return (Cell(f"eng ✖ silent {words.age(heard_ms / SECOND_MS)}", tone),)
    if any(account.status is Status.EMERGENCY for account in seen.snapshot.state.accounts.values()):
        return (Cell("eng ● EMERGENCY", Tone.BAD),)
    lag = seen.snapshot.lag_ms
    return (Cell("eng ●"),) if lag <= _LAG_MS else (Cell("eng ●"), Cell(f" lag {lag:.0f}ms", Tone.WARN))


def _alerts(seen: Seen, read_seq: int) -> Line:
    found = unread(seen, read_seq)
    if not found:
        return (Cell("no alerts", Tone.DIM),)
    critical = sum(event.severity == "critical" for _, event in found)
    text = words.count(len(found), "alert")
    return (Cell(f"{text}, {critical} critical", Tone.BAD),) if critical else (Cell(text, Tone.WARN),)
