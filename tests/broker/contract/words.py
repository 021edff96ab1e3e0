"""What every test of the contract speaks of: two puts, limits for them, faults, and short ways to look at a twin."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from allusetui.domain.contract import Option, Right
from allusetui.domain.input import Input
from tests.broker.contract.twins import Twin
from tests.broker.scripts import OF_AAPL, fault

Opened = Callable[..., Twin]
PUT = Option("AAPL", date(2026, 3, 6), Decimal(200), Right.PUT)
LATER = Option("AAPL", date(2026, 3, 13), Decimal("197.5"), Right.PUT)
RESTING, AT_ONCE = "9", "1"
"""Limits of a sale of the put: one that nobody meets, and one that is met at the bid."""
SLOW = fault("partial_fill", f"{OF_AAPL}\nvalue = 2")


def kinds(reports: Sequence[Input]) -> list[type]:
    return [type(report) for report in reports]


def listed(twin: Twin) -> dict[str, tuple[bool, int]]:
    """Every order that an answer of now shows: whether it is open, and what of it has filled."""
    seen, _ = twin.ask()
    assert seen.complete
    return {each.client_order_id: (each.open, each.filled) for each in seen.orders}
