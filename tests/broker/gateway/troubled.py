"""A client beside the gateway's controls."""

from allusetui.broker.gateway.commands import (
    Command,
)
from allusetui.broker.gateway.frames import Value
from allusetui.broker.gateway.venue import Assembly
from allusetui.domain.moment import SECOND_MS
from tests.broker.gateway.desks import assembly
from tests.broker.gateway.ordering import client
from tests.broker.gateway.wire import Wire

FALLS = "[[tape]]\nat = 2026-03-05T10:02:00\nset = { AAPL = 150 }\n"
"""The put gains enough for the order that rests."""
ALL = (7, 3, 9, 0, "", "", "", "", "", "")
"""reqExecutions without a filter."""
BARS = (
    20, 6, 265598, "", "", "", "", "", "", "SMART", "", "", "", "", False, "", "1 day", "5 D", True, "TRADES", 1, False,
    "",
)  # fmt: skip


def asked_line(number: int) -> tuple[Value, ...]:
    """reqMktData of the stock."""
    return (1, 11, number, 265598, "", "", "", 0.0, "", "", "SMART", "", "", "", "", False, "", False, False, "")


def bit_by_bit(wire: Wire) -> list[list[str]]:
    """What is heard within a second, a millisecond after the other."""
    return [message for _ in range(SECOND_MS) for message in wire.wait(1)]


class Desk:
    """A client beside the controls."""

    def __init__(self, more: str = "", client_id: int = 1) -> None:
        self.made: Assembly = assembly(more)
        self.wire: Wire = client(self.made, client_id)

    def do(self, command: Command) -> list[list[str]]:
        """Something happens; what the client hears of it."""
        self.made.commands.do(command, self.wire.at_ms)
        return self.wire.heard()
