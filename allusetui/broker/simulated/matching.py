"""What an order could trade at: its market, and whether its limit is generous enough."""

from decimal import Decimal

from allusetui.domain.contract import Contract, Side, Stock
from allusetui.domain.frozen import frozen
from allusetui.domain.money import ZERO, down_to_tick, up_to_tick
from allusetui.domain.order import Order
from allusetui.domain.quote import Quote
from allusetui.ports import Market


@frozen
class Leg:
    contract: Contract
    side: Side
    price: Decimal


@frozen
class Terms:
    """An order against the quotes of an instant: which prices it may have."""

    order: Order
    bought: Quote
    """The quote of the order's contract; of a combo the leg that is bought."""
    sold: Quote | None
    """A combo's other leg."""

    @property
    def mid(self) -> Decimal:
        """The middle of the market; of a combo net."""
        return self.bought.mid - (self.sold.mid if self.sold else ZERO)

    @property
    def far(self) -> Decimal:
        """The price of the other side: what an impatient order gets."""
        if self.order.side is Side.SELL:
            return self.bought.bid
        return self.bought.ask - (self.sold.bid if self.sold else ZERO)

    @property
    def marketable(self) -> bool:
        """Whether the limit is at or through the other side. Nobody buys where there is no bid."""
        if self.order.side is Side.SELL:
            return self.bought.bid > 0 and self.order.limit <= self.far
        return self.order.limit >= self.far

    @property
    def generous(self) -> bool:
        """Whether the limit will be met: a sale at most the mid rounded up, a purchase at least it rounded down."""
        if self.marketable:
            return True
        if self.order.side is Side.SELL:
            return self.order.limit <= up_to_tick(self.mid, self.bought.tick)
        return self.order.limit >= down_to_tick(self.mid, self.bought.tick)

    @property
    def nearness(self) -> float:
        """How far the limit has come from the middle, 0, to the other side's quote, 1; for one that is not there."""
        way, gone = self.far - self.mid, self.order.limit - self.mid
        return min(max(float(gone / way), 0.0), 1.0) if way else 0.0

    def legs(self) -> tuple[Leg, ...]:
        """The legs of a fill: at the other side's quote when marketable, else at the limit.

        A combo's legs net to the limit: the bought one at its mid rounded down, the sold one the rest, at least zero.
        """
        order, price = self.order, self.far if self.marketable else self.order.limit
        if order.candidate is None or self.sold is None:
            return (Leg(order.contract, order.side, price),)
        if self.marketable:
            bought, sold = self.bought.ask, self.sold.bid
        else:
            sold = max(down_to_tick(self.bought.mid, self.bought.tick) - price, ZERO)
            bought = price + sold
        return Leg(order.contract, Side.BUY, bought), Leg(order.candidate, Side.SELL, sold)


def terms(order: Order, market: Market, at_ms: int) -> Terms | None:
    """The order against the market of the instant; None where something of it has no quote."""
    first = _quote(order.contract, market, at_ms)
    second = None if order.candidate is None else _quote(order.candidate, market, at_ms)
    if first is None or (order.candidate is not None and second is None):
        return None
    return Terms(order, first, second)


def _quote(contract: Contract, market: Market, at_ms: int) -> Quote | None:
    if isinstance(contract, Stock):
        return market.underlying(contract.symbol, at_ms)
    return market.option(contract, at_ms)
