"""The numbers of the trading week: sizing, cadence, entries, the protocol, breakers, liquidity and data."""

from decimal import Decimal
from typing import Annotated

from allusetui.domain.frozen import frozen
from allusetui.domain.table import Long, Table
from allusetui.law.kinds import (
    Band,
    Chance,
    Clock,
    Count,
    Days,
    Flag,
    Hours,
    PerSleeve,
    Real,
    Section,
    Share,
    Symbols,
    Text,
    Usd,
    Weekday,
)


@frozen(kw_only=True)
class Sizing(Section):
    """How much is deployed, and in which portions."""

    split_gen: Share
    split_rev: Share  # COM gets the rest
    aim: Share
    ceiling: Share
    symbol_cap: Share
    same_issuer: tuple[tuple[Text, ...], ...]
    clip_contracts: Count
    lot_shares: Count
    margin_cap: Share

    def check(self) -> None:
        if self.split_gen + self.split_rev > 1:
            raise ValueError(f"split_gen + split_rev is {self.split_gen + self.split_rev}; allowed: at most 1")


@frozen(kw_only=True)
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


@frozen(kw_only=True)
class Pivot(Section):
    """When a sleeve writes covered calls only; both shares are of its high-water mark."""

    drawdown_floor: Share
    recovery: Share
    vix_below: Count


@frozen(kw_only=True)
class Monitoring(Section):
    """Seconds between two evaluations, by protocol level; 0 is every tick."""

    grid_from: Clock
    period_s: Annotated[tuple[Days, ...], Long(4, 4)]


@frozen(kw_only=True)
class Window(Hours):
    """A weekly entry window; Monday is 0."""

    weekday: Weekday


@frozen(kw_only=True)
class Closing(Hours):
    """The clock of an expiry session's afternoon."""

    prep_at: Clock
    close_otm_at: Clock
    relentless_at: Clock
    report_cut: Clock


@frozen(kw_only=True)
class Cadence(Section):
    """The clock of the week."""

    windows: PerSleeve[Window]
    relook_s: Count
    closing: Closing
    early_closing: Closing
    closing_look_s: Count
    pin_distance: Share
    let_expire_ask: Usd
    early_close_at: Clock
    early_shift_hours: Count
    early_margin_min: Count
    early_floor: Clock
    call_look_at: Clock
    earliest_exit: Clock
    early_exit_spread: Share
    previous_volume_until: Clock
    audit_at: Clock
    breaker_hours: Hours


@frozen(kw_only=True)
class SleeveRules(Table):
    """What a sleeve may sell; without `stress_dte` the stress mode changes nothing for it."""

    universe: Symbols
    dte: Band[Days]
    stress_dte: Band[Days] | None = None
    delta: Band[Chance]
    roll_trigger_atr: Real
    pivot_any_vix: Flag


@frozen(kw_only=True)
class Sleeves(PerSleeve[SleeveRules]):
    """The kinds of sleeve."""

    clauses: Symbols


@frozen(kw_only=True)
class Entry(Section):
    """How far outside its band an entry may still go."""

    delta_outside: Chance
    dte_outside: Days


@frozen(kw_only=True)
class AssignedCalls(Section):
    """Calls on shares that were assigned."""

    delta: Band[Chance]
    delta_aim: Chance
    dte: Band[Days]


@frozen(kw_only=True)
class CoveredCall(Section):
    """When a covered call is bought back before it expires."""

    profit_decay: Share
    early_profit_decay: Share
    assignment_risk: Chance
    extrinsic_share: Chance
    last_days: Days
    let_expire_ask: Usd
    earnings_coverage: Share
    earnings_excess_by: Clock

    @property
    def profit_ask(self) -> Decimal:
        """The part of the credit at which the ask shows the profit."""
        return 1 - self.profit_decay

    @property
    def early_profit_ask(self) -> Decimal:
        """The same when an early assignment threatens."""
        return 1 - self.early_profit_decay


@frozen(kw_only=True)
class Protocol(Section):
    """The levels of a short put, in ATRs below its strike."""

    level_atr: Annotated[tuple[Real, ...], Long(3, 3)]
    fall_margin: Real
    fall_looks: Count
    freeze_level: Count
    stop_level: Count

    def check(self) -> None:
        if list(self.level_atr) != sorted(set(self.level_atr)):
            raise ValueError(f"level_atr is {self.level_atr}; allowed: three rising numbers")


@frozen(kw_only=True)
class Atr(Section):
    """The average true range and what stands for it when bars are missing."""

    period: Count
    fixed_at: Clock
    fallback_factor: Real
    fallback_sessions: Count
    price_share: Real
    lookback_sessions: Count


@frozen(kw_only=True)
class Roll(Section):
    """What a roll may reach for and what it may cost."""

    expiries: Count
    cost_cap: Share
    min_days: Days


@frozen(kw_only=True)
class Breakers(Section):
    """The VIX tiers; each trips above its value."""

    hedged_week: Count
    safe: Count
    halt: Count
    deployment_factor: Share

    def check(self) -> None:
        if not self.hedged_week < self.safe < self.halt:
            raise ValueError(f"tiers are {self.hedged_week}, {self.safe}, {self.halt}; allowed: three rising numbers")


@frozen(kw_only=True)
class Liquidity(Section):
    """What a contract must show before it is opened."""

    open_interest: Count
    volume: Count
    spread: Share
    adv_share: Share
    adv_sessions: Count


@frozen(kw_only=True)
class Data(Section):
    """When a quote is stale, and when it is not believed."""

    stale_s: Count
    buffer_atr: Real
    buffer_cap_atr: Real
    jump: Share
    jump_stands_s: Count


@frozen(kw_only=True)
class Broker(Section):
    """The link to the broker."""

    lost_s: Count


@frozen(kw_only=True)
class Assignment(Section):
    """When an expiring option is left to be assigned."""

    itm_probability: Chance
