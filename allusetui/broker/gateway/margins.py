"""What margin an account has to keep, so that an order can be refused and a question what it would do answered.

Source: FINRA rule 4210(f)(2): a short option without cover keeps its price and 20 % of the underlying less what it is
out of the money, at least 10 %; Regulation T: long stock half its price at first, a quarter to keep it.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from allusetui.domain.contract import Contract, Option, Stock
from allusetui.domain.frozen import frozen
from allusetui.domain.money import ZERO, to_cent

_BARE: Final = Decimal("0.20")
_LEAST: Final = Decimal("0.10")
_STOCK_FIRST: Final = Decimal("0.50")
_STOCK_KEPT: Final = Decimal("0.25")
Price = Callable[[Contract], Decimal]


@frozen
class Requirement:
    """Dollars that an account has to hold before a trade and to keep after it, and what it has for that."""

    initial: Decimal
    maintenance: Decimal
    equity: Decimal

    @property
    def met(self) -> bool:
        return self.equity >= self.initial


def requirement(cash: Decimal, held: Mapping[Contract, int], price: Price) -> Requirement:
    """What an account needs and has. Options that are held long are paid in full: they neither need nor count."""
    stocks = {each: quantity for each, quantity in held.items() if isinstance(each, Stock) and quantity}
    options = {each: quantity for each, quantity in held.items() if isinstance(each, Option) and quantity}
    stock_value = sum((price(each) * quantity for each, quantity in stocks.items()), ZERO)
    gross = sum((price(each) * abs(quantity) for each, quantity in stocks.items()), ZERO)
    shorts = {each: -quantity for each, quantity in options.items() if quantity < 0}
    owed = sum((price(each) * each.multiplier * quantity for each, quantity in shorts.items()), ZERO)
    bare = _uncovered(shorts, stocks, options)
    kept = sum((_short(each, quantity, price) for each, quantity in bare.items()), ZERO)
    return Requirement(
        initial=to_cent(gross * _STOCK_FIRST + kept),
        maintenance=to_cent(gross * _STOCK_KEPT + kept),
        equity=to_cent(cash + stock_value - owed),
    )


def _short(option: Option, quantity: int, price: Price) -> Decimal:
    """What some short contracts without cover need beyond their own price, which the equity has lost already."""
    spot = price(Stock(option.symbol))
    out = max(option.otm_distance(spot), ZERO)
    least = _LEAST * (option.strike if option.is_put else spot)
    return max(_BARE * spot - out, least) * option.multiplier * quantity


def _uncovered(
    shorts: Mapping[Option, int], stocks: Mapping[Stock, int], options: Mapping[Option, int]
) -> dict[Option, int]:
    """Short contracts that neither shares nor long options of the same right and a later or the same expiry cover."""
    shares = {stock.symbol: max(quantity, 0) for stock, quantity in stocks.items()}
    longs = {each: quantity for each, quantity in options.items() if quantity > 0}
    bare: dict[Option, int] = {}
    for option, quantity in sorted(shorts.items()):
        left = quantity
        if not option.is_put:
            covered = min(left, shares.get(option.symbol, 0) // option.multiplier)
            shares[option.symbol] = shares.get(option.symbol, 0) - covered * option.multiplier
            left -= covered
        for other in [each for each in longs if left and _covers(each, option)]:
            covered = min(left, longs[other])
            longs[other] -= covered
            left -= covered
        if left:
            bare[option] = left
    return bare


def _covers(held: Option, short: Option) -> bool:
    same = (held.symbol, held.right) == (short.symbol, short.right) and held.expiry >= short.expiry
    return same and (held.strike >= short.strike if held.is_put else held.strike <= short.strike)
