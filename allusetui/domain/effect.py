"""What the engine wants done outside. Effects leave only after the events of their batch are durable."""

from dataclasses import dataclass

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
class WriteReport:
    """The report of a period that ends at this instant, from the journal."""

    period: str
    name: str


Effect = PlaceOrder | CancelOrder | AskOrders | AskPositions | AskChain | AskBars | WriteReport
