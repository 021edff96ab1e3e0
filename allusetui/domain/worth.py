"""What is held at the prices last seen: dollars."""

from decimal import Decimal

from allusetui.domain.account import Account
from allusetui.domain.contract import Contract, Stock
from allusetui.domain.lot import average_price, total
from allusetui.domain.money import ZERO
from allusetui.domain.volatile import Volatile


def price_of(seen: Volatile, account: Account, contract: Contract) -> Decimal:
    """The last valid value a share: spot or mid; without any quote what was paid, zero for what is not held."""
    quote = seen.quotes.get(contract.symbol) if isinstance(contract, Stock) else seen.option_quotes.get(contract)
    if quote:
        return quote.mid
    return average_price(account.lots[contract]) if contract in account.lots else ZERO


def stock_value(seen: Volatile, account: Account) -> Decimal:
    held = ((contract, lots) for contract, lots in account.lots.items() if isinstance(contract, Stock))
    return sum((total(lots) * price_of(seen, account, stock) for stock, lots in held), ZERO)


def short_option_value(seen: Volatile, account: Account) -> Decimal:
    """Negative: what buying all short options back would cost at mid."""
    return sum((account.quantity(o) * o.multiplier * price_of(seen, account, o) for o in account.positions), ZERO)


def ladder_value(seen: Volatile, account: Account, hedges: bool) -> Decimal:
    """What the hedges, or the growth LEAPs, are worth at mid: no part of the equity (0.2, 17.7)."""
    held = (option for option in account.longs() if option.is_index is hedges)
    return sum((account.quantity(o) * o.multiplier * price_of(seen, account, o) for o in held), ZERO)


def equity(seen: Volatile, account: Account) -> Decimal:
    """Cash, stock and open short options, options at mid (0.2, 0.9)."""
    return account.cash + stock_value(seen, account) + short_option_value(seen, account)
