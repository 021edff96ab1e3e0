"""The house itself: market data, breakers, broker, resume, people, weeks and reports."""

from datetime import date
from decimal import Decimal

from allusetui.domain.contract import Contract, Option
from allusetui.domain.event.base import Event
from allusetui.domain.frozen import frozen
from allusetui.domain.order import Purpose


@frozen(kw_only=True)
class AtrFixed(Event):
    """The average true range that the symbol is judged by today, dollars a share; `atr_source`: bars, last_valid or
    price (6.9).
    """

    kind = "atr.fixed"
    symbol: str
    atr: Decimal
    atr_source: str
    day: date


@frozen(kw_only=True)
class BreakerTripped(Event):
    """The VIX has passed a tier: hedged_week, safe or halt (6.12 to 6.14)."""

    kind = "breaker.tripped"
    tier: str
    vix: Decimal | None


@frozen(kw_only=True)
class BreakerCleared(Event):
    """The tier does not hold any more."""

    kind = "breaker.cleared"
    tier: str
    vix: Decimal | None


@frozen(kw_only=True)
class DataStale(Event):
    """No valid quote of the symbol for `age` seconds; told once an episode (8.3)."""

    kind = "data.stale"
    symbol: str
    age: float


@frozen(kw_only=True)
class DataInvalid(Event):
    """A value that was thrown away: its `field`, and the value as it came; told once an episode (8.3)."""

    kind = "data.invalid"
    symbol: str
    field: str
    value: str


@frozen(kw_only=True)
class BrokerDown(Event):
    """The link to the broker is lost: every account is latched, every live order unknown (8.6)."""

    kind = "broker.down"
    reason: str


@frozen(kw_only=True)
class BrokerUp(Event):
    """The link to the broker is back; the flow of 9.5 follows."""

    kind = "broker.up"
    reason: str


@frozen(kw_only=True)
class ResumeStep(Event):
    """A step of 9.5 for one account, and what it found: snapshot, broker, reconcile, schedule, risk, active."""

    kind = "resume.step"
    step: str
    findings: str


@frozen(kw_only=True)
class ReconcileMismatch(Event):
    """Our books and the broker's differ in what nobody can explain: `ours` and `broker` in contracts, shares or
    dollars (9.5).
    """

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
    """What a person did. `amount` in dollars; `prompt`: the approval that is answered."""

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
    """A week's label, the first that applies, and `all` that do. `group`: an ALL-USE; None for the user as a whole
    (12.1).
    """

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
