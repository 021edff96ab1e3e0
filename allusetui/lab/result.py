"""What a trial came to, as frozen values: the same for the same job, however often it stopped."""

from datetime import date
from decimal import Decimal

from allusetui.domain.frozen import frozen
from allusetui.ledger.tax.year import YearTax
from allusetui.reports.summary import Summary


@frozen
class Figures:
    """The numbers by which two trials of one market are compared. Dollars, counts, and shares of one.

    `final_equity` is the law's (0.2), `final_wealth` all that is owned: with LEAPs, hedges and what is set aside.
    Growth, drawdown and tail are the wealth's, net of the owner's money; `tail_week` is the mean of the worst weeks.
    `held_growth` and `held_drawdown`: of SPY bought on the first day and kept. None where the span is too short to say,
    or the market does not tell. `assigned` and `called_away` are contracts; `taxable`: gains and income.
    """

    days: int
    final_equity: Decimal
    final_wealth: Decimal
    growth: float
    growth_a_year: float | None
    worst_drawdown: float
    tail_week: float | None
    sharpe: float | None
    held_growth: float | None
    held_drawdown: float | None
    deployed: float | None
    premium: Decimal
    realized: Decimal
    fees: Decimal
    entries: int
    skips: int
    rolls: int
    rolls_refused: int
    stops: int
    assigned: int
    called_away: int
    resets_asked: int
    resets_refused: int
    taxable: Decimal
    tax_set_aside: Decimal
    events: int


@frozen
class SleeveLine:
    """A sleeve over the trial: dollars, and shares of one by its own marks; `deployed` on the average of its closes."""

    account: str
    type: str
    start: Decimal
    final: Decimal
    flows: Decimal
    realized: Decimal
    fees: Decimal
    growth: float
    growth_a_year: float | None
    worst_drawdown: float
    deployed: float | None


@frozen
class DayLine:
    """A session's last mark of an account, or of all: dollars, and shares of one."""

    day: date
    account: str
    equity: Decimal
    wealth: Decimal
    drawdown: float
    deployed: float | None


@frozen
class ClauseLine:
    """What a clause did: how many records name it, orders among them, entries skipped for it; and dollars.

    `premium` and `fees` of the orders that name it, `realized` of the lots that these closed, or opened where no order
    closed them.
    """

    clause: str
    records: int
    orders: int
    skips: int
    premium: Decimal
    fees: Decimal
    realized: Decimal


@frozen
class Asked:
    """A reset that was asked of the operator: by a latch, or by the halt (`account` None)."""

    at_ms: int
    account: str | None
    why: str


@frozen
class Defence:
    """Rolls against stops, dollars: what rolling has cost, fees included, and what the stops have realized."""

    rolls: int
    rolls_refused: tuple[tuple[str, int], ...]
    rolls_cost: Decimal
    stops: int
    stops_realized: Decimal


@frozen
class Header:
    """What was tried: which market, when, with what, under which law."""

    market: str
    first: date
    last: date
    capital: Decimal | None
    seed: int
    law: str
    law_hash: str


@frozen
class Result:
    """A trial's result. `days`: each account's, and all together; `warnings`: what the market's data does not hold."""

    header: Header
    figures: Figures
    sleeves: tuple[SleeveLine, ...]
    days: tuple[DayLine, ...]
    clauses: tuple[ClauseLine, ...]
    asked: tuple[Asked, ...]
    defence: Defence
    taxes: tuple[YearTax, ...]
    summary: Summary
    warnings: tuple[str, ...] = ()
