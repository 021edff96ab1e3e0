"""0.5: the price of each step of an order's walk, from mid towards the cap."""

from decimal import Decimal

from allusetui.domain.contract import Option, Side
from allusetui.domain.money import down_to_tick, up_to_tick
from allusetui.domain.order import Intent, Purpose
from allusetui.engine.desk import Desk
from allusetui.rules.assignment import is_pinned
from allusetui.rules.cadence import expiry_clock
from allusetui.rules.situation import Situation, clause


@clause("0.5")
def limit_at(s: Situation, intent: Intent, step: int) -> Decimal | None:
    """The limit of a step by mids read now, dollars a share; None without young quotes, or where it rounds to nothing.

    Sells round up to the tick, buys down; a roll walks from net mid to net mid + 5 % of the bought leg's mid.
    """
    option = intent.contract
    assert isinstance(option, Option)
    quote = s.fresh_option(option)
    if quote is None:
        return None
    share = s.law.walk.slippage_cap * step / s.law.walk.steps
    if intent.candidate is not None:
        sold = s.fresh_option(intent.candidate)
        return None if sold is None else down_to_tick(quote.mid - sold.mid + share * quote.mid, quote.tick)
    if intent.side is Side.SELL:
        return up_to_tick(quote.mid * (1 - share), quote.tick)
    limit = down_to_tick(quote.mid * (1 + share), quote.tick)
    return limit if limit > 0 else None


@clause("0.5", "1.4", "6.4")
def is_relentless(desk: Desk, intent: Intent) -> bool:
    """Stops, and 1.4 after 15:40, never give up."""
    if intent.purpose is Purpose.STOP:
        return True
    session = desk.session
    option = intent.contract
    if intent.purpose is not Purpose.CLOSE or "1.4" not in intent.clauses or session is None:
        return False
    if desk.now_ms < expiry_clock(desk.law.cadence, session).relentless_ms or not isinstance(option, Option):
        return False
    quote, spot = desk.fresh_option(option), desk.quote(option.symbol)
    return quote is None or spot is None or is_pinned(desk, option, quote, spot.mid)


@clause("6.4")
def is_too_early(s: Situation, intent: Intent) -> bool:
    """No stop or roll before 09:31 while the spread is above 20 % of mid."""
    option = intent.contract
    return intent.purpose in (Purpose.STOP, Purpose.ROLL) and isinstance(option, Option) and opens_wide(s, option)


def opens_wide(s: Situation, option: Option) -> bool:
    """Whether the session is too young for the option's spread, or for having one."""
    if s.now_ms >= s.clock(s.law.cadence.earliest_exit):
        return False
    quote = s.fresh_option(option)
    return quote is None or quote.spread_share > float(s.law.cadence.early_exit_spread)


@clause("0.5")
def halves(quantity: int, smallest: int = 1) -> tuple[int, ...]:
    """The clips that a clip which found no price becomes: 5 = 2 + 2 + 1."""
    size = max(quantity // 2, smallest)
    whole, remainder = divmod(quantity, size)
    return (size,) * whole + ((remainder,) if remainder else ())


@clause("0.4")
def clips(quantity: int, largest: int) -> tuple[int, ...]:
    """120 = 50 + 50 + 20."""
    whole, remainder = divmod(quantity, largest)
    return (largest,) * whole + ((remainder,) if remainder else ())
