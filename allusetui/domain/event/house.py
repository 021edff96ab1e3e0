"""The house itself: market data, breakers, broker, resume, people, weeks and reports."""

from datetime import date
from decimal import Decimal

from allusetui.domain.contract import Contract, Option
from allusetui.domain.event.base import Event
from allusetui.domain.frozen import frozen
from allusetui.domain.order import Purpose


@frozen(kw_only=True)
class AtrFixed(Event):
    kind = "atr.fixed"
    symbol: str
    atr: Decimal
    atr_source: str
    day: date


@frozen(kw_only=True)
class BreakerTripped(Event):
    kind = "breaker.tripped"
    tier: str
    vix: Decimal | None


@frozen(kw_only=True)
class BreakerCleared(Event):
    kind = "breaker.cleared"
    tier: str
    vix: Decimal | None


@frozen(kw_only=True)
class DataStale(Event):
    kind = "data.stale"
    symbol: str
    age: float


@frozen(kw_only=True)
class DataInvalid(Event):
    kind = "data.invalid"
    symbol: str
    field: str
    value: str


@frozen(kw_only=True)
class BrokerDown(Event):
    kind = "broker.down"
    reason: str


@frozen(kw_only=True)
class BrokerUp(Event):
    kind = "broker.up"
    reason: str


@frozen(kw_only=True)
class ResumeStep(Event):
    kind = "resume.step"
    step: str
    findings: str


@frozen(kw_only=True)
class ReconcileMismatch(Event):
    kind = "reconcile.mismatch"
    what: str
    contract: Contract | None
    ours: Decimal
    broker: Decimal
    settlement: str | None = None


@frozen(kw_only=True)
class AuditDone(Event):
    """`mismatches`: how many differences concern the account."""

    kind = "audit.done"
    mismatches: int


@frozen(kw_only=True)
class OperatorKey(Event):
    kind = "operator.acted"
    action: str
    by: str
    contract: Option | None = None
    amount: Decimal | None = None
    prompt: str | None = None


@frozen(kw_only=True)
class ApprovalRequested(Event):
    """`expires`: the session at whose close it expires; a defence lasts as long as its level."""

    kind = "approval.requested"
    id: str
    subject: str
    text: str
    purpose: Purpose | None = None
    contract: Option | None = None
    quantity: int = 0
    candidate: Option | None = None
    expires: date | None = None


@frozen(kw_only=True)
class ApprovalDecided(Event):
    """`shown`: the sha256 of the terms that were before the person who answered; None where none was named."""

    kind = "approval.decided"
    id: str
    decision: str
    by: str
    shown: str | None = None


@frozen(kw_only=True)
class AlertRaised(Event):
    """`topic` and `symbol`: what the adviser found out of the ordinary, and where; None for every other alert."""

    kind = "alert.raised"
    severity: str
    text: str
    topic: str | None = None
    symbol: str | None = None


@frozen(kw_only=True)
class WeekTyped(Event):
    kind = "week.typed"
    week: str
    type: str
    all: tuple[str, ...]
    group: str | None


@frozen(kw_only=True)
class ReportWritten(Event):
    """`reason`: the late fact for which it was issued again; None for the first issue."""

    kind = "report.written"
    period: str
    name: str
    sha256: str
    reason: str | None = None
