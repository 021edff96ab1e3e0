"""§8: which values are believed, and which contracts may be opened."""

from decimal import Decimal
from math import isinf

from allusetui.domain.contract import Option
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.money import ZERO, to_price
from allusetui.domain.quote import Chain, Quote, Slice
from allusetui.law.model import Data, Law
from allusetui.rules.situation import Refusal, Situation, clause


def flaw(quote: Quote, now_ms: int, is_option: bool) -> tuple[str, str] | None:
    """The field and value that make a quote unusable; None for a good one. A bid of 0 is valid for an option."""
    bid, ask = quote.bid, quote.ask
    if not (bid.is_nan() or ask.is_nan()) and ZERO < bid <= ask and quote.at_ms <= now_ms:
        return None  # as nearly all are
    for name, value in (("bid", bid), ("ask", ask)):
        if value.is_nan():
            return name, "nan"
        if value < 0 or (value == 0 and (not is_option or name == "ask")):
            return name, str(value)
    if bid > ask:
        return "bid", f"{bid} above ask {ask}"
    if quote.at_ms > now_ms:
        return "time", "in the future"
    return None


def jumps(previous: Quote | None, quote: Quote, data: Data) -> bool:
    """Whether an underlying moved by more than the law believes without a second source."""
    if previous is None or quote.confirmed or previous.mid == 0:
        return False
    return abs(quote.mid / previous.mid - 1) > data.jump


def stands(since_ms: int, now_ms: int, data: Data) -> bool:
    """Whether a doubted value has stood long enough to be believed."""
    return now_ms - since_ms >= data.jump_stands_s * SECOND_MS


@clause("8.3")
def buffered_spot(s: Situation, option: Option, atr: Decimal) -> tuple[Decimal, bool] | None:
    """The spot to judge a short option by, and whether it is only a buffered one: last valid, moved against us."""
    quote = s.quote(option.symbol)
    if quote is None:
        return None
    age_s = s.age_s(quote)
    if age_s <= s.law.data.stale_s:
        return quote.mid, False
    moved = buffer_atr(s.law.data, age_s) * atr
    return quote.mid - moved if option.is_put else quote.mid + moved, True


@clause("8.3")
def buffer_atr(data: Data, age_s: float) -> Decimal:
    """How many ATRs a last valid value of an age is moved against a position."""
    cap = Decimal(str(data.buffer_cap_atr))
    return cap if isinf(age_s) else min(Decimal(str(data.buffer_atr)) * int(age_s // data.stale_s), cap)


@clause("8.1")
def liquidity_failures(law: Law, row: Slice, index: int, previous_counts: bool) -> list[Refusal]:
    """Each liquidity check that a contract fails; `previous_counts` while the previous session's volume may stand."""
    failures: list[Refusal] = []
    interest = int(row.open_interest[index])
    if interest < law.liquidity.open_interest:
        failures.append(Refusal("open_interest", ("8.1",), {"open_interest": interest if interest >= 0 else None}))
    volume = int(row.volume[index])
    if previous_counts:
        volume = max(volume, int(row.previous_volume[index]))
    if volume < law.liquidity.volume:
        failures.append(Refusal("volume", ("8.1",), {"volume": volume if volume >= 0 else None}))
    bid, ask = float(row.bids[index]), float(row.asks[index])
    spread = 2 * (ask - bid) / (bid + ask) if bid + ask > 0 else None
    if spread is None or spread > float(law.liquidity.spread) + 1e-12:
        failures.append(Refusal("spread", ("8.1",), {"spread": None if spread is None else to_price(spread)}))
    return failures


@clause("8.2")
def adv_room(s: Situation, row: Slice, index: int) -> int:
    """Contracts that may still be planned today in an option by all accounts together."""
    limit = int(s.law.liquidity.adv_share * max(int(row.average_volume[index]), 0))
    planned = s.state.planned_today.get(row.option(index), 0) if s.state.planned_day == s.today else 0
    return max(limit - planned, 0)


def slice_quote(chain: Chain, row: Slice, index: int) -> Quote:
    """The quote of one contract of a slice of a chain, on the tick grid."""
    bid, ask = (on_grid(prices[index], chain.tick) for prices in (row.bids, row.asks))
    return Quote(bid, ask, chain.at_ms, tick=chain.tick, steps=chain.steps)


def on_grid(price: float, tick: Decimal) -> Decimal:
    """A price that is already a multiple of the tick, as an exact Decimal."""
    return ZERO if price == 0 else round(price / float(tick)) * tick
