"""What can be held: a stock or an option on it."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Final

from allusetui.domain.money import ZERO, to_price

CASH_SETTLED: Final = frozenset({"SPX", "XSP", "VIX"})
"""Underlyings that nobody can deliver: their options settle in cash (Cboe)."""


class Right(StrEnum):
    """What an option is a right to: to sell, or to buy."""

    PUT = "P"
    CALL = "C"


class Side(StrEnum):
    """Which way a trade goes."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> int:
        """+1 for a purchase, −1 for a sale."""
        return 1 if self is Side.BUY else -1


@dataclass(frozen=True, order=True)
class Stock:
    """Shares of `symbol`."""

    symbol: str

    @property
    def multiplier(self) -> int:
        return 1


@dataclass(frozen=True, order=True)
class Option:
    """A listed option; `strike` in dollars a share, `multiplier` shares a contract."""

    symbol: str
    expiry: date
    strike: Decimal
    right: Right
    multiplier: int = 100

    @cached_property
    def _hash(self) -> int:
        return hash((self.symbol, self.expiry, self.strike, self.right, self.multiplier))

    def __hash__(self) -> int:
        return self._hash

    @property
    def is_put(self) -> bool:
        return self.right is Right.PUT

    @cached_property
    def notional(self) -> Decimal:
        """Strike × multiplier: the cash that one short put binds (0.2)."""
        return self.strike * self.multiplier

    @property
    def is_index(self) -> bool:
        """Whether it settles in cash: held long it is a hedge, what is on a stock is growth (17.7)."""
        return self.symbol in CASH_SETTLED

    def intrinsic(self, spot: Decimal) -> Decimal:
        """What exercise is worth at `spot`, in dollars a share, never negative."""
        return max(self.strike - spot if self.is_put else spot - self.strike, ZERO)

    def otm_distance(self, spot: Decimal) -> Decimal:
        """How far `spot` is out of the money, in dollars a share; negative in the money."""
        return spot - self.strike if self.is_put else self.strike - spot


Contract = Stock | Option


def after_split(contract: Contract, ratio: Decimal, name: str | None = None) -> Contract:
    """What a contract becomes when each share becomes `ratio` shares: the strike is divided, to four decimals.

    `name`: what the symbol is called from then on.
    """
    symbol = name or contract.symbol
    if isinstance(contract, Stock):
        return Stock(symbol)
    return replace(contract, symbol=symbol, strike=to_price(contract.strike / ratio))
