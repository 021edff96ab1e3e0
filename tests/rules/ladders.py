"""A sleeve with leap cash and long calls, and the chains that it may buy from. NVDA and TSLA stand at 180."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import numpy as np

from allusetui.domain.account import Account, AccountType
from allusetui.domain.contract import Option, Right
from allusetui.domain.lot import Lot
from allusetui.domain.moment import YEAR_MS, to_ms
from allusetui.domain.money import CENT, ZERO
from allusetui.domain.quote import Chain, Quote, Slice
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile
from allusetui.law.load import load
from allusetui.market.calendars import calendar
from allusetui.pricing import black_scholes
from allusetui.rules.leap_purchase import Plan
from allusetui.rules.situation import Situation

LAW = load()
DAYS = calendar(date(2026, 6, 1), date(2029, 1, 31))
NOW = to_ms(datetime(2026, 10, 1, 10))
MONTHS = (
    date(2027, 9, 17), date(2027, 10, 15), date(2027, 11, 19), date(2027, 12, 17), date(2028, 1, 21), date(2028, 2, 18),
    date(2028, 3, 17), date(2028, 4, 21),
)  # fmt: skip
"""The first and the last are no third Fridays within 12 to 18 months of Thu 2026-10-01."""
RATE, VOL, SPOT = 0.04, 0.45, 180.0


def mids(expiry: date, strikes: Sequence[float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    years = (DAYS.up_to(expiry).close_ms - NOW) / YEAR_MS
    return black_scholes.prices(SPOT, np.array(strikes), years, RATE, VOL, True, 0.0)


def listed(symbol: str, expiry: date, average_volume: int = 100_000, thin: Sequence[int] = ()) -> Slice:
    """Calls from 200 to 400 in steps of 5; strikes in `thin` have an open interest of 499."""
    strikes = tuple(range(200, 401, 5))
    prices = mids(expiry, strikes)
    counts = np.full(len(strikes), 5_000)
    interest = np.array([499 if strike in thin else 500 for strike in strikes])
    return Slice(
        symbol, expiry, Right.CALL, DAYS.up_to(expiry).close_ms, tuple(Decimal(k) for k in strikes),
        np.floor(prices * 99) / 100, np.ceil(prices * 101) / 100, interest, counts, counts,
        np.full(len(strikes), average_volume),
    )  # fmt: skip


def chain(symbol: str, average_volume: int = 100_000, thin: Mapping[date, Sequence[int]] | None = None) -> Chain:
    thin = thin or {}
    rows = {(e, Right.CALL): listed(symbol, e, average_volume, thin.get(e, ())) for e in MONTHS}
    return Chain(symbol, NOW, CENT, MONTHS, rows, ())


def call(symbol: str, expiry: date, strike: int = 300) -> Option:
    return Option(symbol, expiry, Decimal(strike), Right.CALL)


def sleeve(cash: str, held: Mapping[Option, int] | None = None) -> tuple[Situation, Account]:
    """REV with leap cash and long calls, each quoted at its mid."""
    account = Account("REV", AccountType.REV, "A1", True, ZERO, ZERO, ZERO, date(2026, 1, 2), leap_cash=Decimal(cash))
    spots = {name: Quote(Decimal(180), Decimal(180), NOW) for name in ("NVDA", "TSLA")}
    seen = Volatile(quotes={**spots, "VIX": Quote(Decimal(18), Decimal(18), NOW)}, rate=RATE)
    for option, quantity in (held or {}).items():
        account.lots[option] = [Lot(quantity, Decimal(10), ZERO, date(2026, 1, 2))]
        mid = Decimal(str(round(float(mids(option.expiry, [float(option.strike)])[0]), 2)))
        seen.option_quotes[option] = Quote(mid, mid, NOW)
    state = State(commission=Decimal("0.65"), accounts={"REV": account})
    return Situation(LAW, DAYS, state, seen, NOW), account


def bought(plan: Plan) -> list[tuple[str, date, int]]:
    return [(row.contract.symbol, row.contract.expiry, row.quantity) for row in plan.purchases]


def both(average_volume: int = 100_000) -> dict[str, Chain | None]:
    return {name: chain(name, average_volume) for name in ("NVDA", "TSLA")}
