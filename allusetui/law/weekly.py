"""The numbers of the trading week: sizing, cadence, entries, the protocol, breakers, liquidity and data."""

from datetime import time
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from allusetui.law.kinds import (
    Band,
    Chance,
    Count,
    Days,
    Hours,
    Model,
    PerSleeve,
    Real,
    Section,
    Share,
    Symbols,
    Usd,
    Weekday,
)


class Sizing(Section):
    """How much is deployed, and in which portions."""

    split_gen: Share
    split_rev: Share  # COM gets the rest
    aim: Share
    ceiling: Share
    symbol_cap: Share
    same_issuer: tuple[tuple[str, ...], ...]
    clip_contracts: Count
    lot_shares: Count
    margin_cap: Share

    @model_validator(mode="after")
    def _leaves_something_to_com(self) -> Self:
        if self.split_gen + self.split_rev > 1:
            raise ValueError(f"split_gen + split_rev is {self.split_gen + self.split_rev}; allowed: at most 1")
        return self


class Walk(Section):
    """How a limit price moves from mid towards the cap, and how an order is named and looked for."""

    steps: Count
    slippage_cap: Share
    timeout_s: Count
    halvings: Count
    min_clip_contracts: Count
    absence_answers: Count
    absence_gap_s: Count
    order_id_chars: Count
    session_id_chars: Count


class Pivot(Section):
    """When a sleeve writes covered calls only; both shares are of its high-water mark."""

    drawdown_floor: Share
    recovery: Share
    vix_below: Count


class Monitoring(Section):
    """Seconds between two evaluations, by protocol level; 0 is every tick."""

    grid_from: time
    period_s: Annotated[tuple[Days, ...], Field(min_length=4, max_length=4)]


class Window(Hours):
    """A weekly entry window; Monday is 0."""

    weekday: Weekday


class Closing(Hours):
    """The clock of an expiry session's afternoon."""

    prep_at: time
    close_otm_at: time
    relentless_at: time
    report_cut: time


class Cadence(Section):
    """The clock of the week."""

    windows: PerSleeve[Window]
    relook_s: Count
    closing: Closing
    early_closing: Closing
    closing_look_s: Count
    pin_distance: Share
    let_expire_ask: Usd
    early_close_at: time
    early_shift_hours: Count
    early_margin_min: Count
    early_floor: time
    call_look_at: time
    earliest_exit: time
    early_exit_spread: Share
    previous_volume_until: time
    audit_at: time
    breaker_hours: Hours


class SleeveRules(Model):
    """What a sleeve may sell; without `stress_dte` the stress mode changes nothing for it."""

    universe: Symbols
    dte: Band[Days]
    stress_dte: Band[Days] | None = None
    delta: Band[Chance]
    roll_trigger_atr: Real
    pivot_any_vix: bool


class Sleeves(PerSleeve[SleeveRules]):
    """The kinds of sleeve."""

    clauses: Symbols


class Entry(Section):
    """How far outside its band an entry may still go."""

    delta_outside: Chance
    dte_outside: Days


class AssignedCalls(Section):
    """Calls on shares that were assigned."""

    delta: Band[Chance]
    delta_aim: Chance
    dte: Band[Days]


class CoveredCall(Section):
    """When a covered call is bought back before it expires."""

    profit_decay: Share
    early_profit_decay: Share
    assignment_risk: Chance
    extrinsic_share: Chance
    last_days: Days
    let_expire_ask: Usd
    earnings_coverage: Share
    earnings_excess_by: time

    @property
    def profit_ask(self) -> Decimal:
        """The part of the credit at which the ask shows the profit."""
        return 1 - self.profit_decay

    @property
    def early_profit_ask(self) -> Decimal:
        """The same when an early assignment threatens."""
        return 1 - self.early_profit_decay


class Protocol(Section):
    """The levels of a short put, in ATRs below its strike."""

    level_atr: tuple[Real, Real, Real]
    fall_margin: Real
    fall_looks: Count
    freeze_level: Count
    stop_level: Count

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if list(self.level_atr) != sorted(set(self.level_atr)):
            raise ValueError(f"level_atr is {self.level_atr}; allowed: three rising numbers")
        return self


class Atr(Section):
    """The average true range and what stands for it when bars are missing."""

    period: Count
    fixed_at: time
    fallback_factor: Real
    fallback_sessions: Count
    price_share: Real
    lookback_sessions: Count


class Roll(Section):
    """What a roll may reach for and what it may cost."""

    expiries: Count
    cost_cap: Share
    min_days: Days


class Breakers(Section):
    """The VIX tiers; each trips above its value."""

    hedged_week: Count
    safe: Count
    halt: Count
    deployment_factor: Share

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if not self.hedged_week < self.safe < self.halt:
            raise ValueError(f"tiers are {self.hedged_week}, {self.safe}, {self.halt}; allowed: three rising numbers")
        return self


class Liquidity(Section):
    """What a contract must show before it is opened."""

    open_interest: Count
    volume: Count
    spread: Share
    adv_share: Share
    adv_sessions: Count


class Data(Section):
    """When a quote is stale, and when it is not believed."""

    stale_s: Count
    buffer_atr: Real
    buffer_cap_atr: Real
    jump: Share
    jump_stands_s: Count


class Broker(Section):
    """The link to the broker."""

    lost_s: Count


class Assignment(Section):
    """When an expiring option is left to be assigned."""

    itm_probability: Chance
