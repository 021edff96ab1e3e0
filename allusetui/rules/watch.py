"""What must not be passed over between two looks: from the state, the values of the market that would be decided on.

Where nothing works and nothing is awaited only the market can give something to decide. A feed that knows its own
future tells what it will show at the next points of the grid, and looks at which nothing can be decided are left out.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import exp

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.account import Account, Status
from allusetui.domain.calendar import Session
from allusetui.domain.contract import Contract, Option, Right, Stock
from allusetui.domain.frozen import frozen
from allusetui.domain.lot import average_price
from allusetui.domain.moment import YEAR_MS
from allusetui.domain.money import ZERO
from allusetui.domain.quote import Ahead, Bools, Floats, Listed
from allusetui.domain.state import State
from allusetui.law.model import Law
from allusetui.pricing.implied_vol import model_delta, model_itm_probabilities
from allusetui.rules import assignment, covered_call, relook, valuation
from allusetui.rules.breakers import TIERS, level_of_tier
from allusetui.rules.cadence import ExpiryClock, expiry_clock
from allusetui.rules.situation import VIX, Situation, clause

NOISE = 1e-6
"""Dollars a share by which floats may miss a threshold that decimals reach: what is told ahead is what is shown."""
_CENT = 0.01
_SURE = 1e-6  # a probability from a whole array of quotes is that of each to within this


@frozen
class Threshold:
    """Something is to be decided on the first tick at which `symbol` stands above `level`."""

    symbol: str
    level: Decimal


@frozen
class Watch:
    """The points of the grid, ms, before `until_ms`, when a look is due anyway, and what is looked at there."""

    until_ms: int
    times: NDArray[np.int64]
    symbols: tuple[str, ...]
    options: tuple[Option, ...]
    strips: tuple[Listed, ...]


@clause("0.12", "6.12", "6.13", "6.14")
def thresholds(state: State, law: Law) -> tuple[Threshold, ...]:
    """The VIX tiers that are not tripped: breakers are watched on every tick."""
    return tuple(
        Threshold(VIX, Decimal(level_of_tier(law.breakers, tier))) for tier in TIERS if tier not in state.breakers
    )


@clause("0.12")
def first_decision(s: Situation, accounts: Iterable[Account], ahead: Ahead) -> int | None:
    """The first instant of `ahead`, ms, at which an account may have something to decide; None in none."""
    due = np.zeros(len(ahead.times), dtype=bool)
    for account in accounts:
        if account.status is not Status.EMERGENCY:
            due |= _breaches(s, account, ahead) | _profits(s, account, ahead) | _judgements(s, account, ahead)
            due |= _endings(s, account, ahead) | _drifts(s, account, ahead) | relook.may_change(s, account, ahead)
    return int(ahead.times[due.argmax()]) if due.any() else None


def _breaches(s: Situation, account: Account, ahead: Ahead) -> Bools:
    """Where a put's level rises or may begin to fall, or its roll trigger is reached."""
    due, law = np.zeros(len(ahead.times), dtype=bool), s.law.protocol
    for put in account.shorts(Right.PUT):
        atr, spots, position = s.state.atr.get(put.symbol), ahead.spots.get(put.symbol), account.positions[put]
        if atr is None or spots is None:
            continue
        steps, strike, size = [law.level_atr[position.level]], float(put.strike), float(atr.value)
        if not position.roll_prepared:
            steps.append(s.law.sleeves[account.type.value].roll_trigger_atr)
        due |= spots <= strike - min(steps) * size + NOISE
        if position.level:
            due |= spots >= strike - (law.level_atr[position.level - 1] - law.fall_margin) * size - NOISE
    return due


def _profits(s: Situation, account: Account, ahead: Ahead) -> Bools:
    """Where enough of a call's premium has decayed, or a hedge is worth enough."""
    due = np.zeros(len(ahead.times), dtype=bool)
    for call in account.shorts(Right.CALL):
        if call in ahead.options:
            wanted = float(s.law.covered_call.profit_ask * average_price(account.lots[call]))
            due |= (ahead.options[call][1] <= wanted + NOISE) & _priced(s, call, ahead)
            if call.symbol in ahead.spots and covered_call.may_come_early(s, account, call):
                due |= _fears(s, account, call, ahead)
    for option in account.longs():
        if option.is_index and option in ahead.options:
            cost, bids = average_price(account.lots[option]), ahead.options[option][0]
            due |= (bids >= float(s.law.hedging.release_multiple * cost) - NOISE) & (bids > 0)
    return due


@clause("6.6")
def _fears(s: Situation, account: Account, call: Option, ahead: Ahead) -> Bools:
    """Where an early assignment may be likely, and its profit be taken or the risk be told for the first time.

    No call whose forward is below the strike has both the delta and the little extrinsic value that this takes.
    """
    law, spots, (bids, asks) = s.law.covered_call, ahead.spots[call.symbol], ahead.options[call]
    strike, years = float(call.strike), (s.calendar.up_to(call.expiry).close_ms - s.now_ms) / YEAR_MS
    by_delta = (1.0 - law.assignment_risk) * law.extrinsic_share * spots
    enough = np.maximum(by_delta, float(max(covered_call.payouts_ahead(s, call), default=ZERO)))
    near = spots > strike * exp(-max(s.volatile.rate, 0.0) * years) - NOISE
    feared = near & ((bids + asks) / 2 - np.maximum(spots - strike, 0.0) <= enough + NOISE)
    if not account.positions[call].assignment_feared:
        return feared
    profits = asks <= float(law.early_profit_ask * average_price(account.lots[call])) + NOISE
    return feared & profits & _priced(s, call, ahead)


@clause("0.5")
def _priced(s: Situation, option: Option, ahead: Ahead) -> Bools:
    """Where `assignment.has_a_price` may hold."""
    bids, asks = ahead.options[option]
    quote = s.volatile.option_quotes.get(option)
    tick = float(quote.tick_at(ZERO)) if quote is not None else 0.0
    return float(1 + s.law.walk.slippage_cap) * (bids + asks) / 2 >= tick - NOISE


@clause("1.4", "7.1")
def _endings(s: Situation, account: Account, ahead: Ahead) -> Bools:
    """Where a short option that expires today may be bought back, or left to be assigned for the first time."""
    due = np.zeros(len(ahead.times), dtype=bool)
    if s.session is None:
        return due
    clock, limit = expiry_clock(s.law.cadence, s.session), s.law.assignment.itm_probability
    ending = [o for o in account.shorts() if o.expiry == s.today and o in ahead.options and o.symbol in ahead.spots]
    if not ending or ahead.times[-1] < min(clock.prep_ms, clock.looks.opens_ms):
        return due
    for option, chances in zip(ending, _chances(s, s.session, ending, ahead), strict=True):
        if not account.positions[option].assignment_prepared:
            due |= (ahead.times >= clock.prep_ms) & (chances > limit - _SURE)
        if not assignment.is_covered_at_cost(account, option):
            due |= _closes(s, option, clock, ahead) & (chances <= limit + _SURE)
    return due


def _chances(s: Situation, session: Session, ending: Sequence[Option], ahead: Ahead) -> Floats:
    """`assignment.itm_probability` of each, down the rows, at every instant, along them: all of them at once."""
    mids = np.array([(bids + asks) / 2 for bids, asks in (ahead.options[option] for option in ending)])
    spots = np.array([ahead.spots[option.symbol] for option in ending])
    strikes = np.array([[float(option.strike)] for option in ending])
    calls = np.array([[not option.is_put] for option in ending])
    years = np.maximum(session.close_ms - ahead.times, 0) / YEAR_MS
    return model_itm_probabilities(mids, spots, strikes, years, s.volatile.rate, calls)


def _closes(s: Situation, option: Option, clock: ExpiryClock, ahead: Ahead) -> Bools:
    """Where `assignment.expiry_verdict` may be to close what is not left to be assigned."""
    law, strike, asks, spots = s.law, float(option.strike), ahead.options[option][1], ahead.spots[option.symbol]
    looks = (ahead.times >= clock.looks.opens_ms) & (ahead.times < clock.looks.closes_ms)
    away = spots - strike if option.is_put else strike - spots
    near = away <= float(law.cadence.pin_distance) * strike + NOISE
    late = (ahead.times >= clock.close_otm_ms) & (asks > float(law.cadence.let_expire_ask) + NOISE)
    return looks & (near | late) & _priced(s, option, ahead)


@clause("17.4")
def _drifts(s: Situation, account: Account, ahead: Ahead) -> Bools:
    """Whether at the ladder's hour a LEAP's delta is outside of its band."""
    band, drifted = s.law.ladder.drift_delta, np.zeros(len(ahead.times), dtype=bool)
    hour_ms = s.clock(s.law.ladder.looks_at)
    at = int(np.searchsorted(ahead.times, hour_ms))
    if at == len(ahead.times) or ahead.times[at] != hour_ms:
        return drifted
    for leap in account.longs():
        if not leap.is_index and leap in ahead.options and leap.symbol in ahead.spots:
            (bids, asks), spots = ahead.options[leap], ahead.spots[leap.symbol]
            years = (s.calendar.up_to(leap.expiry).close_ms - hour_ms) / YEAR_MS
            mid, strike = float(bids[at] + asks[at]) / 2, float(leap.strike)
            delta = model_delta(mid, float(spots[at]), strike, years, s.volatile.rate, not leap.is_put)
            drifted[at] |= not band.low + _SURE <= delta <= band.high - _SURE
    return drifted


def _judgements(s: Situation, account: Account, ahead: Ahead) -> Bools:
    """Where the pivot may begin or end, or the margin use pass its cap."""
    stock, shorts, required = np.zeros((3, len(ahead.times)))
    for contract in account.lots:
        if isinstance(contract, Stock):
            stock += account.quantity(contract) * _price(s, account, contract, ahead)
        elif contract in account.positions:
            price, quantity = _price(s, account, contract, ahead), account.quantity(contract)
            shorts += quantity * contract.multiplier * price
            if contract.is_put:
                required -= quantity * _put_margin(s, contract, price, ahead)
    required += float(valuation.STOCK_MARGIN) * stock
    equity = float(account.cash) + stock + shorts
    room = float(s.law.sizing.margin_cap) * equity - required
    turned = room >= -_CENT if account.over_margin else room <= _CENT
    return turned | _pivots(s, account, equity, ahead)


def _pivots(s: Situation, account: Account, equity: Floats, ahead: Ahead) -> Bools:
    mark, law = float(account.high_water), s.law.pivot
    if account.pivoted:
        return equity >= float(law.recovery) * mark - _CENT
    fallen = equity <= float(law.drawdown_floor) * mark + _CENT
    if s.law.sleeves[account.type.value].pivot_any_vix:
        return fallen
    return fallen & (ahead.spots[VIX] < law.vix_below + NOISE)


def _put_margin(s: Situation, put: Option, premium: Floats, ahead: Ahead) -> Floats:
    """`valuation.put_margin` at every instant."""
    strike = float(put.strike)
    spot = ahead.spots.get(put.symbol)
    if spot is None:
        spot = np.full(len(ahead.times), strike)
    needed = float(s.state.margin_rate) * spot - np.maximum(spot - strike, 0.0)
    return (np.maximum(needed, float(valuation.PUT_FLOOR) * strike) + premium) * put.multiplier


def _price(s: Situation, account: Account, contract: Contract, ahead: Ahead) -> Floats:
    """`valuation.price_of` at every instant."""
    if isinstance(contract, Stock) and contract.symbol in ahead.spots:
        return ahead.spots[contract.symbol]
    if isinstance(contract, Option) and contract in ahead.options:
        bids, asks = ahead.options[contract]
        return (bids + asks) / 2
    return np.full(len(ahead.times), float(valuation.price_of(s, account, contract)))
