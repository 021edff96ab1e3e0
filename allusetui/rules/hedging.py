"""5.1, 5.2, 6.11: what a hedge may cost, which contracts it takes, and how many of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import isnan

from allusetui.domain.account import Account
from allusetui.domain.calendar import months_later
from allusetui.domain.contract import Option, Right
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import quarter_of, week_of
from allusetui.domain.money import ZERO
from allusetui.domain.quote import Chain, Quote, Slice
from allusetui.rules.cadence import calendar_days
from allusetui.rules.entry import is_young
from allusetui.rules.ladder import HEDGE, Placed, Rungs, cost_usd, place, rungs_of
from allusetui.rules.liquidity import adv_room, liquidity_failures, slice_quote
from allusetui.rules.price_walk import most_for
from allusetui.rules.situation import Refusal, Situation, clause
from allusetui.rules.valuation import equity, free_cash, price_of, working_hedges

LEG_CLAUSES = ("5.1", "5.2", "5.7", "17.2", "17.3")
"""What every leg of a hedge is decided by, whatever asks for it."""


@frozen
class HedgePick:
    """A contract that a hedge would take, how many of it today's volume still allows, and what it fails (8.1, 8.2)."""

    option: Option
    quote: Quote
    room: int
    failures: tuple[Refusal, ...] = ()
    deviation: str | None = None

    @property
    def price_usd(self) -> Decimal:
        """What one contract costs at mid."""
        return self.quote.mid * self.option.multiplier


@clause("5.2", "17.2", "17.3")
def hedge_put(s: Situation, chain: Chain, rungs: Rungs, usd: Decimal) -> HedgePick | Refusal:
    """The put of SPX or XSP: the monthly expiry nearest nine months, the strike nearest 0.85 × spot, each in its band.

    Where as many as the money buys would make its rung too large, the next nearest.
    """
    months = put_months(s, chain.expiries)
    if not months:
        return Refusal("no_expiry", ("5.2",))
    nearest = _put_in(s, chain, months[0])
    if isinstance(nearest, Refusal) or nearest.failures:
        return nearest
    found = place(s, rungs, months, lambda each: put_in(s, chain, each), lambda pick: _quantity(pick, usd))
    assert isinstance(found, Placed)
    return replace(found.pick, deviation=found.deviation)


@clause("5.2", "17.2")
def put_months(s: Situation, listed: Sequence[date]) -> list[date]:
    """The listed monthly expiries of the band, the one nearest nine months first, the earlier on a tie."""
    law, months = s.law.hedging, filter(s.calendar.is_monthly, listed)
    return months_by_aim(s, months, law.put_months_aim, law.put_months.low, law.put_months.high)


@clause("5.2", "17.2", "8.1")
def put_in(s: Situation, chain: Chain, expiry: date) -> HedgePick | list[Refusal]:
    """The put of one expiry. Refused where none is listed in the band, or where it fails a filter of 8.1."""
    found = _put_in(s, chain, expiry)
    return [found] if isinstance(found, Refusal) else list(found.failures) or found


def _put_in(s: Situation, chain: Chain, expiry: date) -> HedgePick | Refusal:
    law, spot = s.law.hedging, s.quote(chain.symbol)
    if spot is None:
        return Refusal("no_expiry", ("5.2",))
    row = chain.slices[expiry, Right.PUT]
    low, high = (share * spot.mid for share in (law.put_moneyness.low, law.put_moneyness.high))
    index = nearest_strike(row, law.put_moneyness_aim * spot.mid, low, high)
    return _of_row(s, chain, row, index)


@clause("5.2")
def hedge_call(s: Situation, chain: Chain) -> HedgePick | Refusal:
    """The call on VIX: the monthly expiry nearest six months that is not to be sold yet, the strike nearest 1.5 × VIX.

    Refused where nothing is listed there; what it fails of 8.1 is told with it.
    """
    law, spot = s.law.hedging, s.quote(chain.symbol)
    expiry = call_month(s, chain.expiries)
    if expiry is None or spot is None or is_near_its_end(s, expiry):
        return Refusal("no_expiry", ("5.2",))
    row = chain.slices[expiry, Right.CALL]
    index = nearest_strike(row, law.call_moneyness * spot.mid)
    return _of_row(s, chain, row, index)


@clause("5.2")
def call_month(s: Situation, listed: Sequence[date]) -> date | None:
    """The listed monthly expiry nearest six months, of those that are not to be sold yet; the earlier on a tie."""
    law, months = s.law.hedging, filter(s.calendar.is_vix_monthly, listed)
    return next(iter(months_by_aim(s, months, law.call_months, law.call_sold_months)), None)


def months_by_aim(s: Situation, months: Iterable[date], aim: int, least: int, most: int | None = None) -> list[date]:
    """Of monthly expiries those from `least` to `most` months, the nearest `aim` first, the earlier on a tie."""
    first, middle = months_later(s.today, least), months_later(s.today, aim)
    last = date.max if most is None else months_later(s.today, most)
    inside = [each for each in months if first <= each <= last]
    return sorted(inside, key=lambda each: (abs(calendar_days(middle, each)), each))


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


def _of_row(s: Situation, chain: Chain, row: Slice, index: int | None) -> HedgePick | Refusal:
    """The contract, with what it fails of the filters of opening orders (8.1, 8.2). Refused where a side is unknown."""
    if index is None:
        return Refusal("no_strike", ("5.2",))
    if isnan(row.bids[index] + row.asks[index]):
        return Refusal("bad_quote", ("8.3",))
    previous_counts = s.now_ms < s.clock(s.law.cadence.previous_volume_until)
    failures = tuple(liquidity_failures(s.law, row, index, previous_counts))
    quote = slice_quote(chain, row, index)
    return HedgePick(row.option(index), quote, adv_room(s, row, index), failures)


@frozen
class Budget:
    """A sleeve's hedges of the running quarter, dollars: what they may cost, have cost, and would if all were filled.

    `spent` and `working` are gross premium; a release refills nothing.
    """

    total: Decimal
    spent: Decimal
    working: Decimal

    @property
    def left(self) -> Decimal:
        return max(self.total - self.spent - self.working, ZERO)


@frozen
class Leg:
    """So many of one contract."""

    pick: HedgePick
    quantity: int


@frozen
class Unfit:
    """Why nothing is bought, of all contracts that were looked at the cheapest, and what each of them failed."""

    reason: str
    clauses: tuple[str, ...]
    cheapest: HedgePick | None = None
    failures: tuple[str, ...] = ()


@clause("5.1")
def budget(s: Situation, account: Account, gains_share: Decimal) -> Budget:
    """The larger of a share of the quarter's realized gain so far and a share of the sleeve's equity."""
    runs = s.state.quarter == quarter_of(s.today)
    gain, spent = (account.realized_quarter, account.hedges.spent) if runs else (ZERO, ZERO)
    total = max(gains_share * gain, s.law.hedging.equity_share * equity(s, account), ZERO)
    working = (q * o.multiplier * price_of(s, account, o) for o, q in working_hedges(s, account))
    return Budget(total, spent, sum(working, ZERO))


@clause("6.11")
def week_is_used(s: Situation, account: Account) -> bool:
    """Whether a breach has bought its hedge of this calendar week; one that was skipped does not use it up."""
    return account.hedges.week == week_of(s.today)


@clause("6.11")
def level_shares(s: Situation, account: Account, left: Decimal) -> tuple[Decimal, Decimal]:
    """Dollars for puts and for calls at level 2: shares of the equity, scaled down together to the budget left."""
    law, worth = s.law.hedging, max(equity(s, account), ZERO)
    puts, calls = law.level2_put_share * worth, law.level2_call_share * worth
    if puts + calls <= left:
        return puts, calls
    return left * puts / (puts + calls), left * calls / (puts + calls)


@clause("5.3", "5.4", "5.5")
def trigger_shares(s: Situation, left: Decimal) -> tuple[Decimal, Decimal]:
    """Dollars for puts and for calls where a trigger is on: the budget left, two to one."""
    law = s.law.hedging
    puts = left * law.put_parts / (law.put_parts + law.call_parts)
    return puts, left - puts


def has_young_quotes(s: Situation, chains: Mapping[str, Chain | None]) -> bool:
    """Whether every index that lists something has values young and good enough to decide on."""
    listed = [chain for chain in chains.values() if chain is not None]
    return all(s.is_fresh(each.symbol) and not s.is_doubted(each.symbol) and is_young(s, each) for each in listed)


@clause("5.2", "8.1", "8.2")
def legs(
    s: Situation, account: Account, chains: Mapping[str, Chain | None], puts_usd: Decimal, calls_usd: Decimal
) -> list[Leg] | Unfit:
    """Whole contracts for both shares. What one kind has no use for goes to the other; none takes the puts' cash."""
    law, rungs, whole = s.law.hedging, rungs_of(s, account, HEDGE), puts_usd + calls_usd
    found = {name: _chosen(s, name, chains[name], rungs, puts_usd) for name in law.symbols}
    named = [pick for pick in found.values() if isinstance(pick, HedgePick)]
    puts = [pick for pick in named if not pick.failures and pick.option.is_put]
    calls = [pick for pick in named if not pick.failures and not pick.option.is_put]
    # What the calls have no use for buys more puts: more than the month of their own share may take.
    again = (_chosen(s, put.option.symbol, chains[put.option.symbol], rungs, whole) for put in puts)
    more = [pick for pick in again if isinstance(pick, HedgePick)]
    wanted = _shared_out((puts, puts_usd), (calls, calls_usd), (more, whole))
    cheapest = min(named, key=lambda pick: pick.price_usd, default=None)
    failures = tuple(f"{name} {each.reason}" for name, pick in found.items() for each in _failures(pick))
    if not wanted:
        reason = "no_fit" if puts_usd + calls_usd > 0 else "budget"
        return Unfit(reason, ("5.1", "5.2"), cheapest, failures)
    return within_cash(s, account, wanted) or Unfit("budget", ("5.1", "0.2"), cheapest, failures)


def _chosen(s: Situation, name: str, chain: Chain | None, rungs: Rungs, usd: Decimal) -> HedgePick | Refusal:
    if chain is None:
        return Refusal("no_chain", ("8.5",))
    return hedge_call(s, chain) if name == s.law.hedging.call_symbol else hedge_put(s, chain, rungs, usd)


def _failures(found: HedgePick | Refusal) -> tuple[Refusal, ...]:
    return found.failures if isinstance(found, HedgePick) else (found,)


def _shared_out(
    puts: tuple[Sequence[HedgePick], Decimal], calls: tuple[Sequence[HedgePick], Decimal],
    whole: tuple[Sequence[HedgePick], Decimal],
) -> list[Leg]:  # fmt: skip
    """Each kind for its own share, dollars; where one has no use for it the other has both, puts before calls."""
    put, call = _first_fit(*puts), _first_fit(*calls)
    if call is None:
        put = _first_fit(*whole)
    if put is None:
        call = _first_fit(calls[0], whole[1])
    return [leg for leg in (put, call) if leg is not None]


def _first_fit(picks: Sequence[HedgePick], usd: Decimal) -> Leg | None:
    """As many as the money and today's volume allow of the first that fits: SPX before XSP."""
    for pick in picks:
        quantity = _quantity(pick, usd)
        if quantity > 0:
            return Leg(pick, quantity)
    return None


def _quantity(pick: HedgePick, usd: Decimal) -> int:
    each = pick.price_usd
    return min(int(usd // each), pick.room) if each else 0


@clause("0.2")
def within_cash(s: Situation, account: Account, wanted: Sequence[Leg]) -> list[Leg]:
    """The legs, one after the other, cut to the cash that secures no put, at the highest price of their walks."""
    cash, found = free_cash(s, account), []
    for leg in wanted:
        each = cost_usd(s, leg.pick.option, most_for(s, leg.pick.quote))
        quantity = min(leg.quantity, int(max(cash, ZERO) // each))
        cash -= quantity * each
        if quantity:
            found.append(Leg(leg.pick, quantity))
    return found
