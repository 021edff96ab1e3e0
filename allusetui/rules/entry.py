"""Which contract an entry takes, by DTE and delta band, and what keeps a symbol out (§2, 1.6, 8.x)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np

from allusetui.domain.account import Account, Status
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Option, Right
from allusetui.domain.event import Figure
from allusetui.domain.money import to_price
from allusetui.domain.quote import Chain, Floats, Quote, Slice
from allusetui.law.model import Band
from allusetui.pricing.implied_vol import model_deltas
from allusetui.rules.cadence import calendar_days, same_week
from allusetui.rules.liquidity import adv_room, liquidity_failures, slice_quote
from allusetui.rules.situation import VIX, Refusal, Situation, clause

_EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class StrikeRule:
    """Where a strike may lie: inside `band` nearest `aim`; `outside` below it; not under `floor`."""

    band: Band[float]
    aim: float
    outside: float
    floor: Decimal | None = None
    higher_on_tie: bool = False


def choose_expiry(
    expiries: Sequence[date], today: date, band: Band[int], calendar: Calendar, outside: int, longest: bool = False
) -> tuple[date, str | None] | None:
    """The expiry of a DTE band and, where it lies outside, the deviation; None when none is near enough."""
    ahead = [e for e in expiries if e >= today]

    def in_band(expiry: date) -> bool:
        return calendar_days(today, expiry) in band or calendar.count(today, expiry) in band

    inside = [e for e in ahead if in_band(e)]
    week_end = calendar.week(today)[-1].day
    if inside:
        if longest:
            return max(inside), None
        if week_end in inside:
            return week_end, None
        return min(inside, key=lambda e: (abs(calendar_days(today, e) - band.middle), -e.toordinal())), None

    def distance(expiry: date) -> int:
        days = calendar_days(today, expiry)
        return max(band.low - days, days - band.high)

    near = [e for e in ahead if distance(e) <= outside]
    if not near:
        return None
    chosen = min(near, key=lambda e: (distance(e), -e.toordinal()))
    return chosen, f"dte {calendar_days(today, chosen)} outside {band.low}-{band.high}"


def choose_strike(row: Slice, deltas: Floats, rule: StrikeRule) -> tuple[int, str | None] | None:
    """The index of the strike whose own delta fits the rule, and the deviation; None when none does."""
    allowed = np.ones(len(deltas), dtype=bool)
    if rule.floor is not None:
        allowed = np.array([strike >= rule.floor for strike in row.strikes], dtype=bool)
    allowed &= row.asks > 0
    low, high = rule.band.low, rule.band.high
    inside = np.flatnonzero(allowed & (deltas >= low - _EPSILON) & (deltas <= high + _EPSILON))
    if len(inside):
        ties = [-float(row.strikes[i]) if rule.higher_on_tie else float(deltas[i]) for i in inside]
        ranks = [(round(abs(deltas[i] - rule.aim), 9), tie, i) for i, tie in zip(inside, ties, strict=True)]
        return int(min(ranks)[2]), None
    below = np.flatnonzero(allowed & (deltas < low) & (deltas >= low - rule.outside - _EPSILON))
    if rule.outside <= 0 or not len(below):
        return None
    index = int(below[np.argmax(deltas[below])])
    return index, f"delta {deltas[index]:.4f} outside {low:.2f}-{high:.2f}"


def slice_deltas(row: Slice, spot: float, at_ms: int, rate: float) -> Floats:
    """Absolute deltas of a slice by the implied vol of each mid (§2 strike)."""
    strikes = np.array([float(k) for k in row.strikes])
    return model_deltas((row.bids + row.asks) / 2, spot, strikes, row.years(at_ms), rate, row.right is Right.CALL)


@clause("1.6")
def report_days(s: Situation, chain: Chain) -> tuple[date, ...] | None:
    """The known report dates of the chain's issuer, GOOG and GOOGL being one; None without a calendar."""
    if chain.earnings is None:
        return None
    others = (s.volatile.reports.get(each, ()) for each in s.same_issuer(chain.symbol))
    return tuple(sorted({*chain.earnings, *(day for days in others for day in days)}))


def held_until(s: Situation, chain: Chain, dte: Band[int], longest: bool = False) -> date:
    """The expiry that an entry would take; today where there is none."""
    chosen = choose_expiry(chain.expiries, s.today, dte, s.calendar, s.law.entry.dte_outside, longest)
    return chosen[0] if chosen else s.today


@clause("1.6")
def earnings_refusal(s: Situation, chain: Chain, until: date) -> Refusal | None:
    """Why earnings keep a put out: a report this calendar week, or from today through `until`."""
    if chain.symbol in s.law.etfs:
        return None
    days = report_days(s, chain)
    if days is None:
        return Refusal("earnings_unknown", ("1.6",))
    for day in days:
        if same_week(day, s.today) or s.today <= day <= until:
            return Refusal("earnings", ("1.6",), {"report": day.isoformat()})
    return None


def account_refusal(s: Situation, account: Account) -> Refusal | None:
    """What keeps every entry of the account out, the first in the order of §9."""
    if account.latches or account.status in (Status.EMERGENCY, Status.MAINTENANCE):
        if "paused" in account.latches:
            return Refusal("paused", ("0.7",))
        return Refusal("safe", latch_clauses(account))
    if account.no_entries:
        return Refusal("no_entries", ("0.7",))
    if account.frozen:
        return Refusal("frozen", ("6.3",))
    if account.run_off_on is not None:
        return Refusal("run_off", ("2.7",))
    return None


def latch_clauses(account: Account) -> tuple[str, ...]:
    """The clauses behind the latches that are on."""
    source = {"level3": "6.4", "breaker": "6.13", "broker": "8.6", "disk": "9.5", "mismatch": "9.5", "paused": "0.7"}
    found = tuple(dict.fromkeys(source[latch.value] for latch in sorted(account.latches)))
    return found or (("9.2",) if account.status is Status.EMERGENCY else ("9.3",))


@clause("0.9", "2.5", "7.3", "2.4")
def symbol_refusal(s: Situation, account: Account, symbol: str, right: Right) -> Refusal | None:
    """What keeps an entry on one symbol out before its chain is looked at."""
    if right is Right.PUT and account.pivoted:
        return Refusal("pivot", ("2.5", "0.9") if s.law.sleeves[account.type.value].pivot_any_vix else ("0.9",))
    if right is Right.PUT and account.is_assigned(symbol):
        return Refusal("assigned", ("7.3", "3.4" if account.type.value == "rev" else "2.4"))
    if (account.name, symbol) in s.state.rejecting:
        return Refusal("rejecting", ("0.6",))
    return None


@clause("8.3", "8.5")
def data_refusal(s: Situation, symbol: str, chain: Chain | None) -> Refusal | None:
    """No chain, or no value young and good enough to decide on; an unknown VIX stops every entry."""
    if chain is None:
        return Refusal("no_chain", ("8.5",))
    if s.is_doubted(symbol):
        return Refusal("bad_quote", ("8.3",))
    for name in (symbol, VIX):
        if not s.is_fresh(name):
            age = s.age_s(s.quote(name))
            return Refusal("stale", ("8.3",), {"age": None if age == float("inf") else to_price(age), "of": name})
    return None


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
    option_quote = slice_quote(row, index, chain.at_ms, chain.tick)
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


def no_strike(row: Slice, deltas: Floats, rule: StrikeRule, clauses: tuple[str, ...]) -> Refusal:
    """The refusal with the best delta that the strikes had to offer."""
    allowed = [i for i, k in enumerate(row.strikes) if rule.floor is None or k >= rule.floor]
    best = min((float(deltas[i]) for i in allowed), key=lambda d: abs(d - rule.aim), default=None)
    figures: dict[str, Figure] = {"delta": None if best is None else to_price(best)}
    if rule.floor is not None:
        figures["basis"] = to_price(rule.floor)
    return Refusal("no_strike", clauses, figures)
