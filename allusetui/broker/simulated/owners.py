"""Who owns the options that our accounts are short of: whether they exercise them."""

from datetime import date
from decimal import Decimal
from typing import Protocol

from allusetui.domain.contract import Option
from allusetui.domain.money import CENT


class Owners(Protocol):
    """Asked of options that settle in shares; dollars a share."""

    def exercise_at_expiry(self, option: Option, spot: Decimal) -> bool:
        """Whether they do at the close of its last session."""

    def exercise_before(self, ex: date, option: Option, spot: Decimal, extrinsic: Decimal, dividend: Decimal) -> bool:
        """Whether they take the shares of a call at the last close before `ex`, for the dividend's sake."""


class PunctualOwners:
    """Implements `Owners`: they exercise what ends a cent or more in the money, and nothing before."""

    def exercise_at_expiry(self, option: Option, spot: Decimal) -> bool:
        return option.intrinsic(spot) >= CENT

    def exercise_before(self, ex: date, option: Option, spot: Decimal, extrinsic: Decimal, dividend: Decimal) -> bool:
        return False
