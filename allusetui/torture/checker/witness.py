"""What the broker's side knows, whatever the program says: its orders, executions and book, and what came to it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from allusetui.domain.contract import Contract, Option, Side
from allusetui.domain.frozen import frozen
from allusetui.domain.order import Order
from allusetui.domain.quote import Quote
from allusetui.ports import Market

Quotes = Callable[[Contract, int], Quote | None]
"""What the true market shows of a contract at an instant; None where it is shut or does not list it."""


@frozen
class Message:
    """What came from us: an order, or the cancel of one. `order`: what it says, None where nobody can tell any more.

    `seq`: the newest record that was durable when it left; None where nobody noted it.
    """

    at_ms: int
    client_order_id: str
    cancels: bool
    order: Order | None = None
    seq: int | None = None


@frozen
class BookOrder:
    """An order of ours as the broker keeps it. `ended_ms`: since when it can't fill any more, None while it may."""

    client_order_id: str
    filled: int
    ended_ms: int | None = None


@frozen
class Deal:
    """An execution as the broker has it by now, of a combination each leg; `price` a share, `commission` in dollars."""

    at_ms: int
    exec_id: str
    client_order_id: str
    contract: Contract
    side: Side
    quantity: int
    price: Decimal
    commission: Decimal


@frozen
class Holding:
    """What the broker holds over all accounts: signed quantities, dollars."""

    positions: Mapping[Contract, int]
    cash: Decimal


class Witness(Protocol):
    """A broker's book, read while it lives or after the run."""

    def messages(self, since: int = 0) -> Sequence[Message]:
        """What has come so far, in order, without the first `since`."""

    def orders(self) -> Iterable[BookOrder]:
        """Every order of ours that it remembers."""

    def deals(self) -> Sequence[Deal]:
        """Every execution of ours, each in its latest version."""

    def holding(self, at_ms: int) -> Holding:
        """What has been traded and settled, without what the broker only shows."""

    def quote(self, contract: Contract, at_ms: int) -> Quote | None:
        """As `Quotes`."""


def quote_of(market: Market, contract: Contract, at_ms: int) -> Quote | None:
    """What a market shows of a contract."""
    if isinstance(contract, Option):
        return market.option(contract, at_ms)
    return market.underlying(contract.symbol, at_ms)
