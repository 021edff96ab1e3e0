"""0.5: the price of each step of an order's walk, from mid towards the cap."""

from decimal import Decimal

from allusetui.domain.account import Position
from allusetui.domain.contract import Side
from allusetui.domain.money import down_to_tick, up_to_tick
from allusetui.domain.order import Intent
from allusetui.domain.quote import Quote
from allusetui.rules.protocol import affordable
from allusetui.rules.situation import Situation, clause
from allusetui.rules.valuation import most_a_share


@clause("0.5")
def limit_at(s: Situation, intent: Intent, step: int) -> Decimal | None:
    """The limit of a step by mids read now, dollars a share; None without young quotes, or where it rounds to nothing.

    None too for a roll that would not be decided any more as the mids stand now. Sells round up to the tick, buys down;
    a roll walks from net mid to net mid + 5 % of the bought leg's mid. A LEAP never costs more than it was planned to
    cost at most, shares and a hedge never more than the cash that no put binds.
    """
    quote = s.fresh(intent.contract)
    if quote is None:
        return None
    # Divided last: a third of the cap has no end in decimals, and a limit that falls on a tick has to stay on it.
    away = quote.mid * s.law.walk.slippage_cap * step / s.law.walk.steps
    if intent.candidate is not None:
        sold = s.fresh_option(intent.candidate)
        if sold is None or not _is_allowed(s, intent, quote.mid - sold.mid):
            return None
        return down_to_tick(quote.mid - sold.mid + away, quote.tick)
    if intent.side is Side.SELL:
        return up_to_tick(quote.mid - away, quote.tick_at(quote.mid - away))
    most = quote.mid + away
    if intent.leap is not None and intent.leap.most is not None:
        most = min(most, intent.leap.most)  # what it was sized for, so that leap cash is never overspent
    if (carried := most_a_share(s, intent)) is not None:
        most = min(most, carried)
    limit = down_to_tick(most, quote.tick_at(most))
    return limit if limit > 0 else None


@clause("6.10")
def _is_allowed(s: Situation, intent: Intent, net: Decimal) -> bool:
    """Whether a roll at these mids keeps within half of its chain's first credit: they move while it is worked."""
    if intent.chain is None:
        return True
    cost = net + 2 * s.state.commission / intent.contract.multiplier
    chain = Position(first_credit=intent.chain.first_credit, chain_cost=intent.chain.cost)
    return affordable(cost, chain, s.law)


@clause("0.5", "17.1")
def most_for(s: Situation, quote: Quote) -> Decimal:
    """The last limit of a purchase's walk as the mid stands now: nothing above it is ever paid."""
    most = quote.mid * (1 + s.law.walk.slippage_cap)
    return down_to_tick(most, quote.tick_at(most))
