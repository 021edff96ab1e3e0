"""The owners of options in the synthetic market: a pin at expiry is a gamble, and a dividend calls calls early.

Source: the market model, exercise.
"""

from datetime import date
from decimal import Decimal
from math import exp
from typing import Final

from allusetui.domain.contract import Option
from allusetui.domain.money import CENT, ZERO
from allusetui.market.dice import dice, named

_PIN: Final = 0.0025  # of the strike, either side
_PIN_SCALE: Final = _PIN / 4  # the logistic's: at the pin's edges one owner in fifty-five does the other thing
_EARLY, _DEEP_EARLY = 0.6, 0.9
_DEEP: Final = Decimal("0.05")  # of the spot in the money


class SeededOwners:
    """What they do depends on the seed, the contract and the day alone: every account is short to the same owners."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def exercise_at_expiry(self, option: Option, spot: Decimal) -> bool:
        """A cent in the money; within .25 % of the strike by chance, the likelier the more it is worth."""
        beyond = float((spot - option.strike) / option.strike) * (-1 if option.is_put else 1)
        if abs(beyond) >= _PIN:
            return option.intrinsic(spot) >= CENT
        return self._draw(option, option.expiry, "expiry") < 1 / (1 + exp(-beyond / _PIN_SCALE))

    def exercise_before(self, ex: date, option: Option, spot: Decimal, extrinsic: Decimal, dividend: Decimal) -> bool:
        """By chance .6 where the dividend is worth more than waiting; .9 deep in the money."""
        intrinsic = option.intrinsic(spot)
        if option.is_put or intrinsic <= ZERO or dividend <= extrinsic:
            return False
        chance = _DEEP_EARLY if intrinsic >= _DEEP * spot else _EARLY
        return self._draw(option, ex, "early") < chance

    def _draw(self, option: Option, day: date, what: str) -> float:
        """Even between 0 and 1."""
        return dice(self._seed, "owners", what, *named(option), day).random()
