"""Clients of the gateway that order, and how their orders stand."""

from datetime import date
from decimal import Decimal

from ib_async import Contract

from allusetui.broker.gateway.venue import Assembly
from allusetui.domain.contract import Option, Right
from tests.broker.gateway.desks import NOW, assembly
from tests.broker.gateway.wire import Wire

FILLED_AT_ONCE = ["5", "3:Submitted", "11", "5", "3:Filled", "59"]
NEAR = Option("AAPL", date(2026, 3, 6), Decimal(200), Right.PUT)
FAR = Option("AAPL", date(2026, 3, 13), Decimal("197.5"), Right.PUT)
STOCK = Contract(symbol="AAPL", secType="STK", exchange="SMART", currency="USD")


def client(made: Assembly, client_id: int = 1, at_ms: int = NOW, beside: Wire | None = None) -> Wire:
    wire = Wire(made.gateway, client_id + 1, at_ms, beside)
    wire.begin(client_id)
    return wire


def desk(more: str = "", at_ms: int = NOW) -> Wire:
    return client(assembly(more), at_ms=at_ms)


def status(message: list[str]) -> tuple[str, str, str, str]:
    """Standing, filled, remaining and average price of an orderStatus."""
    return message[2], message[3], message[4], message[5]
