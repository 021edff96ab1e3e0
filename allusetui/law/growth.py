"""The numbers of what a sleeve grows into and is reported by: forks, reinvestment, hedges, the ladder, tax, reports."""

from decimal import Decimal
from typing import Annotated

from allusetui.domain.frozen import frozen
from allusetui.domain.table import Long
from allusetui.law.kinds import Band, Chance, Clock, Count, Multiple, Section, Share, Symbols, Text, Usd


@frozen(kw_only=True)
class Forks(Section):
    """When a sleeve has grown enough to give birth, and when a MINI ends."""

    mini_excess: Usd
    full_excess: Usd
    mini_years: Count
    mini_multiple: Multiple
    run_off_sessions: Count
    alive_max: Count  # forks and minis per user; the three first sleeves do not count


@frozen(kw_only=True)
class Reinvest(Section):
    """What becomes of a quarter's realized gain; both parts of the reinvestment are of what tax leaves."""

    tax_share: Share
    contracts_share: Share
    leaps_share: Share
    books_at: Clock
    buys_at: Clock

    def check(self) -> None:
        if self.contracts_share + self.leaps_share != 1:
            raise ValueError(f"contracts_share + leaps_share is {self.contracts_share + self.leaps_share}; allowed: 1")

    @property
    def leaps_of_gain(self) -> Decimal:
        """The part of the whole gain that buys LEAPs."""
        return (1 - self.tax_share) * self.leaps_share


@frozen(kw_only=True)
class Hedging(Section):
    """Budget, instruments, triggers and release of hedges."""

    gains_share: Share
    triggered_gains_share: Share
    equity_share: Share
    level2_put_share: Share
    level2_call_share: Share
    put_symbols: Symbols  # the first that fits
    put_months: Band[Count]
    put_months_aim: Count
    put_moneyness: Band[Share]
    put_moneyness_aim: Share
    call_symbol: Text
    call_months: Count
    call_moneyness: Multiple
    call_sold_months: Count
    vix_above: Count
    vix_sessions: Count
    index_drawdown: Share
    index_high_sessions: Count
    breadth_below_pct: Count
    breadth_age_sessions: Count
    buys_at: Clock
    put_parts: Count
    call_parts: Count
    release_profit: Multiple
    release_below_level: Count
    release_age_sessions: Count

    @property
    def symbols(self) -> tuple[str, ...]:
        """What hedges are bought on."""
        return (*self.put_symbols, self.call_symbol)

    @property
    def release_multiple(self) -> Decimal:
        """The bid at which the profit is reached, in average costs."""
        return 1 + self.release_profit


@frozen(kw_only=True)
class Ladder(Section):
    """The LEAP ladder: what is bought, how it is spread, when it rolls."""

    call_delta: Band[Chance]
    call_delta_aim: Chance
    call_months: Band[Count]
    call_months_aim: Count
    put_otm: Band[Share]
    put_months: Band[Count]
    rungs_min: Count  # a rung holds at most one part in so many of its side
    strike_sessions: Count
    looks_at: Clock
    roll_months: Count
    drift_delta: Band[Chance]
    rolls_per_session: Count


@frozen(kw_only=True)
class Tax(Section):
    """How index options are split for tax."""

    index_symbols: Symbols
    long_term_share: Share


@frozen(kw_only=True)
class Reports(Section):
    """How much history a figure needs before it is shown, and which falls of the market the book is tried by."""

    cagr_days: Count
    ratio_days: Count
    year_sessions: Count
    falls: Annotated[tuple[Share, ...], Long(1)]


@frozen(kw_only=True)
class WeekType(Section):
    """The week's labels, the first that applies first."""

    order: Symbols
    forecast_weeks: Count


@frozen(kw_only=True)
class Advice(Section):
    """How long a suggestion may wait for an answer."""

    expires_sessions: Count


@frozen(kw_only=True)
class Acceptance(Section):
    """Weekly cycles that must have been run."""

    paper_cycles: Count
    live_cycles: Count


@frozen(kw_only=True)
class Governance(Section):
    """What evidence an amendment's approval asks for."""

    paired_paths: Count
    evidence_days: Count
