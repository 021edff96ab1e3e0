"""What keeps an entry out, in the order of §9, and the contract that it takes (§2, 1.6, 8.x)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from allusetui.domain.account import Account, Latch, Status
from allusetui.domain.contract import Option, Right
from allusetui.domain.event import Figure
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.money import to_price
from allusetui.domain.quote import Chain, Feed, Quote
from allusetui.law.model import Band
from allusetui.rules import pivot
from allusetui.rules.cadence import calendar_days, same_week
from allusetui.rules.latches import latch_clauses
from allusetui.rules.liquidity import adv_room, liquidity_failures, slice_quote
from allusetui.rules.selection import StrikeRule, choose_expiry, choose_strike, no_strike, slice_deltas
from allusetui.rules.situation import VIX, Refusal, Situation, clause

RELOOKED = frozenset({"stale", "bad_quote", "no_chain", "open_interest", "volume", "spread", "adv"})
"""Reasons that may pass while a window is open: a symbol refused by one is looked at again on the grid."""
PUT_CLAUSES = {
    "gen": ("1.1", "2.1", "2.2"),
    "mini": ("1.1", "2.1", "2.2"),
    "rev": ("1.2", "3.1", "3.2"),
    "com": ("1.3", "4.1"),
}
"""What an entry by a put is decided by, for each kind of sleeve."""


@frozen
class Pick:
    """A contract that passes every filter of an entry, and how many of it today's volume still allows (8.2)."""

    symbol: str
    option: Option
    quote: Quote
    delta: float
    dte: int
    room: int
    average_volume: int
    deviation: str | None
    clauses: tuple[str, ...]

    @property
    def cut_to_volume(self) -> "Pick":
        """The same, with a word on why there is not more of it (8.2)."""
        notes = [self.deviation] if self.deviation else []
        return replace(self, deviation="; ".join([*notes, f"adv {self.average_volume}"]))


@clause("1.6")
def report_days(s: Situation, chain: Chain) -> tuple[date, ...] | None:
    """The known report dates of the chain's issuer, GOOG and GOOGL being one; None without a calendar."""
    if chain.earnings is None:
        return None
    return tuple(sorted({*chain.earnings, *told_reports(s, chain.symbol)}))


def told_reports(s: Situation, symbol: str) -> list[date]:
    """The report dates that the last chains of a symbol's issuer told of."""
    found = {day for each in s.same_issuer(symbol) for day in s.volatile.reports.get(each) or ()}
    return sorted(found)


def held_until(s: Situation, chain: Chain, dte: Band[int], longest: bool = False) -> date:
    """The expiry that an entry would take; today where there is none."""
    chosen = choose_expiry(chain.expiries, s.today, dte, s.calendar, s.law.entry.dte_outside, longest)
    return chosen[0] if chosen else s.today


@clause("1.6")
def earnings_refusal(s: Situation, symbol: str, days: Sequence[date] | None, until: date) -> Refusal | None:
    """Why reports on `days` keep a put out: one this calendar week, or from today through `until`."""
    if symbol in s.law.etfs:
        return None
    if days is None:
        return Refusal("earnings_unknown", ("1.6",))
    for day in days:
        if same_week(day, s.today) or s.today <= day <= until:
            return Refusal("earnings", ("1.6",), {"report": day.isoformat()})
    return None


def latch_refusal(account: Account) -> Refusal | None:
    """A latch, or a state that a person has to end."""
    if account.latches or account.status in (Status.EMERGENCY, Status.MAINTENANCE):
        if Latch.PAUSED in account.latches:
            return Refusal("paused", ("0.7",))
        return Refusal("safe", latch_clauses(account))
    return None


@clause("0.7")
def stop_refusal(account: Account) -> Refusal | None:
    """The operator's stop of entries."""
    return Refusal("no_entries", ("0.7",)) if account.no_entries else None


@clause("6.3")
def freeze_refusal(account: Account) -> Refusal | None:
    return Refusal("frozen", ("6.3",)) if account.frozen else None


@clause("2.7")
def run_off_refusal(account: Account) -> Refusal | None:
    return Refusal("run_off", ("2.7",)) if account.run_off_on is not None else None


ACCOUNT_FILTERS = (latch_refusal, stop_refusal, freeze_refusal, run_off_refusal)
"""What keeps every entry of an account out, in the order of §9."""


def account_refusal(account: Account) -> Refusal | None:
    """What keeps every entry of the account out, the first in the order of §9."""
    return next((why for refusal_of in ACCOUNT_FILTERS if (why := refusal_of(account))), None)


@clause("0.9", "2.5")
def pivot_refusal(s: Situation, account: Account) -> Refusal | None:
    """Covered calls only: no put."""
    return Refusal("pivot", pivot.clauses_of(s, account)) if account.pivoted else None


@clause("7.3", "2.4", "3.4")
def assigned_refusal(account: Account, symbol: str) -> Refusal | None:
    """No put on a symbol whose shares came by assignment until they are gone."""
    if not account.is_assigned(symbol):
        return None
    return Refusal("assigned", ("7.3", "3.4" if account.type.value == "rev" else "2.4"))


def rejecting_refusal(s: Situation, account: Account, symbol: str) -> Refusal | None:
    """So many rejections in a row that a person has to look."""
    return Refusal("rejecting", ("0.6",)) if (account.name, symbol) in s.state.rejecting else None


def symbol_refusal(s: Situation, account: Account, symbol: str, right: Right) -> Refusal | None:
    """What keeps an entry on one symbol out before its chain is looked at."""
    refusal = pivot_refusal(s, account) or assigned_refusal(account, symbol) if right is Right.PUT else None
    return refusal or rejecting_refusal(s, account, symbol)


@clause("8.5")
def data_refusal(s: Situation, symbol: str, chain: Chain | None) -> Refusal | None:
    """No chain, or no value young and good enough to decide on; an unknown VIX stops every entry."""
    if chain is None:
        why = s.volatile.chainless.get(symbol)
        return Refusal("no_chain", ("8.5",), {"why": why} if why else {})
    return quote_refusal(s, symbol) or chain_refusal(s, chain)


@clause("8.3")
def chain_refusal(s: Situation, chain: Chain) -> Refusal | None:
    """A chain whose oldest quote is too old to decide on: options may be shown delayed where their stock is not."""
    if is_young(s, chain):
        return None
    return Refusal("stale", ("8.3",), {"age": to_price((s.now_ms - chain.at_ms) / SECOND_MS), "of": "chain"})


@clause("8.3")
def is_young(s: Situation, chain: Chain) -> bool:
    """Whether every quote of a chain is young enough to decide on."""
    return s.now_ms - chain.at_ms <= s.law.data.stale_s * SECOND_MS


@clause("8.3")
def quote_refusal(s: Situation, symbol: str) -> Refusal | None:
    """A value of the symbol or of the VIX that is thrown away, or too old."""
    if s.is_doubted(symbol):
        return Refusal("bad_quote", ("8.3",))
    for name in (symbol, VIX):
        if not s.is_fresh(name):
            return Refusal("stale", ("8.3",), _age_of(s, name))
    return None


def _age_of(s: Situation, symbol: str) -> dict[str, Figure]:
    """How old a value is, and of what kind where it is not live: a delayed one never becomes young."""
    quote = s.quote(symbol)
    age: Figure = None if quote is None else to_price(s.age_s(quote))
    kind = {} if quote is None or quote.feed is Feed.LIVE else {"feed": quote.feed.value}
    return {"age": age, "of": symbol, **kind}


@clause("2.2", "3.2", "4.1", "6.8")
def put_for(s: Situation, account: Account, symbol: str, chain: Chain | None) -> Pick | list[Refusal]:
    """The put to sell on a symbol, or every reason against it that counts."""
    dte, stressed = put_dte(s, account)
    refusal = symbol_refusal(s, account, symbol, Right.PUT)
    if refusal is None and chain is not None:
        refusal = earnings_refusal(s, symbol, report_days(s, chain), held_until(s, chain, dte, stressed))
    refusal = refusal or data_refusal(s, symbol, chain)
    if refusal is not None:
        return [refusal]
    assert chain is not None
    rule = put_rule(s, account)
    again = ("6.8",) if symbol in account.called_away or account.type.value == "com" else ()
    return pick(s, chain, Right.PUT, dte, rule, stressed, (*PUT_CLAUSES[account.type.value], *again))


def put_rule(s: Situation, account: Account) -> StrikeRule:
    """Where a put's strike may lie."""
    band = s.law.sleeves[account.type.value].delta
    return StrikeRule(band, band.middle, s.law.entry.delta_outside)


def put_dte(s: Situation, account: Account) -> tuple[Band[int], bool]:
    """The band of days that a put may live, and whether its longest expiry is wanted: in the stress mode."""
    sleeve = s.law.sleeves[account.type.value]
    if s.state.mode == "stress" and sleeve.stress_dte is not None:
        return sleeve.stress_dte, True
    return sleeve.dte, False


def pick(
    s: Situation, chain: Chain, right: Right, dte: Band[int], rule: StrikeRule, longest: bool, clauses: tuple[str, ...]
) -> Pick | list[Refusal]:
    """The contract of one symbol for an entry, or every reason against it that counts."""
    chosen = choose_expiry(chain.expiries, s.today, dte, s.calendar, s.law.entry.dte_outside, longest)
    if chosen is None:
        return [Refusal("no_expiry", clauses)]
    expiry, expiry_deviation = chosen
    row = chain.slices[expiry, right]
    quote = s.quote(chain.symbol)
    assert quote is not None
    deltas = slice_deltas(row, float(quote.mid), chain.at_ms, s.volatile.rate)
    found = choose_strike(row, deltas, rule)
    if found is None:
        return [no_strike(row, deltas, rule, clauses)]
    index, strike_deviation = found
    option_quote = slice_quote(chain, row, index)
    previous_counts = s.now_ms < s.clock(s.law.cadence.previous_volume_until)
    failures = liquidity_failures(s.law, row, index, previous_counts)
    if failures:
        return failures
    deviation = "; ".join(d for d in (expiry_deviation, strike_deviation) if d) or None
    return Pick(
        chain.symbol,
        row.option(index),
        option_quote,
        float(deltas[index]),
        calendar_days(s.today, expiry),
        adv_room(s, row, index),
        int(row.average_volume[index]),
        deviation,
        clauses,
    )
