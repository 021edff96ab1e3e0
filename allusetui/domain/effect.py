"""What the engine wants done outside. Effects leave only after the events of their batch are durable."""

from dataclasses import dataclass
from decimal import Decimal

from allusetui.domain.advice import Question
from allusetui.domain.order import Order


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    order: Order


@dataclass(frozen=True, slots=True)
class CancelOrder:
    client_order_id: str


@dataclass(frozen=True, slots=True)
class AskOrders:
    """Open orders, completed orders and executions of ours."""


@dataclass(frozen=True, slots=True)
class AskPositions:
    """The broker's positions, cash and settlements."""


@dataclass(frozen=True, slots=True)
class AskChain:
    symbol: str


@dataclass(frozen=True, slots=True)
class AskBars:
    symbol: str


@dataclass(frozen=True, slots=True)
class AskAdvice:
    """What the adviser makes of a question. No decision waits for it."""

    question: Question


@dataclass(frozen=True, slots=True)
class WriteReport:
    """The report of a period, from the journal: when it has ended, and again for a `reason` that came late."""

    period: str
    name: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PayOut:
    """Money of an account to its owner, or to the tax office: dollars, above zero; booked when the broker shows it."""

    account: str
    amount: Decimal
    reason: str


Effect = PlaceOrder | CancelOrder | AskOrders | AskPositions | AskChain | AskBars | AskAdvice | WriteReport | PayOut
