"""When a sleeve gives birth to another, and when a MINI has lived (2.6-2.8, 3.6, S.7)."""

from datetime import date
from decimal import Decimal

from allusetui.domain.account import Account, AccountType
from allusetui.rules.situation import Situation, clause
from allusetui.rules.valuation import equity, free_cash

FIRST_GROUP = "A1"


@clause("2.6", "2.8", "3.6")
def birth_cash(s: Situation, account: Account) -> Decimal | None:
    """What a fork of the account takes with it; None for COM and MINI, which do not fork."""
    sums = {AccountType.GEN: s.law.forks.mini_excess, AccountType.REV: s.law.forks.full_excess}
    return sums.get(account.type)


@clause("2.6", "3.6")
def fork_is_due(s: Situation, account: Account, amount: Decimal) -> bool:
    return equity(s, account) >= account.base + amount


@clause("2.6", "3.6", "S.7")
def obstacle(s: Situation, account: Account, amount: Decimal) -> str | None:
    """Why a fork that is due has to wait: the number alive, or cash that short puts bind."""
    if alive(s) >= s.law.forks.alive_max:
        return "limit"
    return "cash" if free_cash(s, account) < amount else None


@clause("S.7")
def alive(s: Situation) -> int:
    """Minis not merged and whole forks, each one; the three first sleeves are neither."""
    accounts = [account for account in s.state.accounts.values() if not account.merged]
    minis = sum(account.type is AccountType.MINI for account in accounts)
    return minis + len({account.group for account in accounts} - {FIRST_GROUP})


def mini_name(s: Situation, parent: Account) -> str:
    """`MINI-n` beside the first GEN, `A2.MINI-n` beside another; a name is not used again."""
    prefix = "" if parent.group == FIRST_GROUP else f"{parent.group}."
    used = (name.removeprefix(f"{prefix}MINI-") for name in s.state.accounts if name.startswith(f"{prefix}MINI-"))
    return f"{prefix}MINI-{max(map(int, used), default=0) + 1}"


def group_name(s: Situation) -> str:
    """The next whole ALL-USE: `A2`, `A3`."""
    return f"A{max(int(account.group[1:]) for account in s.state.accounts.values()) + 1}"


@clause("2.7")
def run_off_reason(s: Situation, account: Account) -> str | None:
    """`multiple` or `years` where a MINI has come to its end; judged at a session's close."""
    if account.type is not AccountType.MINI:
        return None
    if equity(s, account) >= s.law.forks.mini_multiple * account.base > 0:
        return "multiple"
    return "years" if s.today >= years_after(account.opened, s.law.forks.mini_years) else None


def years_after(day: date, years: int) -> date:
    """The same day of a later year; for a leap day the one before where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=day.day - 1)


@clause("2.7")
def may_sell_stock(s: Situation, account: Account) -> bool:
    """Whether as many whole sessions have passed since the run-off began as stock may still wait to be called away."""
    if account.run_off_on is None:
        return False
    return s.calendar.count(account.run_off_on, s.today) - 1 > s.law.forks.run_off_sessions


@clause("2.7")
def heir_of(s: Situation, account: Account) -> Account | None:
    """The COM beside the parent."""
    accounts = s.state.accounts.values()
    return next((a for a in accounts if a.group == account.group and a.type is AccountType.COM), None)
