"""§4 and 6.5–6.8: how many calls, on which strike, and when they are bought back."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from allusetui.domain.account import Account, AccountType
from allusetui.domain.contract import Option, Right
from allusetui.domain.lot import average_price
from allusetui.domain.moment import YEAR_MS
from allusetui.domain.money import ZERO
from allusetui.domain.quote import Chain, Quote
from allusetui.law.model import Band, Law
from allusetui.pricing.implied_vol import model_delta
from allusetui.rules.cadence import calendar_days, same_week
from allusetui.rules.entry import Pick, data_refusal, held_until, pick, report_days, symbol_refusal, told_reports
from allusetui.rules.selection import StrikeRule
from allusetui.rules.situation import Refusal, Situation, clause
from allusetui.rules.valuation import entries_of


def lots_of(s: Situation, account: Account, symbol: str) -> int:
    """Round lots of 100 shares held."""
    return max(account.shares(symbol), 0) // s.law.sizing.lot_shares


@clause("4.3", "6.7")
def halved(s: Situation, lots: int) -> int:
    """The lots that calls may cover in an earnings week."""
    return int(lots * s.law.covered_call.earnings_coverage)


@clause("4.3", "6.7")
def coverage(s: Situation, account: Account, symbol: str, reports: Sequence[date], until: date) -> int:
    """Calls that may be open on the symbol: one a lot, half of the lots in its earnings week."""
    lots = lots_of(s, account, symbol)
    return halved(s, lots) if any(same_week(day, s.today) or s.today <= day <= until for day in reports) else lots


@clause("4.1", "2.4", "3.4", "7.2")
def open_or_working(s: Situation, account: Account, symbol: str) -> int:
    """Calls that are open on the symbol, and those that working entries may still sell."""
    working = sum(
        i.open_quantity
        for i in entries_of(s, account)
        if isinstance(i.contract, Option) and i.contract.right is Right.CALL and i.contract.symbol == symbol
    )
    return account.open_calls(symbol) + working


@clause("2.4", "3.4", "4.1", "7.2")
def strike_rule(s: Situation, account: Account, symbol: str) -> tuple[StrikeRule, tuple[str, ...]]:
    """Where a call's strike may lie: at or above cost on assigned shares and outside COM, else COM's band."""
    calls = s.law.assigned_calls
    if account.type.value != "com" or account.is_assigned(symbol):
        own = {"com": (), "rev": ("3.4",)}.get(account.type.value, ("2.4",))
        return StrikeRule(calls.delta, calls.delta_aim, 0.0, account.basis(symbol), True), ("7.2", *own)
    band = s.law.sleeves["com"].delta
    return StrikeRule(band, band.middle, s.law.entry.delta_outside), ("4.1",)


@clause("2.4", "3.4", "4.1")
def call_dte(s: Situation, account: Account) -> Band[int]:
    """The band of days that a call may live."""
    return s.law.sleeves["com"].dte if account.type is AccountType.COM else s.law.assigned_calls.dte


@clause("4.1", "2.4", "3.4", "4.3", "6.7", "8.2")
def call_for(s: Situation, account: Account, symbol: str, chain: Chain | None) -> tuple[Pick, int] | list[Refusal]:
    """The call to write on the uncovered lots and how many of it, or why none; COM's covered lots need no reason."""
    com, held = account.type is AccountType.COM, open_or_working(s, account, symbol)
    dte = call_dte(s, account)
    refusal = symbol_refusal(s, account, symbol, Right.CALL)
    if refusal is None and held >= lots_of(s, account, symbol):
        return [] if com else [Refusal("sizing", ("4.1",), {"covered": held, "shares": account.shares(symbol)})]
    wanted = 0
    if chain is not None:
        reports = report_days(s, chain) or ()
        wanted = coverage(s, account, symbol, reports, held_until(s, chain, dte)) - held
    if refusal is None and chain is not None and wanted < 1:
        refusal = Refusal("earnings", ("4.3", "6.7"), {"covered": held, "allowed": held + wanted})
    refusal = refusal or data_refusal(s, symbol, chain)
    if refusal is not None:
        return [refusal]
    assert chain is not None
    rule, clauses = strike_rule(s, account, symbol)
    chosen = pick(s, chain, Right.CALL, dte, rule, False, clauses)
    if not isinstance(chosen, Pick):
        return chosen
    if chosen.room < 1:
        return [Refusal("adv", ("8.2",), {"adv": chosen.average_volume})]
    if account.over_margin:
        return [Refusal("margin_cap", ("0.10",))]
    return (chosen.cut_to_volume, chosen.room) if wanted > chosen.room else (chosen, wanted)


@clause("4.2", "6.5")
def profit_is_due(account: Account, call: Option, quote: Quote, law: Law) -> bool:
    """Whether 65 % of the premium has decayed, judged on the ask."""
    return quote.ask <= law.covered_call.profit_ask * average_price(account.lots[call])


@clause("6.6")
def may_come_early(s: Situation, account: Account, call: Option) -> bool:
    """Whether an assignment would be an early one, and the call is not held to the end already (6.5)."""
    return call.expiry > s.today and not account.positions[call].expiry_looked


@clause("6.6")
def extrinsic(call: Option, quote: Quote, spot: Decimal) -> Decimal:
    """What the mid shows beyond the intrinsic value; a mid below that shows nothing."""
    return max(quote.mid - max(spot - call.strike, ZERO), ZERO)


@clause("6.6")
def payouts_ahead(s: Situation, call: Option) -> list[Decimal]:
    """The known dividends, dollars a share, that go ex in the life that the call has after today."""
    known = s.volatile.payouts.get(call.symbol, ())
    return [paid.amount for paid in known if s.today < paid.ex <= call.expiry]


@clause("6.6")
def assignment_risk(s: Situation, call: Option, quote: Quote, spot: Decimal) -> float:
    """How likely the call is assigned early: certain for a dividend worth more than waiting, else by delta."""
    left = extrinsic(call, quote, spot)
    if spot > call.strike and any(amount >= left for amount in payouts_ahead(s, call)):
        return 1.0
    years = max(s.calendar.up_to(call.expiry).close_ms - s.now_ms, 0) / YEAR_MS
    delta = model_delta(float(quote.mid), float(spot), float(call.strike), years, s.volatile.rate, True)
    return delta * max(0.0, 1.0 - float(left) / (s.law.covered_call.extrinsic_share * float(spot)))


@clause("6.6")
def early_profit_is_due(account: Account, call: Option, quote: Quote, law: Law) -> bool:
    """Whether the premium has decayed as far as is enough where an early assignment threatens, judged on the ask."""
    return quote.ask <= law.covered_call.early_profit_ask * average_price(account.lots[call])


@clause("6.5")
def is_last_day_look(s: Situation, call: Option) -> bool:
    """Whether this is the first session on which the call has a day or less to live."""
    last = s.law.covered_call.last_days
    previous = s.calendar.before(s.today).day
    return calendar_days(s.today, call.expiry) <= last and calendar_days(previous, call.expiry) > last


@clause("6.5")
def held_to_the_end(s: Situation, account: Account, call: Option, quote: Quote, spot: Decimal) -> str | None:
    """Why a call with a day or less to live is not bought back; None = buy it back."""
    if calendar_days(account.positions[call].sold_on, call.expiry) <= s.law.covered_call.last_days:
        return "sold_late"
    if quote.ask <= s.law.covered_call.let_expire_ask:
        return "worthless"
    if spot > call.strike and call.strike >= account.basis(call.symbol):
        return "called_away"
    return None


@clause("4.3", "6.5", "6.7")
def is_last_look(s: Situation, account: Account, call: Option) -> bool:
    """Whether today's look at calls may decide on one: it is its last, or a report may follow, as far as is told."""
    if not account.positions[call].expiry_looked and is_last_day_look(s, call):
        return True
    days = tuple(told_reports(s, call.symbol))
    return call.symbol not in s.volatile.reports or any(
        reduction_due(s, days, late) for late in (frozenset[date](), frozenset(days))
    )


@clause("4.3", "6.7")
def reduction_due(s: Situation, chain_earnings: tuple[date, ...], after_close: frozenset[date]) -> bool:
    """Whether today is the session before a report: its own day when it comes after the close."""
    if s.session is None:
        return False
    # Of years of reports the calendar need not be asked for each.
    following, a_day = s.calendar.after(s.today).day, timedelta(days=1)
    return any(s.today <= (day if day in after_close else day - a_day) < following for day in chain_earnings)
