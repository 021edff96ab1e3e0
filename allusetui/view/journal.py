"""The journal's live tail: what happened, to whom, by which clauses, and the figures that matter."""

from dataclasses import fields
from datetime import date
from decimal import Decimal

from allusetui.domain.contract import Option, Stock
from allusetui.domain.event import EntrySkipped, Event
from allusetui.domain.moment import day_of
from allusetui.view import words
from allusetui.view.fit import Spec, choose, row
from allusetui.view.model import Cell, Column, Seen, Table, Tone

_SPECS = (
    Spec(Column("time", 12), 0),
    Spec(Column("account", 5), 1, 8),
    Spec(Column("what", 16), 0, 22),
    Spec(Column("clauses", 9), 3, 14),
    Spec(Column("figures", 20), 2, 500),
)
_LABELS = {
    "side": "", "purpose": "", "quantity": "", "contract": "", "symbol": "", "candidate": "→ ", "limit": "limit ",
    "price": "at ", "mid": "mid ", "from_": "", "to": "→ ", "breach": "breach ", "spot": "spot ", "atr": "ATR ",
    "latch": "", "tier": "", "vix": "VIX ", "severity": "", "action": "", "subject": "", "decision": "", "text": "",
    "by": "by ", "outcome": "", "findings": "", "reason": "", "what": "", "ours": "ours ", "broker": "broker ",
    "cost": "cost ", "equity": "equity ", "high_water": "mark ", "amount": "", "realized": "realized ", "use": "use ",
    "delta": "delta ", "dte": "DTE ", "deviation": "", "version": "v", "step": "step ", "age": "age ", "field": "",
    "trigger": "", "value": "", "index": "SPX ", "breadth": "breadth ", "premium": "premium ", "budget": "budget ",
    "spent": "spent ", "profit": "profit ", "week": "", "type": "", "period": "", "name": "", "change": "",
    "rejections": "rejections ", "waived": "waived ",
}  # fmt: skip
"""The fields that are shown, in their order, and what is said before each."""


def journal(seen: Seen, width: int, wanted: str = "") -> Table:
    """The newest events, the newest last, those that have all words of `wanted`; a row's key is the event's seq."""
    columns, snapshot = choose(_SPECS, width), seen.snapshot
    today = day_of(snapshot.now_ms)
    rows = []
    for told in snapshot.tail:
        event = told.event
        if not _has(event, wanted, today):
            continue
        cells = {
            "time": Cell(words.clock(told.at_ms) if day_of(told.at_ms) == today else _older(told.at_ms), Tone.DIM),
            "account": Cell(event.account or words.NONE),
            "what": Cell(kind_of(event)),
            "clauses": Cell(" ".join(event.clauses), Tone.DIM),
            "figures": Cell(figures(event, today)),
        }
        rows.append(row(str(told.seq), columns, cells))
    return Table(columns, tuple(rows), "nothing has happened yet" if not wanted else "nothing fits", wanted)


def _has(event: Event, wanted: str, today: date) -> bool:
    """Whether every word that is looked for stands somewhere in the event's line."""
    if not wanted:
        return True
    text = f"{event.account} {kind_of(event)} {' '.join(event.clauses)} {figures(event, today)}".lower()
    return all(word in text for word in wanted.lower().split())


def _older(at_ms: int) -> str:
    return f"{day_of(at_ms):%a} {words.clock(at_ms)}"


def kind_of(event: Event) -> str:
    """The kind in words: `order cancel requested`."""
    return event.kind.replace(".", " ").replace("_", " ")


def figures(event: Event, today: date) -> str:
    """What an event says of itself, in one short text."""
    known = {f.name for f in fields(event)}
    found = [(label, getattr(event, name)) for name, label in _LABELS.items() if name in known]
    if isinstance(event, EntrySkipped):
        found += [(f"{name.replace('_', ' ')} ", value) for name, value in event.figures.items()]
    return " ".join(f"{label}{_told(value, today)}" for label, value in found if value not in (None, ""))


def _told(value: object, today: date) -> str:
    match value:
        case Option() | Stock():
            return words.named(value, today)
        case Decimal():
            return words.plain(value)
        case float():
            return words.minus(f"{value:g}")
        case _:
            return words.minus(str(value)) if isinstance(value, int) else str(value).replace("_", " ")
