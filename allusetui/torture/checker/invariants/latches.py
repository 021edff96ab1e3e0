"""4 and 11: what leaves under a latch, and how a latch is left (§9)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from allusetui.domain import event as ev
from allusetui.domain.contract import Stock
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.order import Purpose
from allusetui.law.model import Law
from allusetui.torture.checker.books import Books, Row
from allusetui.torture.checker.sheet import EMERGENCY, Sent, Sheet
from allusetui.torture.checker.violation import Violation
from allusetui.torture.checker.witness import Message, Quotes

_DEFENCES: Final = frozenset({Purpose.STOP, Purpose.CLOSE, Purpose.ROLL, Purpose.PROFIT_TAKE, Purpose.REDUCE})
_SILENT: Final = frozenset({EMERGENCY, "MAINTENANCE", "AUDIT"})
_AT_WORK: Final = frozenset({"SCANNING", "ANALYZING", "ORDERING", "MONITORING", "CLOSING", "RECONCILING"})
_VIX: Final = Stock("VIX")
_ON_ITS_WAY_MS: Final = (0, 10 * SECOND_MS)
"""How late a value may come over the wire beyond what makes it stale."""
BY_BREACH: Final = "6.11"
"""The clause of the hedge that a breach asks for: the one that leaves under a latch."""


def _defends(sent: Sent) -> bool:
    return sent.purpose in _DEFENCES or (sent.purpose is Purpose.HEDGE and BY_BREACH in sent.clauses)


_LEAVES: Final[Mapping[str, Callable[[Sent, bool], bool]]] = {
    "paused": lambda sent, approved: approved and _defends(sent),
    "level3": lambda sent, approved: _defends(sent),
    "breaker": lambda sent, approved: _defends(sent),
}
"""What leaves under a latch; under every other one nothing does."""


def leaves_what_may(books: Books, row: Row, law: Law) -> Iterator[Violation]:
    """4. Under a latch leaves what §9 names for it; in EMERGENCY, MAINTENANCE and AUDIT nothing."""
    seq, at_ms, event = row
    if isinstance(event, ev.OrderSent | ev.OrderReplaced):
        why = _kept_back(books, event)
        if why:
            yield Violation(4, at_ms, seq, f"{event.client_order_id} ({event.purpose}) is sent under {why}")
    elif isinstance(event, ev.CancelRequested) and books.sheet(event).status == "AUDIT":
        yield Violation(4, at_ms, seq, f"a cancel of {event.client_order_id} leaves in AUDIT")


def came_as_it_may(books: Books, message: Message) -> Iterator[Violation]:
    """4. Nor does anything come whose leave was taken back by a record that was durable before it left."""
    order = books.orders.get(message.client_order_id)
    if message.cancels or message.seq is None or order is None:
        return
    why = _kept_back(books, order.sent)
    if why:
        yield Violation(4, message.at_ms, message.seq, f"{message.client_order_id} left under {why}")


def _kept_back(books: Books, sent: Sent) -> str:
    """The latches and states that keep an order back; empty where it may leave."""
    sheet, intent = books.sheet(sent), books.intents.get(sent.intent)
    approved = intent is not None and intent.wanted.approved
    blocking = [each for each in sorted(sheet.latches) if not (each in _LEAVES and _LEAVES[each](sent, approved))]
    if sheet.status in _SILENT:
        blocking.append(sheet.status)
    if sheet.no_entries and sent.purpose is Purpose.ENTRY:
        blocking.append("no_entries")
    return ", ".join(blocking)


def left_by_its_key(books: Books, row: Row, law: Law) -> Iterator[Violation]:
    """11. A latch goes only by what §9 names for it; nothing works while one is on."""
    seq, at_ms, event = row
    sheet = books.sheet(event)
    match event:
        case ev.LatchReleased() if event.latch in sheet.owed:
            yield Violation(11, at_ms, seq, f"{event.account} leaves {event.latch}, and nothing has ended it")
        case ev.LatchReleased(latch="breaker") if "safe" in books.breakers:
            yield Violation(11, at_ms, seq, f"{event.account} leaves its breaker while the tier stands")
        case ev.ResumeStep(step="active"):
            forgotten = [latch for latch in sorted(sheet.latches) if latch not in event.findings]
            if forgotten:
                yield Violation(11, at_ms, seq, f"{event.account} is up again and knows nothing of {forgotten}")
        case ev.StateChanged():
            yield from _moves(books, sheet, event, row)
        case ev.BreakerCleared():
            if event.vix is None or event.vix > _tiers(law)[event.tier]:
                yield Violation(11, at_ms, seq, f"breaker {event.tier} is cleared at a VIX of {event.vix}")


def _moves(books: Books, sheet: Sheet, event: ev.StateChanged, row: Row) -> Iterator[Violation]:
    seq, at_ms, _ = row
    if event.from_ != sheet.status:
        yield Violation(11, at_ms, seq, f"{event.account} leaves {event.from_}, but was in {sheet.status}")
    if event.to in _AT_WORK and sheet.latches:
        held = ", ".join(sorted(sheet.latches))
        yield Violation(11, at_ms, seq, f"{event.account} goes to {event.to} under {held}")
    if event.from_ == EMERGENCY and (EMERGENCY in sheet.owed or "halt" in books.breakers):
        yield Violation(11, at_ms, seq, f"{event.account} leaves EMERGENCY, and nothing has ended it")


def tripped_in_time(books: Books, row: Row, law: Law, quotes: Quotes) -> Iterator[Violation]:
    """11. Nothing is entered while the true VIX is above a tier that has not tripped: to look away trips nothing."""
    seq, at_ms, event = row
    if not isinstance(event, ev.OrderIntended) or event.purpose is not Purpose.ENTRY:
        return
    known = [quote.mid for late_ms in _ON_ITS_WAY_MS if (quote := quotes(_VIX, at_ms - late_ms)) is not None]
    for tier, limit in _tiers(law).items():
        if tier not in books.breakers and len(known) == len(_ON_ITS_WAY_MS) and min(known) > limit:
            yield Violation(11, at_ms, seq, f"{event.account} enters at a VIX of {min(known)}; {tier} has not tripped")


def _tiers(law: Law) -> Mapping[str, int]:
    """The VIX above which each breaker trips."""
    return {"hedged_week": law.breakers.hedged_week, "safe": law.breakers.safe, "halt": law.breakers.halt}


def tripped_is_on(books: Books, law: Law) -> Iterator[Violation]:
    """11. At the end of an instant all that was tripped in it, or before, is on."""
    for name, sheet in books.accounts.items():
        for latch in sorted(sheet.owed - sheet.latches.keys()):
            if latch != EMERGENCY or sheet.status != EMERGENCY:
                yield Violation(11, books.at_ms, books.seq, f"{name} should be under {latch} and is not")
