"""What happened, in the past tense: one frozen class a journal kind, its fields the public keys of `data`.

A trailing underscore is dropped in the journal (`from_` → `from`); `figures` are written as keys of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar

from allusetui.domain.contract import Contract, Option, Side
from allusetui.domain.input import Holding, OpenOption
from allusetui.domain.order import Purpose, RollChain

Figure = Decimal | int | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`account` None for the system; `clauses` the ids of the law that caused it."""

    kind: ClassVar[str] = ""
    account: str | None = None
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted(Event):
    kind = "session.started"
    session: str
    mode: str
    constitution: str
    constitution_hash: str
    seed: int
    margin_rate: Decimal
    commission: Decimal
    resumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountProvisioned(Event):
    kind = "account.provisioned"
    equity: Decimal
    base: Decimal
    type: str
    group: str
    trading: bool
    cash: Decimal
    high_water: Decimal
    opened: date
    realized_quarter: Decimal
    holdings: tuple[Holding, ...]
    options: tuple[OpenOption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMarked(Event):
    kind = "account.marked"
    equity: Decimal
    cash: Decimal
    stock: Decimal
    short_options: Decimal
    leaps_growth: Decimal
    leaps_hedge: Decimal
    tax_reserve: Decimal
    leap_cash: Decimal
    high_water: Decimal
    realized: Decimal
    unrealized: Decimal
    fees: Decimal
    at_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChanged(Event):
    kind = "state.changed"
    from_: str
    to: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRefused(Event):
    kind = "state.refused"
    from_: str
    to: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LatchSet(Event):
    kind = "latch.set"
    latch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LatchReleased(Event):
    kind = "latch.released"
    latch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPlanned(Event):
    kind = "entry.planned"
    contract: Option
    quantity: int
    delta: float
    dte: int
    mid: Decimal
    exposure: Decimal
    deviation: str | None
    window: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrySkipped(Event):
    kind = "entry.skipped"
    symbol: str
    reason: str
    window: str
    figures: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderIntended(Event):
    kind = "order.intended"
    intent: str
    purpose: Purpose
    contract: Contract
    candidate: Option | None
    side: Side
    quantity: int
    approved: bool = False
    chain: RollChain | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentSplit(Event):
    kind = "intent.split"
    intent: str
    sizes: tuple[int, ...]
    clip: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSent(Event):
    kind = "order.sent"
    client_order_id: str
    purpose: Purpose
    contract: Contract
    candidate: Option | None
    side: Side
    quantity: int
    limit: Decimal
    intent: str
    clip: int
    version: int
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReplaced(Event):
    kind = "order.replaced"
    client_order_id: str
    purpose: Purpose
    contract: Contract
    candidate: Option | None
    side: Side
    quantity: int
    limit: Decimal
    intent: str
    clip: int
    version: int
    step: int
    replaces: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequested(Event):
    kind = "order.cancel_requested"
    client_order_id: str
    intent: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilled(Event):
    kind = "order.filled"
    client_order_id: str
    contract: Contract
    side: Side
    quantity: int
    price: Decimal
    commission: Decimal
    exec_id: str
    intent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(Event):
    kind = "order.cancelled"
    client_order_id: str
    reason: str
    intent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRejected(Event):
    kind = "order.rejected"
    client_order_id: str
    reason: str
    intent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUnknown(Event):
    kind = "order.unknown"
    client_order_id: str
    intent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderResolved(Event):
    kind = "order.resolved"
    client_order_id: str
    outcome: str
    intent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAbandoned(Event):
    kind = "order.abandoned"
    intent: str
    client_order_id: str | None
    reason: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolRejecting(Event):
    """So many rejections in a row that entries on the symbol stop until a reset (§9)."""

    kind = "symbol.rejecting"
    symbol: str
    rejections: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectingEnded(Event):
    """An operator's reset lets the account enter the symbol again (§9)."""

    kind = "symbol.cleared"
    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AtrFixed(Event):
    kind = "atr.fixed"
    symbol: str
    atr: Decimal
    atr_source: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CashBooked(Event):
    kind = "cash.booked"
    reason: str
    amount: Decimal
    symbol: str | None
    settlement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionAdjusted(Event):
    kind = "position.adjusted"
    reason: str
    contract: Contract
    from_: int
    to: int
    into: Contract
    settlement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChanged(Event):
    kind = "protocol.level"
    contract: Option
    from_: int
    to: int
    spot: Decimal
    strike: Decimal
    atr: Decimal
    atr_source: str
    breach: float
    stale: bool


@dataclass(frozen=True, slots=True)
class RollCandidate:
    """A contract to roll into and its economics, dollars a share; `refused` names why not, None = allowed."""

    contract: Option
    delta: float
    credit: Decimal
    cost: Decimal
    chain_cost: Decimal
    quantity: int
    refused: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RollPrepared(Event):
    kind = "roll.prepared"
    contract: Option
    candidates: tuple[RollCandidate, ...]
    cost: Decimal | None
    chain_cost: Decimal | None
    credit: Decimal | None
    first_credit: Decimal
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RollDone(Event):
    kind = "roll.done"
    contract: Option
    candidate: Option
    quantity: int
    cost: Decimal
    chain_cost: Decimal
    credit: Decimal
    first_credit: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RollRefused(Event):
    kind = "roll.refused"
    contract: Option
    candidates: tuple[RollCandidate, ...]
    cost: Decimal | None
    chain_cost: Decimal | None
    credit: Decimal | None
    first_credit: Decimal
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopDone(Event):
    kind = "stop.done"
    contract: Option
    quantity: int
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHeld(Event):
    """A call with a day or less to live that is not bought back, and why (6.5)."""

    kind = "call.held"
    contract: Option
    reason: str
    ask: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentPrepared(Event):
    kind = "assignment.prepared"
    contract: Option
    quantity: int
    shares: int
    price: Decimal
    itm_probability: float
    basis: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentReceived(Event):
    kind = "assignment.received"
    contract: Option
    quantity: int
    shares: int
    price: Decimal
    basis: Decimal
    premium_usd: Decimal
    fees_usd: Decimal
    settlement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledAwayReceived(Event):
    kind = "called_away.received"
    contract: Option
    quantity: int
    shares: int
    price: Decimal
    proceeds: Decimal
    premium_usd: Decimal
    fees_usd: Decimal
    settlement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExercisedReceived(Event):
    """A long option became shares: `price` a share is the strike; a call's `basis`, a put's `proceeds`."""

    kind = "exercised.received"
    contract: Option
    quantity: int
    shares: int
    price: Decimal
    basis: Decimal | None
    proceeds: Decimal | None
    premium_usd: Decimal
    fees_usd: Decimal
    settlement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiredReceived(Event):
    """Gone at expiry: worthless, or settled in cash at `price` a share."""

    kind = "expired.received"
    contract: Option
    quantity: int
    shares: int
    price: Decimal
    settlement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LotClosed(Event):
    kind = "lot.closed"
    contract: Contract
    quantity: int
    proceeds: Decimal
    basis: Decimal
    book_usd: Decimal
    fees: Decimal
    realized: Decimal
    opened: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotEntered(Event):
    kind = "pivot.entered"
    equity: Decimal
    high_water: Decimal
    vix: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotLeft(Event):
    kind = "pivot.left"
    equity: Decimal
    high_water: Decimal
    vix: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeOn(Event):
    kind = "freeze.on"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeOff(Event):
    kind = "freeze.off"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginFound(Event):
    """Margin use found past, or again within, its limit (0.10)."""

    kind = "margin.found"
    use: float
    limit: float
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerTripped(Event):
    kind = "breaker.tripped"
    tier: str
    vix: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerCleared(Event):
    kind = "breaker.cleared"
    tier: str
    vix: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequested(Event):
    kind = "approval.requested"
    id: str
    subject: str
    text: str
    purpose: Purpose
    contract: Option
    quantity: int
    candidate: Option | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDecided(Event):
    kind = "approval.decided"
    id: str
    decision: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekTyped(Event):
    kind = "week.typed"
    week: str
    type: str
    all: tuple[str, ...]
    group: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWritten(Event):
    kind = "report.written"
    period: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataStale(Event):
    kind = "data.stale"
    symbol: str
    age: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DataInvalid(Event):
    kind = "data.invalid"
    symbol: str
    field: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerDown(Event):
    kind = "broker.down"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerUp(Event):
    kind = "broker.up"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeStep(Event):
    kind = "resume.step"
    step: str
    findings: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileMismatch(Event):
    kind = "reconcile.mismatch"
    what: str
    contract: Contract | None
    ours: Decimal
    broker: Decimal
    settlement: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorKey(Event):
    kind = "operator.acted"
    action: str
    by: str
    contract: Option | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRaised(Event):
    kind = "alert.raised"
    severity: str
    text: str
