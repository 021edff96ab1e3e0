"""Working orders: where each price stands between mid and cap, and what is known of the order."""

from allusetui.domain.moment import day_of
from allusetui.domain.order import Intent, OrderStatus
from allusetui.rules import explain
from allusetui.rules.explain import OrderFigures
from allusetui.view import words
from allusetui.view.fit import Spec, choose, row
from allusetui.view.model import Cell, Column, Seen, Table, Tone

_SPECS = (
    Spec(Column("account", 5), 0, 8),
    Spec(Column("order", 27), 0, 48),
    Spec(Column("qty", 4, right=True), 0),
    Spec(Column("limit", 7, right=True), 0),
    Spec(Column("mid", 7, right=True), 2),
    Spec(Column("cap", 7, right=True), 3),
    Spec(Column("clip", 5), 5),
    Spec(Column("v", 3), 6),
    Spec(Column("step", 4), 4),
    Spec(Column("age", 7, right=True), 1),
    Spec(Column("status", 7), 0, 10),
)
_STATUS = {
    OrderStatus.SENT: ("working", Tone.PLAIN),
    OrderStatus.CANCELLING: ("cancels", Tone.WARN),
    OrderStatus.UNKNOWN: ("UNKNOWN", Tone.LOUD),
}


def orders(seen: Seen, width: int) -> Table:
    """A row an intent, UNKNOWN ones first: its limit against mid and cap, its clip, version, step and age."""
    columns = choose(_SPECS, width)
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    intents = sorted(seen.snapshot.state.intents.values(), key=lambda i: not _is_unknown(i))
    rows = (row(i.id, columns, _cells(explain.order(s, i), seen)) for i in intents)
    return Table(columns, tuple(rows), "no working orders")


def _is_unknown(intent: Intent) -> bool:
    return intent.order is not None and intent.order.status is OrderStatus.UNKNOWN


def _cells(f: OrderFigures, seen: Seen) -> dict[str, Cell]:
    intent, today = f.intent, day_of(seen.snapshot.now_ms)
    into = f" → {words.named(intent.candidate, today)}" if intent.candidate else ""
    cells = {
        "account": Cell(intent.account),
        "order": Cell(f"{intent.purpose.value.replace('_', ' ')} {words.named(intent.contract, today)}{into}"),
        "qty": Cell(words.minus(str(intent.side.sign * intent.open_quantity))),
        "mid": Cell(words.price(f.mid), Tone.DIM),
        "cap": Cell(words.price(f.cap), Tone.DIM),
        "clip": Cell(f"{intent.clip}/{intent.clip + len(intent.clips)}"),
        "v": Cell(f"v{intent.version}", Tone.DIM),
        "status": Cell("waits", Tone.DIM),
    }
    return {**cells, **_working(f, seen)}


def _working(f: OrderFigures, seen: Seen) -> dict[str, Cell]:
    """What is known of the order that is out; nothing where none is."""
    order, law = f.intent.order, seen.law.walk
    if order is None or f.age_s is None:
        return {}
    word, tone = _STATUS.get(order.status, (order.status.value, Tone.DIM))
    late = f.age_s > law.timeout_s + 1
    return {
        "limit": Cell(words.price(order.limit)),
        "step": Cell(f"{order.step}/{law.steps}"),
        "age": Cell(f"{words.age(f.age_s)}/{law.timeout_s}s", Tone.WARN if late else Tone.DIM),
        "status": Cell(word, tone),
    }
