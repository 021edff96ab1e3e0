"""What a session leaves behind goes with it: a process lives for weeks, and what it looked at is asked for anew."""

from allusetui.domain.contract import Option
from allusetui.engine.desk import Desk
from allusetui.engine.market import watched_options


def at_close(desk: Desk) -> None:
    """Quotes of what nobody holds, works or is asked about, and news of orders that are over."""
    volatile, intents = desk.volatile, desk.state.intents.values()
    live = {intent.order.client_order_id for intent in intents if intent.order is not None}
    volatile.acked &= live
    volatile.doubted_ms = {name: ms for name, ms in volatile.doubted_ms.items() if name in live}
    volatile.absent_ms = {name: ms for name, ms in volatile.absent_ms.items() if name in live}
    kept: set[Option | None] = {*watched_options(desk), *(each.candidate for each in desk.state.approvals.values())}
    volatile.option_quotes = {option: quote for option, quote in volatile.option_quotes.items() if option in kept}
