"""§17: the LEAP ladder: its sides and rungs, what it may spend, what holds it back and when a LEAP rolls."""

from collections.abc import Callable, Iterable
from dataclasses import field, replace
from datetime import date
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from allusetui.domain.account import Account, Status
from allusetui.domain.calendar import months_later
from allusetui.domain.contract import Contract, Option, Right, Side
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.money import ZERO
from allusetui.domain.order import Intent, Purpose
from allusetui.domain.quote import Quote
from allusetui.rules.entry import latch_refusal, run_off_refusal, stop_refusal
from allusetui.rules.situation import Refusal, Situation, clause
from allusetui.rules.valuation import option_delta, price_of

GROWTH, HEDGE = "growth", "hedge"
PURCHASE_CLAUSES = ("17.1", "17.3")
ROLL_CLAUSES = {GROWTH: ("17.4", "17.1", "17.3"), HEDGE: ("17.4", "17.2", "17.3", "5.7")}
TTE, DELTA = "tte", "delta"
_EPSILON = 1e-9
_BUSY = frozenset({Status.SCANNING, Status.ANALYZING, Status.CLOSING, Status.RECONCILING, Status.AUDIT})
Month = tuple[int, int]


@mutable
class Rungs:
    """One side of an account's ladder: dollars at mid by month of expiry and by symbol, what works included."""

    months: dict[Month, Decimal] = field(default_factory=dict)
    symbols: dict[str, Decimal] = field(default_factory=dict)

    def add(self, option: Option, value_usd: Decimal) -> None:
        month = month_of(option.expiry)
        self.months[month] = self.months.get(month, ZERO) + value_usd
        self.symbols[option.symbol] = self.symbols.get(option.symbol, ZERO) + value_usd

    @property
    def total(self) -> Decimal:
        return sum(self.months.values(), ZERO)

    @property
    def shares(self) -> dict[Month, Decimal]:
        """What part of the side each rung is; none where the side is worth nothing (17.3)."""
        whole = self.total
        return {month: value_usd / whole for month, value_usd in self.months.items()} if whole else {}

    def share_with(self, expiry: date, value_usd: Decimal) -> Decimal:
        """What part of the side the rung of `expiry` is with so much more in it."""
        return (self.months.get(month_of(expiry), ZERO) + value_usd) / (self.total + value_usd)


class Offered(Protocol):
    """A contract that may be bought."""

    @property
    def option(self) -> Option: ...

    @property
    def quote(self) -> Quote: ...


P = TypeVar("P", bound=Offered)


@frozen
class Placed(Generic[P]):
    """So many of a contract, and whether its rung is larger than it should be."""

    pick: P
    quantity: int
    deviation: str | None = None


def month_of(expiry: date) -> Month:
    """The rung of an expiry."""
    return expiry.year, expiry.month


def side_of(option: Option) -> str:
    """Hedge puts live on the ladder's hedge side; what is held on a stock is growth."""
    return HEDGE if option.is_index else GROWTH


def is_rung(option: Option) -> bool:
    """Whether a long option stands on the ladder: a growth call or a hedge put; calls on VIX do not."""
    return option.right is (Right.PUT if option.is_index else Right.CALL)


@clause("17.3")
def rungs_of(s: Situation, account: Account, side: str) -> Rungs:
    """The side as it is held, and as what works will make it."""
    rungs = Rungs()
    held = [(option, account.quantity(option)) for option in account.longs()]
    working = [(i.contract, i.open_quantity) for i in purchases_of(s, account) if isinstance(i.contract, Option)]
    for option, quantity in [*held, *working]:
        if is_rung(option) and side_of(option) == side:
            rungs.add(option, quantity * option.multiplier * price_of(s, account, option))
    return rungs


def purchases_of(s: Situation, account: Account) -> list[Intent]:
    """What the account is buying for its ladder, hedges included."""
    return [i for i in s.state.intents_of(account) if i.purpose.is_ladder and i.side is Side.BUY]


@clause("17.6")
def crowds(rungs: Rungs, expiry: date, spacing: int) -> bool:
    """Whether another rung of the side is nearer to the expiry's month than so many months."""
    at = _count(month_of(expiry))
    return any(0 < abs(at - _count(month)) < spacing for month in rungs.months)


def _count(month: Month) -> int:
    return 12 * month[0] + month[1]


@clause("17.3")
def stays_small(s: Situation, rungs: Rungs, expiry: date, value_usd: Decimal) -> bool:
    """Whether a purchase may go to the month: the side has too few rungs to bind, it is a new one, or small enough."""
    least = s.law.ladder.rungs_min
    if len(rungs.months) < least or month_of(expiry) not in rungs.months:
        return True
    return least * (rungs.months[month_of(expiry)] + value_usd) <= rungs.total + value_usd


@clause("17.3")
def place(
    s: Situation, rungs: Rungs, months: Iterable[date], offer: Callable[[date], P | list[Refusal]],
    size: Callable[[P], int],
) -> Placed[P] | list[Refusal]:  # fmt: skip
    """The contract of the first month, or of the next one whose rung stays small enough, and how many are bought.

    None stays so: the first month's all the same, with a word on it. Refused as the first month is.
    """
    first: Placed[P] | None = None
    for month in months:
        found = offer(month)
        if isinstance(found, list):
            if first is None:
                return found
            continue
        placed = Placed(found, size(found))
        first = first or placed
        if not first.quantity:
            return first
        if placed.quantity and stays_small(s, rungs, month, value_usd(found, placed.quantity)):
            return placed
    if first is None:
        return [Refusal("no_expiry", ("17.1", "17.2"))]
    share = rungs.share_with(first.pick.option.expiry, value_usd(first.pick, first.quantity))
    return replace(first, deviation=f"rung {share:.4f} above 1/{s.law.ladder.rungs_min}")


def value_usd(found: Offered, quantity: int) -> Decimal:
    """Contracts at mid."""
    return quantity * found.quote.mid * found.option.multiplier


@clause("17.1")
def budget(s: Situation, account: Account) -> Decimal:
    """Leap cash that no working purchase, and no roll between its two halves, is to spend."""
    working = [i for i in purchases_of(s, account) if i.purpose is Purpose.LEAP]
    bound = sum((i.open_quantity * cost_usd(s, i.contract, _most_of(i)) for i in working), ZERO)
    rolling = sum((sale.proceeds for sale in account.leap_sales.values() if not sale.planned), ZERO)
    return account.leap_cash - bound - rolling


def _most_of(intent: Intent) -> Decimal:
    assert intent.leap is not None and intent.leap.most is not None
    return intent.leap.most


def cost_usd(s: Situation, contract: Contract, price: Decimal) -> Decimal:
    """One contract at a price a share, its commission included."""
    return price * contract.multiplier + s.state.commission


@clause("6.12", "0.7", "9.1", "9.2", "9.3", "2.7")
def held_back(s: Situation, account: Account) -> Refusal | None:
    """What keeps the ladder from buying and rolling; a freeze and a pivot do not."""
    refusal = latch_refusal(account) or stop_refusal(account) or run_off_refusal(account)
    if refusal is not None:
        return refusal
    if "hedged_week" in s.state.breakers:
        return Refusal("hedged_week", ("6.12",))
    return Refusal("stale", ("8.3",)) if s.state.vix_stale else None


@clause("17.4")
def roll_reason(s: Situation, option: Option) -> tuple[str, float] | None:
    """Why a LEAP is rolled now, with its delta; None where it is not, or where no young quote has a bid for it.

    Three calendar months to expiry or less; on the growth side also a delta outside of its band.
    """
    delta = sale_delta(s, option)
    if delta is None or not is_rung(option):
        return None
    if is_mature(s, option):
        return TTE, delta
    return (DELTA, delta) if side_of(option) == GROWTH and has_drifted(s, delta) else None


def sale_delta(s: Situation, option: Option) -> float | None:
    """The absolute delta of a LEAP that could be sold; None where no young quote has a bid for it."""
    quote = s.fresh_option(option)
    delta = option_delta(s, option) if quote is not None and quote.bid else None
    return None if delta is None else abs(delta)


@clause("17.4")
def is_mature(s: Situation, option: Option) -> bool:
    """Whether a LEAP has three calendar months to expiry or less."""
    return option.expiry <= months_later(s.today, s.law.ladder.roll_months)


@clause("17.4")
def has_drifted(s: Situation, delta: float) -> bool:
    """Whether a delta lies outside of the band in which a growth LEAP is kept."""
    band = s.law.ladder.drift_delta
    return not band.low - _EPSILON <= delta <= band.high + _EPSILON


def obstacle(s: Situation, account: Account, option: Option) -> str | None:
    """What has to end before a LEAP can be rolled: rejections on its symbol, an earlier roll, another order."""
    if (account.name, option.symbol) in s.state.rejecting:
        return "rejecting"
    if option in account.leap_sales:
        return "rolling"
    return "working" if s.state.intents_of(account, option) else None


@clause("9.1")
def is_busy(s: Situation, account: Account) -> bool:
    """Whether the account has something to end before its ladder is looked at."""
    return account.status in _BUSY or account.name in s.volatile.resuming
