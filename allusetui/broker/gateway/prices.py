"""What the broker values things at: the middle of the market as it shows it."""

from decimal import Decimal

from allusetui.domain.contract import Contract, Stock
from allusetui.domain.money import ZERO
from allusetui.ports import Market


class Prices:
    """Middle prices, dollars a share. Where a quote is missing or none, the last good one counts; 0 before any."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._last: dict[Contract, Decimal] = {}

    def __call__(self, contract: Contract, at_ms: int) -> Decimal:
        if isinstance(contract, Stock):
            quote = self._market.underlying(contract.symbol, at_ms)
        else:
            quote = self._market.option(contract, at_ms)
        if quote is not None and quote.bid.is_finite() and quote.ask.is_finite() and 0 <= quote.bid <= quote.ask:
            self._last[contract] = quote.mid
        return self._last.get(contract, ZERO)
