"""An account, which is a sleeve: its cash, lots, state and latches (§9)."""

from dataclasses import field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from allusetui.domain.advice import LadderLog
from allusetui.domain.contract import Contract, Option, Right, Side, Stock
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.lot import Lot, average_price, total
from allusetui.domain.money import ZERO
from allusetui.domain.order import Purpose


class AccountType(StrEnum):
    """The kinds of sleeve (§2 to §4)."""

    GEN = "gen"
    REV = "rev"
    COM = "com"
    MINI = "mini"


class Status(StrEnum):
    """The states of an account (§9)."""

    SAFE = "SAFE"
    SCANNING = "SCANNING"
    ANALYZING = "ANALYZING"
    ORDERING = "ORDERING"
    MONITORING = "MONITORING"
    CLOSING = "CLOSING"
    RECONCILING = "RECONCILING"
    EMERGENCY = "EMERGENCY"
    MAINTENANCE = "MAINTENANCE"
    AUDIT = "AUDIT"


class Latch(StrEnum):
    """What holds an account in SAFE (§9)."""

    PAUSED = "paused"
    LEVEL3 = "level3"
    BREAKER = "breaker"
    BROKER = "broker"
    DISK = "disk"
    MISMATCH = "mismatch"


@mutable
class Position:
    """What the protocol knows of one short option. Credit and costs are dollars a share, of the roll chain (6.10).

    `escalated`: level 3 because no roll was allowed; `refused`: defences that the operator did not want at this level.
    """

    level: int = 0
    level_from_buffer: bool = False
    roll_prepared: bool = False
    first_credit: Decimal = ZERO
    chain_cost: Decimal = ZERO
    assignment_prepared: bool = False
    expiry_looked: bool = False
    assignment_feared: bool = False
    escalated: bool = False
    refused: set[Purpose] = field(default_factory=set)
    sold_on: date = date.min


@mutable
class WindowLog:
    """One entry window: symbol → `planned`, the last skip reason, or `abandoned` by a pause; what was told (1.1)."""

    day: date
    outcome: dict[str, str] = field(default_factory=dict)
    told: set[tuple[str, str]] = field(default_factory=set)


@frozen
class LeapSale:
    """What a roll has sold of a LEAP: contracts, dollars a share, and in all net of fees; kept until the roll is over.

    `planned`: what the proceeds buy is decided.
    """

    quantity: int
    price: Decimal
    proceeds: Decimal
    reason: str
    day: date
    planned: bool = False


@mutable
class HedgeLog:
    """What a sleeve has done about hedges (5.1, 5.3, 6.11).

    `spent`: gross premium bought this quarter, `budget`: what the last one was planned by, dollars. `week`: the last
    one in which level 2 bought; `episode`, `quarter`: the last in which a trigger did; `decided_on`: the last day on
    which a trigger's hedge was skipped. `told`: (week, reason) of what was skipped. `refused`: the operator did not
    want what the level asked for.
    """

    spent: Decimal = ZERO
    budget: Decimal = ZERO
    week: str = ""
    episode: int = 0
    quarter: str = ""
    decided_on: date = date.min
    told: set[tuple[str, str]] = field(default_factory=set)
    refused: bool = False


@mutable
class Account:
    """One sleeve's books. Money in dollars."""

    name: str
    type: AccountType
    group: str
    trading: bool
    base: Decimal
    cash: Decimal
    high_water: Decimal
    opened: date
    status: Status = Status.SAFE
    latches: set[Latch] = field(default_factory=set)
    no_entries: bool = False
    frozen: bool = False
    pivoted: bool = False
    over_margin: bool = False
    lots: dict[Contract, list[Lot]] = field(default_factory=dict)
    positions: dict[Option, Position] = field(default_factory=dict)
    called_away: set[str] = field(default_factory=set)
    windows: dict[str, WindowLog] = field(default_factory=dict)
    realized_year: Decimal = ZERO
    realized_quarter: Decimal = ZERO
    gains: dict[str, Decimal] = field(default_factory=dict)
    """Quarter that has ended, `2026-Q3` → what it realized, fees counted once."""
    reinvested: str = ""
    """The last quarter whose gain was shared out (3.5, 4.4), and the day on which that was booked."""
    reinvested_on: date = date.min
    reserves: dict[str, Decimal] = field(default_factory=dict)
    """Year → what of the tax reserve is for its gains. No part of `cash`, as is `leap_cash`."""
    leap_cash: Decimal = ZERO
    leaps_due: bool = False
    """Whether leap cash waits to buy, on how many sessions it was tried, and what it was told to wait for (17.1)."""
    leap_tries: int = 0
    leap_wait: str | None = None
    leap_sales: dict[Option, LeapSale] = field(default_factory=dict)
    ladder: LadderLog = field(default_factory=LadderLog)
    to_invest: Decimal = ZERO
    """What of `cash` waits to become shares, and whether a purchase is still to be decided."""
    purchase_due: bool = False
    hedges: HedgeLog = field(default_factory=HedgeLog)
    fees_year: Decimal = ZERO
    run_off_on: date | None = None
    """The session at whose close a MINI began to run off (2.7)."""
    merged: bool = False
    audited_ms: int = 0
    """When its books were last compared by an audit (9.4)."""
    last_equity: Decimal = ZERO
    """What it was worth at its last mark, or at its start, and what was paid in or out since."""
    week_equity: Decimal = ZERO
    """The same of the last report cut."""
    week_premium: Decimal = ZERO
    """What options sold have brought in since then, less what buying them back has cost; fees not counted."""

    def quantity(self, contract: Contract) -> int:
        """Signed contracts or shares held."""
        lots = self.lots.get(contract)
        return total(lots) if lots else 0

    def shares(self, symbol: str) -> int:
        return self.quantity(Stock(symbol))

    def basis(self, symbol: str) -> Decimal:
        """Average cost a share over the lots, what it cost to open them included (2.4)."""
        lots = self.lots.get(Stock(symbol), [])
        fees = sum((lot.fees_usd for lot in lots), ZERO)
        return average_price(lots) + (fees / total(lots) if lots else ZERO)

    def is_assigned(self, symbol: str) -> bool:
        """Whether shares of `symbol` came by assignment: the symbol is CC-only until they are gone (2.4)."""
        return any(lot.assigned for lot in self.lots.get(Stock(symbol), ()))

    def stocks(self) -> list[str]:
        """The symbols whose shares are held, in the order they were first bought."""
        return [each.symbol for each in self.lots if isinstance(each, Stock) and self.quantity(each) > 0]

    def trades_long(self, option: Option, side: Side) -> bool:
        """Whether a trade opens or closes a long position: a LEAP or a hedge."""
        held = self.quantity(option)
        return held > 0 or (not held and side is Side.BUY)

    def longs(self) -> list[Option]:
        """LEAPs and hedges held, in the order they were opened."""
        return [c for c in self.lots if isinstance(c, Option) and c not in self.positions]

    def shorts(self, right: Right | None = None) -> list[Option]:
        """Short options held, of one right or both, in the order they were opened."""
        return [option for option in self.positions if right is None or option.right is right]

    def open_calls(self, symbol: str) -> int:
        """Short calls on `symbol`, in contracts."""
        return -sum(self.quantity(option) for option in self.shorts(Right.CALL) if option.symbol == symbol)

    @property
    def tax_reserve(self) -> Decimal:
        """What is set aside for taxes and never deployed (10.2)."""
        return sum(self.reserves.values(), ZERO)

    @property
    def money(self) -> Decimal:
        """All the money that the broker holds for the account, ring-fenced or not."""
        return self.cash + self.tax_reserve + self.leap_cash

    def move_flow(self, amount: Decimal) -> None:
        """Cash that comes or goes, to other accounts too, and is no gain or drawdown: the marks move with it (0.9)."""
        self.cash += amount
        self.high_water += amount
        self.last_equity += amount
        self.week_equity += amount

    @property
    def strike_cash(self) -> Decimal:
        """Strike × multiplier of every short put: the cash they bind (0.2)."""
        return sum((-self.quantity(put) * put.notional for put in self.shorts(Right.PUT)), ZERO)
