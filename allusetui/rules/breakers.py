"""6.12–6.14: the VIX tiers."""

from decimal import Decimal

from allusetui.law.model import Breakers
from allusetui.rules.situation import VIX, Situation, clause

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
    """Whether the VIX is a tick that counts: of 09:30–16:15 of this session."""
    hours, quote = s.law.cadence.breaker_hours, s.quote(VIX)
    return s.session is not None and quote is not None and s.clock(hours.opens) <= quote.at_ms <= s.clock(hours.closes)


@clause("6.13", "6.14")
def may_reset(s: Situation, tier: str) -> bool:
    """Whether a tier may end: the VIX is known, was so to the last of the session, and is not above it."""
    return not s.state.vix_stale and s.vix is not None and s.vix <= level_of_tier(s.law.breakers, tier)
