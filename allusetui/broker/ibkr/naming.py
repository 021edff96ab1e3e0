"""Contracts as data are asked for: underlyings, which may be indices, and whole rows of a chain."""

from dataclasses import replace
from datetime import date
from typing import Final

from ib_async import Contract as TheirContract

from allusetui.broker.ibkr.translate import classes, wanted
from allusetui.domain.contract import CASH_SETTLED, Contract, Option, Right, Stock

INDEX_EXCHANGE: Final = "CBOE"
OF_STOCK: Final = "106,456"
"""Generic ticks: implied volatility, dividends."""
OF_OPTION: Final = "100,101,105,106"
"""Volume, open interest, average volume, implied volatility."""


def asked(contract: Contract) -> TheirContract:
    """A contract of ours as its data are asked for."""
    theirs = wanted(contract)
    if isinstance(contract, Stock) and contract.symbol in CASH_SETTLED:
        theirs.secType, theirs.exchange = "IND", INDEX_EXCHANGE
    elif isinstance(contract, Option):
        theirs.tradingClass = _class_of(contract)
    return theirs


def asked_row(symbol: str, expiry: date, right: Right) -> TheirContract:
    """Every strike of one expiry and right."""
    theirs = wanted(Option(symbol, expiry, _ANY_STRIKE, right))
    return replace(theirs, strike=0.0)


def generics(contract: Contract) -> str:
    """The generic ticks that are wanted of a contract."""
    if isinstance(contract, Option):
        return OF_OPTION
    return "" if contract.symbol in CASH_SETTLED else OF_STOCK
