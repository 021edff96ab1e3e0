"""What must not be passed over between two looks: from the state, the values of the market that would be decided on.

Where nothing works and nothing is awaited only the market can give something to decide. A feed that knows its own
future tells what it will show at the next points of the grid, and looks at which nothing can be decided are left out.
"""

from collections.abc import Iterable
from decimal import Decimal
from math import exp

import numpy as np
from numpy.typing import NDArray

from allusetui.domain.account import Account, Status
from allusetui.domain.contract import Contract, Option, Right, Stock
from allusetui.domain.frozen import frozen
from allusetui.domain.lot import average_price
from allusetui.domain.moment import YEAR_MS
from allusetui.domain.money import ZERO
from allusetui.domain.quote import Ahead, Bools, Floats, Listed
from allusetui.domain.state import State
from allusetui.law.model import Law
from allusetui.pricing.implied_vol import model_itm_probabilities
from allusetui.rules import assignment, covered_call, relook, valuation
from allusetui.rules.breakers import TIERS, level_of_tier
from allusetui.rules.cadence import ExpiryClock, expiry_clock
from allusetui.rules.situation import VIX, Situation, clause

SLACK = 0.1
"""Dollars a share by which a value may miss its threshold and the look is taken all the same: told ahead a value is
right to within a tick."""


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
            due |= _endings(s, account, ahead) | relook.may_change(s, account, ahead)
    return int(ahead.times[due.argmax()]) if due.any() else None


def _breaches(s: Situation, account: Account, ahead: Ahead) -> Bools:
    """Where a put's level rises, or its roll trigger is reached."""
    due = np.zeros(len(ahead.times), dtype=bool)
    for put in account.shorts(Right.PUT):
        atr, spots = s.state.atr.get(put.symbol), ahead.spots.get(put.symbol)
        if atr is None or spots is None:
            continue
        steps = [s.law.protocol.level_atr[0]]
        if not account.positions[put].roll_prepared:
            steps.append(s.law.sleeves[account.type.value].roll_trigger_atr)
        due |= spots <= float(put.strike) - min(steps) * float(atr.value) + SLACK
    return due


def _profits(s: Situation, account: Account, ahead: Ahead) -> Bools:
    """Where enough of a call's premium has decayed, or a hedge is worth enough."""
    due = np.zeros(len(ahead.times), dtype=bool)
    for call in account.shorts(Right.CALL):
        if call in ahead.options:
            wanted = float(s.law.covered_call.profit_ask * average_price(account.lots[call]))
            due |= ahead.options[call][1] <= wanted + SLACK
            if call.symbol in ahead.spots and covered_call.may_come_early(s, account, call):
                due |= _fears(s, account, call, ahead)
    for option in account.longs():
        if option.is_index and option in ahead.options:
            cost = average_price(account.lots[option])
            due |= ahead.options[option][0] >= float(s.law.hedging.release_multiple * cost) - SLACK
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
    near = spots > strike * exp(-max(s.volatile.rate, 0.0) * years) - SLACK
    feared = near & ((bids + asks) / 2 - np.maximum(spots - strike, 0.0) <= enough + SLACK)
    if not account.positions[call].assignment_feared:
        return feared
    return feared & (asks <= float(law.early_profit_ask * average_price(account.lots[call])) + SLACK)


@clause("1.4", "7.1")
def _endings(s: Situation, account: Account, ahead: Ahead) -> Bools:
    """Where a short option that expires today may be bought back, or left to be assigned for the first time."""
    due = np.zeros(len(ahead.times), dtype=bool)
    if s.session is None:
        return due
    clock = expiry_clock(s.law.cadence, s.session)
    for option in account.shorts():
        if option.expiry == s.today and option in ahead.options and option.symbol in ahead.spots:
            if not account.positions[option].assignment_prepared:
                due |= (ahead.times >= clock.prep_ms) & (_away(option, ahead) <= SLACK)
            if not assignment.is_covered_at_cost(account, option):
                due |= _closes(s, option, clock, ahead)
    return due


def _closes(s: Situation, option: Option, clock: ExpiryClock, ahead: Ahead) -> Bools:
    """Where `assignment.expiry_verdict` may be to close."""
    law, strike, (bids, asks), spots = s.law, float(option.strike), ahead.options[option], ahead.spots[option.symbol]
    looks = (ahead.times >= clock.looks.opens_ms) & (ahead.times < clock.looks.closes_ms)
    near = _away(option, ahead) <= float(law.cadence.pin_distance) * strike + SLACK
    late = (ahead.times >= clock.close_otm_ms) & (asks > float(law.cadence.let_expire_ask) - SLACK)
    # The dearer it is in the money, the less likely it ends there.
    years = (s.calendar.up_to(option.expiry).close_ms - ahead.times) / YEAR_MS
    dear = (bids + asks) / 2 + SLACK
    left = model_itm_probabilities(dear, spots, np.full(len(spots), strike), years, s.volatile.rate, not option.is_put)
    return looks & (near | late) & (left <= law.assignment.itm_probability)


def _away(option: Option, ahead: Ahead) -> Floats:
    """`Option.otm_distance` at every instant."""
    spots, strike = ahead.spots[option.symbol], float(option.strike)
    return spots - strike if option.is_put else strike - spots


def _judgements(s: Situation, account: Account, ahead: Ahead) -> Bools:
    """Where the pivot may begin or end, or the margin use pass its cap."""
    stock, shorts, required = np.zeros((3, len(ahead.times)))
    for contract in account.lots:
        price, quantity = _price(s, account, contract, ahead), account.quantity(contract)
        if isinstance(contract, Stock):
            stock += quantity * price
        elif contract in account.positions:
            shorts += quantity * contract.multiplier * price
            if contract.is_put:
                required -= quantity * _put_margin(s, contract, price, ahead)
    required += float(valuation.STOCK_MARGIN) * stock
    equity = float(account.cash) + stock + shorts
    slack = SLACK * sum(abs(account.quantity(c)) * c.multiplier for c in account.lots)
    room = float(s.law.sizing.margin_cap) * equity - required
    turned = room >= -slack if account.over_margin else room <= slack
    return turned | _pivots(s, account, equity, slack, ahead)


def _pivots(s: Situation, account: Account, equity: Floats, slack: float, ahead: Ahead) -> Bools:
    mark, law = float(account.high_water), s.law.pivot
    if account.pivoted:
        return equity >= float(law.recovery) * mark - slack
    fallen = equity <= float(law.drawdown_floor) * mark + slack
    if s.law.sleeves[account.type.value].pivot_any_vix:
        return fallen
    return fallen & (ahead.spots[VIX] < law.vix_below + SLACK)


def _put_margin(s: Situation, put: Option, premium: Floats, ahead: Ahead) -> Floats:
    """`valuation.put_margin` at every instant."""
    strike = float(put.strike)
    spot = ahead.spots.get(put.symbol, np.full(len(ahead.times), strike))
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
