"""0.5: the price of each step of an order's walk, from mid towards the cap."""

from decimal import Decimal

from allusetui.domain.contract import Side
from allusetui.domain.money import down_to_tick, up_to_tick
from allusetui.domain.order import Intent
from allusetui.domain.quote import Quote
from allusetui.rules.situation import Situation, clause


@clause("0.5")
def limit_at(s: Situation, intent: Intent, step: int) -> Decimal | None:
    """The limit of a step by mids read now, dollars a share; None without young quotes, or where it rounds to nothing.

    Sells round up to the tick, buys down; a roll walks from net mid to net mid + 5 % of the bought leg's mid. A LEAP
    never costs more than it was planned to cost at most.
    """
    quote = s.fresh(intent.contract)
    if quote is None:
        return None
    # Divided last: a third of the cap has no end in decimals, and a limit that falls on a tick has to stay on it.
    away = quote.mid * s.law.walk.slippage_cap * step / s.law.walk.steps
    if intent.candidate is not None:
        sold = s.fresh_option(intent.candidate)
        return None if sold is None else down_to_tick(quote.mid - sold.mid + away, quote.tick)
    if intent.side is Side.SELL:
        return up_to_tick(quote.mid - away, quote.tick_at(quote.mid - away))
    most = quote.mid + away
    if intent.leap is not None and intent.leap.most is not None:
        most = min(most, intent.leap.most)  # what it was sized for, so that leap cash is never overspent
    limit = down_to_tick(most, quote.tick_at(most))
    return limit if limit > 0 else None


@clause("0.5", "17.1")
def most_for(s: Situation, quote: Quote) -> Decimal:
    """The last limit of a purchase's walk as the mid stands now: nothing above it is ever paid."""
    most = quote.mid * (1 + s.law.walk.slippage_cap)
    return down_to_tick(most, quote.tick_at(most))
