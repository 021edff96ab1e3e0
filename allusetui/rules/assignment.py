"""1.4 and §7: what becomes of a short option on the day it expires."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from allusetui.domain.account import Account
from allusetui.domain.contract import Option, Right
from allusetui.domain.lot import Lot, average_price, total
from allusetui.domain.moment import YEAR_MS
from allusetui.domain.money import ZERO
from allusetui.domain.quote import Quote
from allusetui.pricing.implied_vol import model_itm_probability
from allusetui.rules.cadence import ExpiryClock
from allusetui.rules.price_walk import most_for
from allusetui.rules.situation import Situation, clause


class Verdict(StrEnum):
    LEAVE = "leave"
    CLOSE = "close"
    EXPIRE = "expire"
    HOLD = "hold"


@clause("7.2", "2.4", "3.4", "10.3")
def basis_of(option: Option, lots: Sequence[Lot]) -> Decimal:
    """What a share costs where these short puts are assigned: the strike less the premium net of commission."""
    units = -total(lots) * option.multiplier
    return option.strike - average_price(lots) + sum((lot.fees_usd for lot in lots), ZERO) / units


@clause("7.1")
def itm_probability(s: Situation, option: Option, quote: Quote, spot: Decimal) -> float:
    """N of the moneyness side of d2, by the implied vol of the mid."""
    session = s.calendar.up_to(option.expiry)
    years = max(session.close_ms - s.now_ms, 0) / YEAR_MS
    mid, strike = float(quote.mid), float(option.strike)
    return model_itm_probability(mid, float(spot), strike, years, s.volatile.rate, option.right is Right.CALL)


def is_left(s: Situation, probability: float) -> bool:
    """Whether the option is left to be assigned."""
    return probability > s.law.assignment.itm_probability


def near(s: Situation, option: Option, spot: Decimal) -> bool:
    """In the money, or within half a percent of the strike."""
    return option.otm_distance(spot) <= s.law.cadence.pin_distance * option.strike


@clause("1.4")
def is_pinned(s: Situation, option: Option, quote: Quote, spot: Decimal) -> bool:
    """Near the strike or past it, and not so far that it is left to be assigned."""
    return near(s, option, spot) and not is_left(s, itm_probability(s, option, quote, spot))


@clause("6.5")
def is_covered_at_cost(account: Account, option: Option) -> bool:
    """Whether it is a call that takes shares away for no less than they cost."""
    called = option.right is Right.CALL and account.shares(option.symbol)
    return bool(called) and option.strike >= account.basis(option.symbol)


@clause("0.5")
def has_a_price(s: Situation, quote: Quote) -> bool:
    """Whether a buy order can name a price at all: the cap of a mid below a tick rounds down to nothing."""
    return most_for(s, quote) > 0


@clause("1.4", "7.1", "6.5")
def expiry_verdict(
    s: Situation, account: Account, option: Option, quote: Quote, spot: Decimal, clock: ExpiryClock
) -> Verdict:
    """What to do with a short option that expires today, at one look of the afternoon."""
    if is_covered_at_cost(account, option):
        return Verdict.LEAVE
    if is_left(s, itm_probability(s, option, quote, spot)):
        return Verdict.LEAVE
    if not has_a_price(s, quote):
        return Verdict.EXPIRE
    if near(s, option, spot):
        return Verdict.CLOSE
    if quote.ask <= s.law.cadence.let_expire_ask:
        return Verdict.EXPIRE
    return Verdict.CLOSE if s.now_ms >= clock.close_otm_ms else Verdict.HOLD
