"""A calm Tuesday with two sleeves that hedge and invest back, for why they do."""

from collections.abc import Callable
from datetime import date

from allusetui.domain.account import Account
from allusetui.rules.explain import Finding, OfAccount
from allusetui.rules.situation import Situation
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, TRADED_VIX, but, option, situation
from tests.rules.whys import why

MONDAY, TUESDAY = date(2026, 1, 12), date(2026, 1, 13)


def calm_tuesday() -> Replayed:
    """Tue 01-13 09:59: GEN and REV with 800,000 each, GEN short a far put; no trigger is on, the breadth is 45."""
    indices = {"SPX": "spot = 5000.0", "VIX": TRADED_VIX, "AAPL": but(AAPL, atr=4.0)}
    equities = "[accounts.GEN]\nequity = 800_000\n[accounts.REV]\nequity = 800_000\n[market.breadth]\nvalue = 45.0"
    put = option("GEN", "AAPL", "2026-01-23", 190.0, "P", -1, 2.0, "2026-01-09")
    times = ("2026-01-12T08:00:00", "2026-01-13T09:59:00")
    return replay_text(situation(*times, indices, equities, put, accounts=("GEN", "REV"), capital=None))


def gen(s: Situation) -> Account:
    return s.state.accounts["GEN"]


def rev(s: Situation) -> Account:
    return s.state.accounts["REV"]


def of_gen(calm: Replayed, change: Callable[[Situation], object] | None = None) -> dict[str, Finding]:
    return why(calm, OfAccount("GEN"), change, title="hedges")


def of_rev(calm: Replayed, change: Callable[[Situation], object] | None = None) -> dict[str, Finding]:
    return why(calm, OfAccount("REV"), change, title="ladder")
