"""0.5: how an order is worked: its clips, and where its walk may not stop or not yet begin."""

from allusetui.domain.contract import Contract, Option, Stock
from allusetui.domain.order import Intent, Purpose
from allusetui.engine.desk import Desk
from allusetui.rules.assignment import is_pinned
from allusetui.rules.cadence import expiry_clock
from allusetui.rules.protocol import opens_wide
from allusetui.rules.situation import Situation, clause


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


def lot_of(s: Situation, contract: Contract) -> int:
    """What an order of it counts in: contracts one by one, shares by the lot."""
    return s.law.sizing.lot_shares if isinstance(contract, Stock) else 1


@clause("0.5")
def halves(quantity: int, smallest: int = 1, lot: int = 1) -> tuple[int, ...]:
    """The clips that a clip which found no price becomes: 5 = 2 + 2 + 1, in whole lots; the last takes odd shares."""
    lots = quantity // lot
    size = max(lots // 2, smallest)
    return _shared_out(quantity, size * lot, lot)


@clause("0.4")
def clips(quantity: int, largest: int, lot: int = 1) -> tuple[int, ...]:
    """120 = 50 + 50 + 20, in lots."""
    return _shared_out(quantity, largest * lot, lot)


def _shared_out(quantity: int, size: int, lot: int) -> tuple[int, ...]:
    """Parts of `size` and the rest; what is less than a lot goes with the last part."""
    whole, remainder = divmod(quantity, size)
    if whole and 0 < remainder < lot:
        return (size,) * (whole - 1) + (size + remainder,)
    return (size,) * whole + ((remainder,) if remainder else ())
