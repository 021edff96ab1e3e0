"""10: no decision on stale, missing or impossible data."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from allusetui.domain import event as ev
from allusetui.domain.contract import Side, Stock
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.order import Purpose
from allusetui.domain.quote import Quote
from allusetui.law.model import Law
from allusetui.torture.checker.books import Books, Row
from allusetui.torture.checker.sheet import Sent
from allusetui.torture.checker.violation import Violation
from allusetui.torture.checker.witness import Quotes

_FAR: Final = Decimal("0.05")


def decided_on_sound_data(books: Books, row: Row, law: Law) -> Iterator[Violation]:
    """10. No price that can't be, no entry while the VIX is unknown, no defence of a level that staleness gave."""
    seq, at_ms, event = row
    if isinstance(event, ev.OrderSent | ev.OrderReplaced):
        if not event.limit.is_finite() or (event.candidate is None and event.limit <= 0):
            yield Violation(10, at_ms, seq, f"{event.client_order_id} has the limit {event.limit}")
        if books.vix_stale and event.purpose is Purpose.ENTRY:
            yield Violation(10, at_ms, seq, f"{event.client_order_id} enters while the VIX is unknown")
    elif isinstance(event, ev.OrderIntended) and event.purpose in (Purpose.STOP, Purpose.ROLL):
        level, stale = books.sheet(event).levels.get(event.contract, (0, False))
        if stale:
            text = f"{event.purpose} of {event.contract} on level {level}, which a stale price gave"
            yield Violation(10, at_ms, seq, text)


def priced_by_the_market(books: Books, row: Row, law: Law, quotes: Quotes) -> Iterator[Violation]:
    """10. No limit is further from the true mid of its instant than the cap and a tick, no entry is on an old one."""
    seq, at_ms, event = row
    if not isinstance(event, ev.OrderSent | ev.OrderReplaced):
        return
    bought = quotes(event.contract, at_ms)
    sold = quotes(event.candidate, at_ms) if event.candidate is not None else None
    if bought is None or (event.candidate is not None and sold is None):
        yield Violation(10, at_ms, seq, f"{event.client_order_id} is sent without a market")
        return
    low, high = _net(event, bought, sold, law) if sold is not None else _alone(event, bought, law)
    if not low <= event.limit <= high:
        text = f"{event.client_order_id} at {event.limit}, the true market allows {low} to {high}"
        yield Violation(10, at_ms, seq, text)
    age_ms = at_ms - bought.at_ms
    if event.purpose.opens and age_ms > law.data.stale_s * SECOND_MS:
        yield Violation(10, at_ms, seq, f"{event.client_order_id} opens on a quote of {age_ms // SECOND_MS} s ago")


def judged_by_the_market(books: Books, row: Row, law: Law, quotes: Quotes) -> Iterator[Violation]:
    """10. No level is told by a spot far from what the true market showed, but by one that is called stale."""
    seq, at_ms, event = row
    if not isinstance(event, ev.LevelChanged) or event.stale:
        return
    quote = quotes(Stock(event.contract.symbol), at_ms)
    if quote is not None and abs(event.spot - quote.mid) > _FAR * quote.mid:
        text = f"{event.contract} is at level {event.to} by a spot of {event.spot}, the true one is {quote.mid}"
        yield Violation(10, at_ms, seq, text)


def _alone(event: Sent, quote: Quote, law: Law) -> tuple[Decimal, Decimal]:
    cap = law.walk.slippage_cap * (1 if event.side is Side.BUY else -1)
    return _to_grid(sorted((quote.mid, quote.mid * (1 + cap))), quote.tick)


def _net(event: Sent, bought: Quote, sold: Quote, law: Law) -> tuple[Decimal, Decimal]:
    """A combination walks from its net mid by the cap of what is bought."""
    net = bought.mid - sold.mid
    return _to_grid([net, net + law.walk.slippage_cap * bought.mid], bought.tick)


def _to_grid(bounds: list[Decimal], tick: Decimal) -> tuple[Decimal, Decimal]:
    low, high = bounds
    down = (low / tick).to_integral_value(ROUND_FLOOR) * tick
    return down, (high / tick).to_integral_value(ROUND_CEILING) * tick
