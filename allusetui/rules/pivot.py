"""0.9 and 2.5: covered calls only, after a drawdown."""

from decimal import Decimal

from allusetui.domain.account import Account
from allusetui.rules.situation import Situation, clause


@clause("0.9", "2.5")
def enters(s: Situation, account: Account, equity: Decimal) -> bool:
    """Equity at or below 85 % of the mark; REV and COM only while the VIX is below 30, unknown counting as below."""
    if account.pivoted or account.high_water <= 0 or equity > s.law.pivot.drawdown_floor * account.high_water:
        return False
    return s.law.sleeves[account.type.value].pivot_any_vix or s.vix is None or s.vix < s.law.pivot.vix_below


@clause("0.9", "2.5")
def leaves(s: Situation, account: Account, equity: Decimal) -> bool:
    """Equity back at 95 % of the mark."""
    return account.pivoted and equity >= s.law.pivot.recovery * account.high_water


def clauses_of(s: Situation, account: Account) -> tuple[str, ...]:
    return ("2.5", "0.9") if s.law.sleeves[account.type.value].pivot_any_vix else ("0.9",)
