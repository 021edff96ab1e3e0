"""§6.1–6.4, 6.9, 6.10: how far a short put is breached, what level that is, and what a roll would cost."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from math import inf

from allusetui.domain.account import Account, Position
from allusetui.domain.contract import Option
from allusetui.domain.event import RollCandidate
from allusetui.domain.money import to_figure, to_price
from allusetui.domain.quote import Bar, Chain, Quote
from allusetui.domain.state import Atr
from allusetui.law.model import Law, Protocol
from allusetui.pricing.atr import wilder_atr
from allusetui.rules.cadence import calendar_days
from allusetui.rules.entry import earnings_refusal, report_days
from allusetui.rules.liquidity import adv_room, liquidity_failures, slice_quote
from allusetui.rules.selection import StrikeRule, choose_strike, slice_deltas
from allusetui.rules.situation import Situation, clause
from allusetui.rules.valuation import equity, margin, put_margin


def exact(number: float) -> Decimal:
    """A number of the law as the decimal that it is written as."""
    return Decimal(str(number))


def breach_of(option: Option, spot: Decimal, atr: Decimal) -> Decimal:
    """(strike − spot) / ATR of a short put."""
    return (option.strike - spot) / atr


@clause("6.1", "6.2", "6.3", "6.4")
def level_of(breach: Decimal, protocol: Protocol) -> int:
    """The level that a breach reaches: at exactly one ATR it is level 1."""
    return sum(breach >= exact(step) for step in protocol.level_atr)


@clause("6.11")
def asks_for_hedge(breach: Decimal, protocol: Protocol) -> bool:
    """Whether a breach that a young quote shows asks for the hedge of the week."""
    return level_of(breach, protocol) >= protocol.freeze_level


@clause("6.1", "6.2", "6.3", "6.4")
def falls_to(level: int, breaches: tuple[Decimal, Decimal], protocol: Protocol) -> int | None:
    """The level after two evaluations in a row below the margin, None while it stays."""
    if level == 0 or any(not is_below(level, b, protocol) for b in breaches):
        return None
    return min(level_of(max(breaches), protocol), level)


@clause("8.3")
def confirmed_level(position: Position, breach: Decimal, protocol: Protocol) -> int:
    """The level that a young quote stands behind: of one that only the buffer reached, as much as `breach` reaches."""
    return min(position.level, level_of(breach, protocol)) if position.level_from_buffer else position.level


@clause("6.10")
def level_to_leave(position: Position, protocol: Protocol) -> int:
    """The level that a fall has to leave; one that no roll could answer stays while the breach would ask for a roll."""
    return protocol.freeze_level if position.escalated else position.level


def is_below(level: int, breach: Decimal, protocol: Protocol) -> bool:
    """Whether one evaluation speaks for leaving the level."""
    return level > 0 and breach <= exact(protocol.level_atr[level - 1]) - exact(protocol.fall_margin)


@clause("2.3", "3.3")
def roll_is_due(option: Option, spot: Decimal, atr: Decimal, trigger_atr: float) -> bool:
    """Whether the sleeve's roll trigger is reached: spot ≤ strike − k × ATR."""
    return spot <= option.strike - exact(trigger_atr) * atr


@clause("6.4")
def opens_wide(s: Situation, option: Option) -> bool:
    """Whether the session is too young for the option's spread, or for having one."""
    if s.now_ms >= s.clock(s.law.cadence.earliest_exit):
        return False
    quote = s.fresh_option(option)
    return quote is None or quote.spread_share > float(s.law.cadence.early_exit_spread)


@clause("6.9", "8.4")
def fix_atr(s: Situation, symbol: str, bars: tuple[Bar, ...], spot: Decimal) -> Atr:
    """The session's ATR: of the bars; else the last valid × 1.1, for five sessions; else 2 % of the price."""
    today = s.today
    past = bars[: bisect_left(bars, today, key=lambda bar: bar.day)][-s.law.atr.lookback_sessions :]
    last = atr_of_bars(s, past) or s.state.last_bars_atr.get(symbol)
    if last and last.day == today:
        return last
    if last and s.calendar.count(last.day, today) - 1 <= s.law.atr.fallback_sessions:
        return Atr(to_price(last.value * exact(s.law.atr.fallback_factor)), "last_valid", today)
    return Atr(to_price(spot * exact(s.law.atr.price_share)), "price", today)


def atr_of_bars(s: Situation, bars: tuple[Bar, ...]) -> Atr | None:
    """The ATR that the bars give to the session after the last of them; None where they give none."""
    value = wilder_atr([b.high for b in bars], [b.low for b in bars], [b.close for b in bars], s.law.atr.period)
    if value is None or not 0 < value < inf:
        return None
    return Atr(to_price(value), "bars", s.calendar.after(bars[-1].day).day)


@clause("6.10")
def roll_candidates(s: Situation, account: Account, option: Option, chain: Chain, held: Quote) -> list[RollCandidate]:
    """The strike of the sleeve's band in each of the next three expiries, with its economics."""
    later = roll_expiries(s, option, chain.expiries)
    rows = [candidate(s, account, option, chain, expiry, held) for expiry in later]
    return [row for row in rows if row is not None]


@clause("6.10")
def roll_expiries(s: Situation, option: Option, listed: Sequence[date]) -> list[date]:
    """The next three expiries after the held one, of those with a day left to them."""
    later = [e for e in listed if e > option.expiry and calendar_days(s.today, e) >= s.law.roll.min_days]
    return later[: s.law.roll.expiries]


def candidate(
    s: Situation, account: Account, option: Option, chain: Chain, expiry: date, held: Quote
) -> RollCandidate | None:
    """One expiry's candidate; None when no strike of it lies near the band."""
    row = chain.slices[expiry, option.right]
    band = s.law.sleeves[account.type.value].delta
    quote = s.quote(option.symbol)
    assert quote is not None
    deltas = slice_deltas(row, float(quote.mid), chain.at_ms, s.volatile.rate)
    found = choose_strike(row, deltas, StrikeRule(band, band.middle, s.law.entry.delta_outside))
    if found is None:
        return None
    index = found[0]
    new = slice_quote(chain, row, index)
    position = account.positions[option]
    cost = held.mid - new.mid + 2 * s.state.commission / option.multiplier
    refused: str | None = None
    quantity = -account.quantity(option)
    if earnings_refusal(s, chain.symbol, report_days(s, chain), row.expiry):
        refused = "earnings"
    elif not affordable(cost, position, s.law):
        refused = "economics"
    elif failures := liquidity_failures(s.law, row, index, s.now_ms < s.clock(s.law.cadence.previous_volume_until)):
        refused = failures[0].reason
    else:
        quantity = min(quantity, adv_room(s, row, index), margin_room(s, account, option, row.option(index), new.mid))
        refused = None if quantity else "margin_cap" if adv_room(s, row, index) else "adv"
    return RollCandidate(
        row.option(index),
        to_figure(float(deltas[index])),
        to_price(new.mid),
        to_price(cost),
        to_price(position.chain_cost + cost),
        quantity,
        refused,
    )


@clause("6.10")
def affordable(cost: Decimal, position: Position, law: Law) -> bool:
    """Whether this roll's cost and those before it stay within half of the chain's first credit."""
    return position.chain_cost + cost <= law.roll.cost_cap * position.first_credit


@clause("0.10")
def margin_room(s: Situation, account: Account, old: Option, new: Option, premium: Decimal) -> int:
    """How many contracts of a roll keep the margin use within its cap."""
    quote = s.quote(old.symbol)
    spot = quote.mid if quote else old.strike
    held = s.volatile.option_quotes.get(old)
    released = put_margin(s.state.margin_rate, old, spot, held.mid if held else premium)
    added = put_margin(s.state.margin_rate, new, spot, premium)
    if added <= released:
        return -account.quantity(old)
    left = s.law.sizing.margin_cap * equity(s, account) - margin(s, account)
    return max(int(left // (added - released)), 0)


@clause("6.10")
def refusal_reason(candidates: list[RollCandidate]) -> str:
    """Why none is allowed: economics before earnings before none at all."""
    reasons = {row.refused for row in candidates}
    return next((reason for reason in ("economics", "earnings") if reason in reasons), "no_candidate")
