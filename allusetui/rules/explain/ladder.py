"""What the panes show of the LEAP ladder: its sides, never summed into one, and what of each rolls when."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from allusetui.domain.account import Account
from allusetui.domain.calendar import months_later
from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen
from allusetui.rules import hedging, valuation
from allusetui.rules import ladder as rules
from allusetui.rules.situation import Situation


@frozen
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


@frozen
class SideFigures:
    """One side of an account's ladder, its LEAPs by expiry, in dollars.

    `left`: what may still be spent, of the leap cash or of the quarter's hedge budget. `waits`: what keeps the growth
    side from buying and rolling, if anything does. `shares`: (year, month) of a rung → its part of the side, what
    is being bought included.
    """

    account: Account
    hedges: bool
    leaps: tuple[LeapFigures, ...]
    value: Decimal
    left: Decimal
    waits: str | None
    shares: Mapping[tuple[int, int], Decimal]


def ladder(s: Situation) -> list[SideFigures]:
    """The growth side of every account that has one, and the hedge side of every account that may have one."""
    return [side for account in s.state.accounts.values() for side in _sides(s, account)]


def _sides(s: Situation, account: Account) -> Iterator[SideFigures]:
    for side in (rules.GROWTH, rules.HEDGE):
        hedges = side == rules.HEDGE
        held = (option for option in account.longs() if rules.side_of(option) == side)
        leaps = tuple(_leap(s, account, option) for option in sorted(held, key=lambda option: option.expiry))
        if leaps or (account.trading if hedges else account.leap_cash or account.leap_sales):
            yield SideFigures(
                account=account,
                hedges=hedges,
                leaps=leaps,
                value=valuation.ladder_value(s, account, hedges),
                left=_hedge_budget(s, account) if hedges else rules.budget(s, account),
                waits=None if hedges else _waits(s, account),
                shares=rules.rungs_of(s, account, side).shares,
            )


def _hedge_budget(s: Situation, account: Account) -> Decimal:
    """By the larger share of the gain while a trigger is on (5.1)."""
    law = s.law.hedging
    return hedging.budget(s, account, law.triggered_gains_share if s.state.triggers.on else law.gains_share).left


def _waits(s: Situation, account: Account) -> str | None:
    refusal = rules.held_back(s, account)
    return refusal.reason if refusal is not None else account.leap_wait


def _leap(s: Situation, account: Account, option: Option) -> LeapFigures:
    quote, delta = s.volatile.option_quotes.get(option), valuation.option_delta(s, option)
    quantity, is_sold = account.quantity(option), not rules.is_rung(option)
    months = s.law.hedging.call_sold_months if is_sold else s.law.ladder.roll_months
    is_growth = rules.side_of(option) == rules.GROWTH
    return LeapFigures(
        account=account,
        option=option,
        quantity=quantity,
        delta=None if delta is None else abs(delta),
        value=quantity * option.multiplier * quote.mid if quote else None,
        age_s=s.age_s(quote),
        drifts=delta is not None and is_growth and rules.has_drifted(s, abs(delta)),
        ends_on=months_later(option.expiry, -months),
        is_sold=is_sold,
    )
