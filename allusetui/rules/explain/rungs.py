"""What an account's ladder holds, and what its cash waits for."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from allusetui.domain.account import Account
from allusetui.domain.money import ZERO
from allusetui.rules import ladder, reinvest, suggestion
from allusetui.rules.explain.figures import next_at
from allusetui.rules.explain.finding import Finding, allows, comes
from allusetui.rules.situation import Situation


def ladder_findings(s: Situation, account: Account) -> Iterator[Finding]:
    """Its leap cash and what that waits for, and its rungs; nothing where it has no ladder."""
    if reinvest.reinvests(account) or account.leap_cash or account.longs():
        yield from _leap_cash(s, account)
        for side in (ladder.GROWTH, ladder.HEDGE):
            yield from _rungs(s, account, side)


def _leap_cash(s: Situation, account: Account) -> Iterator[Finding]:
    law = s.law.ladder
    left = law.strike_sessions - account.leap_tries if account.leaps_due else None
    yield Finding(
        ladder.PURCHASE_CLAUSES, "leap cash is to buy", comes(account.leaps_due),
        {
            "leap cash_usd": account.leap_cash, "free of it_usd": ladder.budget(s, account), "tries left": left,
            "waits for": account.leap_wait,
        }, {"tries": law.strike_sessions},
    )  # fmt: skip
    terms, own = suggestion.terms_of(s, account), suggestion.by_law(law)
    yield Finding(
        ("17.1", "17.6"), "a person has approved other terms", comes(terms != own),
        {"delta aim": terms.delta_aim, "months aim": terms.months_aim, "months apart": terms.spacing},
        {"delta aim": own.delta_aim, "months aim": own.months_aim, "months apart": own.spacing},
    )  # fmt: skip
    owes, look_ms = account.name in s.volatile.leap_looks, next_at(s, law.looks_at)
    yield Finding(
        ("17.1", "17.4"), "its ladder is looked at", comes(owes), {} if owes else {"next_ms": look_ms},
        {"at": law.looks_at},
    )  # fmt: skip
    yield held_back_finding(s, account)
    state = {"state": account.status.value}
    yield Finding(("9.1",), "it is free for the look", comes(not ladder.is_busy(s, account)), state)
    for option, sale in account.leap_sales.items():
        yield Finding(
            ("17.4",), f"{option.symbol} {option.strike.normalize():f} of {option.expiry:%d%b%y}: its roll buys",
            comes(sale.planned), {"sold": sale.quantity, "proceeds_usd": sale.proceeds},
        )  # fmt: skip


def _rungs(s: Situation, account: Account, side: str) -> Iterator[Finding]:
    """17.3: a rung that is larger than its part gets no more; it is not cut."""
    rungs, least = ladder.rungs_of(s, account, side), s.law.ladder.rungs_min
    for (year, month), value_usd in sorted(rungs.months.items()):
        first = date(year, month, 1)
        yield Finding(
            ("17.3",), f"{side} rung {first:%b %Y} is small", allows(ladder.stays_small(s, rungs, first, ZERO)),
            {"value_usd": value_usd, "share": rungs.shares.get((year, month))},
            {"at most_share": 1 / Decimal(least), "once rungs are": least},
        )  # fmt: skip


def held_back_finding(s: Situation, account: Account) -> Finding:
    """What keeps the whole ladder from buying and rolling."""
    refusal = ladder.held_back(s, account)
    clauses = refusal.clauses if refusal else ("9.1", "6.12")
    reason = {"held back": refusal.reason} if refusal else {}
    return Finding(clauses, "nothing holds the ladder back", allows(refusal is None), reason)
