"""What the panes show of the LEAP ladder: its sides, never summed into one, and what of each rolls when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from allusetui.domain.account import Account
from allusetui.domain.calendar import months_later
from allusetui.domain.contract import Option
from allusetui.domain.money import ZERO
from allusetui.rules import valuation
from allusetui.rules.situation import Situation


@dataclass(frozen=True, slots=True)
class LeapFigures:
    """A LEAP or a hedge held. `delta` absolute, `value` dollars at mid; both None without a quote, `age_s` of it.

    `drifts`: its delta is outside of the band that the growth side keeps to. `ends_on`: the day from which it is
    rolled for its age, or sold where it is a call on VIX (`is_sold`).
    """

    account: Account
    option: Option
    quantity: int
    delta: float | None
    value: Decimal | None
    age_s: float
    drifts: bool
    ends_on: date
    is_sold: bool


@dataclass(frozen=True, slots=True)
class SideFigures:
    """One side of an account's ladder, its LEAPs by expiry. Dollars; `cash` is the leap cash, of the growth side.

    `shares`: (year, month) of a rung → its share of the side, where all is quoted.
    """

    account: Account
    hedges: bool
    leaps: tuple[LeapFigures, ...]
    value: Decimal
    cash: Decimal
    shares: Mapping[tuple[int, int], Decimal]


def ladder(s: Situation) -> list[SideFigures]:
    """Every side that holds something, or has cash to buy with: an account's growth, then its hedges."""
    return [side for account in s.state.accounts.values() for side in _sides(s, account)]


def _sides(s: Situation, account: Account) -> Iterator[SideFigures]:
    for hedges in (False, True):
        held = sorted(option for option in account.longs() if option.is_index is hedges)
        leaps = tuple(_leap(s, account, option) for option in sorted(held, key=lambda option: option.expiry))
        cash = ZERO if hedges else account.leap_cash
        if leaps or cash:
            value = valuation.ladder_value(s, account, hedges)
            yield SideFigures(account, hedges, leaps, value, cash, _shares(leaps))


def _leap(s: Situation, account: Account, option: Option) -> LeapFigures:
    quote, delta = s.volatile.option_quotes.get(option), valuation.option_delta(s, option)
    band, quantity = s.law.ladder.drift_delta, account.quantity(option)
    is_sold = option.is_index and not option.is_put
    months = s.law.hedging.call_sold_months if is_sold else s.law.ladder.roll_months
    return LeapFigures(
        account=account,
        option=option,
        quantity=quantity,
        delta=None if delta is None else abs(delta),
        value=quantity * option.multiplier * quote.mid if quote else None,
        age_s=s.age_s(quote),
        drifts=delta is not None and not option.is_index and abs(delta) not in band,
        ends_on=months_later(option.expiry, -months),
        is_sold=is_sold,
    )


def _shares(leaps: tuple[LeapFigures, ...]) -> dict[tuple[int, int], Decimal]:
    """What part of the side each month of expiry is; a call on VIX stands on no rung (17.3)."""
    found: dict[tuple[int, int], Decimal] = {}
    for leap in leaps:
        if leap.value is None:
            return {}
        if not leap.is_sold:
            month = leap.option.expiry.year, leap.option.expiry.month
            found[month] = found.get(month, ZERO) + leap.value
    whole = sum(found.values(), ZERO)
    return {month: value / whole for month, value in found.items()} if whole else {}
