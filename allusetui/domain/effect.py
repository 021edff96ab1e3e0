"""What the engine wants done outside. Effects leave only after the events of their batch are durable."""

from decimal import Decimal

from allusetui.domain.advice import Question
from allusetui.domain.frozen import frozen
from allusetui.domain.order import Order
from allusetui.domain.proposal import Proposal


@frozen
class PlaceOrder:
    order: Order


@frozen
class CancelOrder:
    client_order_id: str


@frozen
class AskOrders:
    """Open orders, completed orders and executions of ours."""


@frozen
class AskPositions:
    """The broker's positions, cash and settlements."""


@frozen
class AskChain:
    symbol: str


@frozen
class AskBars:
    symbol: str


@frozen
class AskAdvice:
    """What the adviser makes of a question. No decision waits for it."""

    question: Question


@frozen
class WriteReport:
    """The report of a period, from the journal: when it has ended, and again for a `reason` that came late."""

    period: str
    name: str
    reason: str | None = None


@frozen
class PayOut:
    """Money of an account to its owner, or to the tax office: dollars, above zero; booked when the broker shows it."""

    account: str
    amount: Decimal
    reason: str


@frozen
class EnactLaw:
    """A person has approved the proposal by the prompt `id`: it is to come into force."""

    id: str
    proposal: Proposal


Effect = (
    PlaceOrder
    | CancelOrder
    | AskOrders
    | AskPositions
    | AskChain
    | AskBars
    | AskAdvice
    | WriteReport
    | PayOut
    | EnactLaw
)
