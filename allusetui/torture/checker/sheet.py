"""One account, order and intent as the journal tells them: what an accountant with a pencil would have."""

from collections.abc import Iterator
from dataclasses import field
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.contract import Contract, Option, Right, Side, Stock
from allusetui.domain.frozen import mutable
from allusetui.domain.money import ZERO

EMERGENCY = "EMERGENCY"
Sent = ev.OrderSent | ev.OrderReplaced


@mutable
class Sheet:
    """One account. `aside`: what of its money is set aside for taxes and LEAPs, no part of `cash`; dollars.

    `since_ms`: since when it has been in its state. `latches`: those that are on, and since when. `owed`: the latches
    that have to be on, and EMERGENCY, by what the rulebook says of the events so far. `levels`: of each short option,
    and whether a stale price alone gave it.
    """

    trading: bool = True
    cash: Decimal = ZERO
    aside: Decimal = ZERO
    held: dict[Contract, int] = field(default_factory=dict)
    latches: dict[str, int] = field(default_factory=dict)
    owed: set[str] = field(default_factory=set)
    status: str = "SAFE"
    since_ms: int = 0
    no_entries: bool = False
    levels: dict[Contract, tuple[int, bool]] = field(default_factory=dict)

    def move(self, contract: Contract, quantity: int) -> None:
        """Adds a signed quantity."""
        self.held[contract] = self.held.get(contract, 0) + quantity
        if not self.held[contract]:
            del self.held[contract]

    def shorts(self, right: Right) -> Iterator[tuple[Option, int]]:
        """Every option sold of a right, with how many of it."""
        for contract, quantity in self.held.items():
            if isinstance(contract, Option) and contract.right is right and quantity < 0:
                yield contract, -quantity

    @property
    def strike_cash(self) -> Decimal:
        """Dollars that the short puts bind."""
        return sum((quantity * put.notional for put, quantity in self.shorts(Right.PUT)), ZERO)

    def calls_on(self, symbol: str) -> int:
        """Contracts."""
        return sum(quantity for call, quantity in self.shorts(Right.CALL) if call.symbol == symbol)

    def shares(self, symbol: str) -> int:
        return self.held.get(Stock(symbol), 0)


@mutable
class Order:
    """One version of a clip. `ended`: by what the journal says that it is over, and when; `unknown_ms`: since when.

    `unwanted_ms`: since when it is to be cancelled for good, not for another price. `copies`: as how many orders the
    broker works it, by its own mistake; cancels are sent to all of them, and any may have filled before.
    """

    sent: Sent
    seq: int
    filled: int = 0
    ended: tuple[str, int] | None = None
    unknown_ms: int | None = None
    cancel_requested: bool = False
    unwanted_ms: int | None = None
    copies: int = 1

    @property
    def open_quantity(self) -> int:
        return self.sent.quantity - self.filled

    @property
    def room(self) -> int:
        """What it and its copies may still fill."""
        return self.sent.quantity * self.copies - self.filled

    @property
    def beyond(self) -> tuple[Contract, int] | None:
        """What its copies have sold beyond it."""
        sold = self.sent.candidate or (self.sent.contract if self.sent.side is Side.SELL else None)
        quantity = min(-self.open_quantity, self.sent.quantity * (self.copies - 1))
        return (sold, quantity) if sold is not None and quantity > 0 else None

    def outlives(self, how: str) -> bool:
        """Whether something of it may live on although it has ended so: a copy of what is filled."""
        return how == "filled" and self.copies > 1

    @property
    def live(self) -> bool:
        """Whether it may still fill: UNKNOWN counts as live."""
        return self.ended is None and self.open_quantity > 0


@mutable
class Intent:
    """What a decision wants. `live`: its order that may still fill; `over`: how it has ended."""

    wanted: ev.OrderIntended
    filled: int = 0
    live: str | None = None
    over: str | None = None

    @property
    def left(self) -> int:
        return 0 if self.over else self.wanted.quantity - self.filled

    @property
    def sold(self) -> Option | None:
        """The option that it sells; a roll's new one."""
        if self.wanted.candidate is not None:
            return self.wanted.candidate
        contract = self.wanted.contract
        return contract if isinstance(contract, Option) and self.wanted.side.sign < 0 else None


@mutable
class Prompt:
    """What a person was asked, what was decided, and whether it has been acted on."""

    asked: ev.ApprovalRequested
    decision: str | None = None
    used: bool = False

    def allows(self, event: ev.OrderIntended) -> bool:
        """Whether it was answered with yes, was not acted on yet, and showed what the order does."""
        asked = self.asked
        shown = asked.account, asked.purpose, asked.contract, asked.candidate
        done = event.account, event.purpose, event.contract, event.candidate
        return self.decision == "approved" and not self.used and shown == done and event.quantity <= asked.quantity
