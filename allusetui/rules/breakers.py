"""6.12–6.14: the VIX tiers."""

from decimal import Decimal

from allusetui.law.model import Breakers
from allusetui.rules.situation import Situation, clause

TIERS = ("hedged_week", "safe", "halt")
CLAUSE_OF = {"hedged_week": "6.12", "safe": "6.13", "halt": "6.14"}


def level_of_tier(breakers: Breakers, tier: str) -> int:
    """The VIX above which a tier trips."""
    return {"hedged_week": breakers.hedged_week, "safe": breakers.safe, "halt": breakers.halt}[tier]


@clause("6.12", "6.13", "6.14")
def newly_passed(s: Situation, vix: Decimal) -> list[str]:
    """Tiers above whose value the VIX stands and that are not tripped yet, ascending."""
    return [t for t in TIERS if t not in s.state.breakers and vix > level_of_tier(s.law.breakers, t)]


def in_hours(s: Situation) -> bool:
    """Whether VIX ticks count now: 09:30–16:15 of a session."""
    hours = s.law.cadence.breaker_hours
    return s.session is not None and s.clock(hours.opens) <= s.now_ms <= s.clock(hours.closes)


@clause("6.13", "6.14")
def may_reset(s: Situation, tier: str) -> bool:
    """Whether a reset may end a tier: the VIX is known and not above it."""
    return s.vix is not None and s.vix <= level_of_tier(s.law.breakers, tier)
