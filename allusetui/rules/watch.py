"""The thresholds between two looks: a value past one of them is decided on at once, so no tick may be passed over."""

from dataclasses import dataclass
from decimal import Decimal

from allusetui.domain.state import State
from allusetui.law.model import Law
from allusetui.rules.breakers import TIERS, level_of_tier
from allusetui.rules.situation import VIX, clause


@dataclass(frozen=True, slots=True)
class Threshold:
    """Something is to be decided on the first tick at which `symbol` stands above `level`."""

    symbol: str
    level: Decimal


@clause("0.12", "6.12", "6.13", "6.14")
def thresholds(state: State, law: Law) -> tuple[Threshold, ...]:
    """The VIX tiers that are not tripped: breakers are watched on every tick."""
    return tuple(
        Threshold(VIX, Decimal(level_of_tier(law.breakers, tier))) for tier in TIERS if tier not in state.breakers
    )
