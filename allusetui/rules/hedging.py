"""§5, 6.11: what a hedge may cost, which contracts it takes and how many, what turns it on and what releases it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from allusetui.domain.calendar import months_later
from allusetui.domain.contract import Option, Right
from allusetui.domain.quote import Chain, Quote, Slice
from allusetui.rules.cadence import calendar_days
from allusetui.rules.liquidity import adv_room, liquidity_failures, slice_quote
from allusetui.rules.situation import Refusal, Situation, clause


@dataclass(frozen=True, slots=True)
class HedgePick:
    """A contract that a hedge may take, and how many of it today's volume still allows (8.2)."""

    option: Option
    quote: Quote
    room: int

    @property
    def price_usd(self) -> Decimal:
        """What one contract costs at mid."""
        return self.quote.mid * self.option.multiplier


@clause("5.2", "17.2")
def hedge_put(s: Situation, chain: Chain) -> HedgePick | list[Refusal]:
    """The put of SPX or XSP: the monthly expiry nearest nine months, the strike nearest 0.85 × spot, each in its band.

    Refused where nothing is listed there, or where the contract fails a filter of 8.1.
    """
    months = put_months(s, chain)
    return put_in(s, chain, months[0]) if months else [Refusal("no_expiry", ("5.2",))]


@clause("5.2", "17.2")
def put_months(s: Situation, chain: Chain) -> list[date]:
    """The listed monthly expiries of the band, the one nearest nine months first, the earlier on a tie."""
    law = s.law.hedging
    return months_by_aim(s, chain, law.put_months_aim, law.put_months.low, law.put_months.high)


@clause("5.2", "17.2")
def put_in(s: Situation, chain: Chain, expiry: date) -> HedgePick | list[Refusal]:
    """The put of one expiry. Refused as `hedge_put`."""
    law, spot = s.law.hedging, s.quote(chain.symbol)
    if spot is None:
        return [Refusal("no_expiry", ("5.2",))]
    row = chain.slices[expiry, Right.PUT]
    low, high = (share * spot.mid for share in (law.put_moneyness.low, law.put_moneyness.high))
    index = nearest_strike(row, law.put_moneyness_aim * spot.mid, low, high)
    return [Refusal("no_strike", ("5.2",))] if index is None else _fit(s, chain, row, index)


@clause("5.2")
def hedge_call(s: Situation, chain: Chain) -> HedgePick | list[Refusal]:
    """The call on VIX: the monthly expiry nearest six months that is not to be sold yet, the strike nearest 1.5 × VIX.

    Refused as `hedge_put`.
    """
    law, spot = s.law.hedging, s.quote(chain.symbol)
    expiry = nearest_month(s, chain, law.call_months, law.call_sold_months)
    if expiry is None or spot is None or is_near_its_end(s, expiry):
        return [Refusal("no_expiry", ("5.2",))]
    row = chain.slices[expiry, Right.CALL]
    index = nearest_strike(row, law.call_moneyness * spot.mid)
    return [Refusal("no_strike", ("5.2",))] if index is None else _fit(s, chain, row, index)


def nearest_month(s: Situation, chain: Chain, aim: int, least: int, most: int | None = None) -> date | None:
    """The listed monthly expiry nearest `aim` months, of those from `least` to `most`; the earlier on a tie."""
    return next(iter(months_by_aim(s, chain, aim, least, most)), None)


def months_by_aim(s: Situation, chain: Chain, aim: int, least: int, most: int | None = None) -> list[date]:
    """The listed monthly expiries from `least` to `most` months, those nearest `aim` first, the earlier on a tie."""
    first, middle = months_later(s.today, least), months_later(s.today, aim)
    last = date.max if most is None else months_later(s.today, most)
    months = [each for each in chain.expiries if first <= each <= last and s.calendar.is_monthly(each)]
    return sorted(months, key=lambda each: (abs(calendar_days(middle, each)), each))


def nearest_strike(row: Slice, aim: Decimal, low: Decimal | None = None, high: Decimal | None = None) -> int | None:
    """The index of the listed strike nearest `aim` within [low, high], the lower on a tie; None where none is."""
    inside = [
        (abs(strike - aim), strike, index)
        for index, strike in enumerate(row.strikes)
        if (low is None or strike >= low) and (high is None or strike <= high)
    ]
    return min(inside)[2] if inside else None


def is_near_its_end(s: Situation, expiry: date) -> bool:
    """Whether a VIX call has a month or less to live."""
    return expiry <= months_later(s.today, s.law.hedging.call_sold_months)


def _fit(s: Situation, chain: Chain, row: Slice, index: int) -> HedgePick | list[Refusal]:
    """The contract where the filters of opening orders let it through (8.1, 8.2)."""
    previous_counts = s.now_ms < s.clock(s.law.cadence.previous_volume_until)
    failures = liquidity_failures(s.law, row, index, previous_counts)
    if failures:
        return failures
    return HedgePick(row.option(index), slice_quote(row, index, chain.at_ms, chain.tick), adv_room(s, row, index))
