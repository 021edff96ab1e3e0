"""Contracts as data are asked for: underlyings, which may be indices, and whole rows of a chain."""

from datetime import date
from decimal import Decimal
from typing import Final

from ib_async import Contract as TheirContract

from allusetui.broker.ibkr.translate import wanted
from allusetui.domain.contract import CASH_SETTLED, Contract, Option, Right, Stock

INDEX, STOCK = "IND", "STK"
_INDEX_EXCHANGE: Final = "CBOE"
_OF_STOCK: Final = "106,456"
"""Generic ticks: implied volatility, dividends."""
_OF_OPTION: Final = "100,101,105,106"
"""Volume, open interest, average volume, implied volatility."""
_ANY: Final = Decimal(0)


def asked(contract: Contract) -> TheirContract:
    """A contract of ours as its data are asked for."""
    theirs = wanted(contract)
    if is_index(contract):
        theirs.secType, theirs.exchange = INDEX, _INDEX_EXCHANGE
    return theirs


def asked_row(symbol: str, expiry: date, right: Right) -> TheirContract:
    """Every strike of one expiry and right."""
    return wanted(Option(symbol, expiry, _ANY, right))


def is_index(contract: Contract) -> bool:
    """Whether it is an index itself, which has no bid and ask."""
    return isinstance(contract, Stock) and contract.symbol in CASH_SETTLED


def generics(contract: Contract) -> str:
    """The generic ticks that are wanted of a contract."""
    if isinstance(contract, Option):
        return _OF_OPTION
    return "" if is_index(contract) else _OF_STOCK
